import { compileRules } from './compile.ts';
import { eventTypesRead, liveRules, neededBy, openDrafts, readsOf } from './live-rules.ts';
import type { Rulebook } from '../language/types.ts';

/** The drafts of a rulebook as they would be if they were live: to be evaluated beside it, never acted on. */
export interface ShadowRules {
  /** Ids of the draft models and segments: only their answers count. */
  readonly models: readonly string[];
  readonly segments: readonly string[];
  /** The drafts and the rules that they build on, all of them live; of journeys the drafts alone. */
  readonly rulebook: Rulebook;
}

/**
 * Compiles the drafts of a rulebook; null when there are none. Nothing live can build on a draft (the loader refuses that), so
 * live rules answer the same in both evaluators.
 */
export function shadowRules(rulebook: Rulebook): ShadowRules | null {
  const draftsOf = (rules: readonly { readonly id: string; readonly status: string }[]): string[] =>
    rules.flatMap(({ id, status }) => (status === 'draft' ? [id] : []));
  const [models, segments, journeys] = [draftsOf(rulebook.models), draftsOf(rulebook.segments), draftsOf(rulebook.journeys)];
  if (models.length + segments.length + journeys.length === 0) return null;
  const open = openDrafts(rulebook);
  const needed = neededBy([...models, ...segments], open);
  const rules = liveRules({
    ...open,
    models: open.models.filter(({ id }) => needed.has(id)),
    segments: open.segments.filter(({ id }) => needed.has(id)),
    stages: needed.has('stage') ? open.stages : open.stages.map(({ name, title }) => ({ name, title })),
  });
  const shadow = { ...open, ...rules, journeys: open.journeys.filter(({ id }) => journeys.includes(id)) };
  return { models, segments, rulebook: { ...shadow, eventTypes: eventTypesRead(rules), reads: readsOf(rules), evaluate: compileRules(rules) } };
}
