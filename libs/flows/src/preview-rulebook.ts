import { advance, type LeadChanges } from '@tendril/programmes';
import { type Db, leadPage, loadSnapshots } from '@tendril/store';
import type { Active } from './active-rulebook.ts';
import type { World } from './world.ts';

/** How many leads enter and leave something. */
export interface Movement {
  readonly id: string;
  readonly entering: number;
  readonly leaving: number;
}

/** What a rulebook would change if it were activated now. Nothing is written. */
export interface RulebookPreview {
  readonly leads: number;
  /** Leads of which anything changes. */
  readonly moved: number;
  readonly segments: readonly Movement[];
  readonly stages: readonly Movement[];
  /** Leads whose score in a model changes. */
  readonly scores: readonly { readonly id: string; readonly changed: number }[];
  /** Touches that would be planned; each still has to pass the gate. */
  readonly touches: readonly { readonly programme: string; readonly channel: string; readonly planned: number }[];
}

const PAGE = 500;

/** Evaluates all leads under another rulebook, through the same `advance` as production, and counts who moves. */
export async function previewRulebook(world: World, next: Active): Promise<RulebookPreview> {
  const count = new Counts();
  const now = world.clock.now();
  for (let after: string | undefined; ; ) {
    const leads = await leadPage(world.store.db, after, PAGE);
    if (leads.length === 0) return count.preview();
    for (const change of await changesOf(world.store.db, next, leads, now)) count.add(change);
    after = leads.at(-1);
  }
}

async function changesOf(db: Db, { rulebook }: Active, leads: readonly string[], now: Date): Promise<LeadChanges[]> {
  return advance(await loadSnapshots(db, leads, { eventTypes: rulebook.eventTypes, now }), rulebook, now);
}

class Counts {
  #leads = 0;
  #moved = 0;
  readonly #moves = { segment: new Map<string, Movement>(), stage: new Map<string, Movement>() };
  readonly #scores = new Map<string, number>();
  readonly #touches = new Map<string, { programme: string; channel: string; planned: number }>();

  add({ decision, touches }: LeadChanges): void {
    this.#leads += 1;
    if (decision.transitions.length + decision.changedScores.length + touches.length > 0) this.#moved += 1;
    for (const { kind, from, to } of decision.transitions) {
      if (kind === 'grade') continue;
      if (from !== null) this.#move(kind, from, { entering: 0, leaving: 1 });
      if (to !== null) this.#move(kind, to, { entering: 1, leaving: 0 });
    }
    for (const model of decision.changedScores) this.#scores.set(model, (this.#scores.get(model) ?? 0) + 1);
    for (const { programme, channel } of touches) {
      const key = `${programme} ${channel}`;
      this.#touches.set(key, { programme, channel, planned: (this.#touches.get(key)?.planned ?? 0) + 1 });
    }
  }

  #move(kind: 'segment' | 'stage', id: string, { entering, leaving }: Omit<Movement, 'id'>): void {
    const before = this.#moves[kind].get(id);
    this.#moves[kind].set(id, { id, entering: (before?.entering ?? 0) + entering, leaving: (before?.leaving ?? 0) + leaving });
  }

  preview(): RulebookPreview {
    return {
      leads: this.#leads,
      moved: this.#moved,
      segments: sorted([...this.#moves.segment.values()], ({ id }) => id),
      stages: [...this.#moves.stage.values()],
      scores: sorted([...this.#scores].map(([id, changed]) => ({ id, changed })), ({ id }) => id),
      touches: sorted([...this.#touches.values()], ({ programme }) => programme),
    };
  }
}

function sorted<Item>(items: readonly Item[], by: (item: Item) => string): Item[] {
  return [...items].sort((a, b) => by(a).localeCompare(by(b)));
}

/** The preview for people, in a terminal. */
export function previewInWords(preview: RulebookPreview): string[] {
  if (preview.moved === 0) return [`Nothing changes for any of ${preview.leads} leads.`];
  const moves = (title: string, movements: readonly Movement[]): string[] =>
    movements.map(({ id, entering, leaving }) => `  ${title} ${id}: ${entering} enter, ${leaving} leave`);
  return [
    `${preview.moved} of ${preview.leads} leads change:`,
    ...moves('segment', preview.segments),
    ...moves('stage', preview.stages),
    ...preview.scores.map(({ id, changed }) => `  score ${id}: ${changed} leads change`),
    ...preview.touches.map(({ programme, channel, planned }) => `  would send: ${planned} × ${channel} by ${programme}, as far as the gate lets them`),
    ...(preview.touches.length === 0 ? ['  would send: nothing'] : []),
  ];
}
