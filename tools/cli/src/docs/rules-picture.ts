import type { Rulebook } from '@tendril/rulebook';
import type { Html } from './html.ts';
import { type GraphNode, layeredGraph } from './layered-graph.ts';
import { allRules, type RuleLink, ruleLinks } from './rule-links.ts';

/** A kind of box, with the words above its column, in the order of the columns. */
const KINDS = [
  ['fact', 'What is known'],
  ['scoring', 'Scores'],
  ['stages', 'Stages'],
  ['segments', 'Segments'],
  ['journeys', 'Journeys'],
  ['content', 'Content'],
] as const;

type Kind = (typeof KINDS)[number][0];

/** The picture of how the rules build on each other; each column builds on those to its left. Retired rules are not in it. */
export function rulesPicture(rulebook: Rulebook): Html {
  const links = ruleLinks(rulebook);
  const rules = allRules(rulebook).filter(({ status }) => status !== 'retired');
  const linked = links.flatMap(({ from, to }) => [from, to]);
  const known = new Set([...rules.map(({ id }) => id), 'stages']);
  const ids = [...new Set([...linked.filter((id) => !known.has(id)), ...known])].filter((id) => kindOf(id) !== 'fact' || linked.includes(id));
  const columns = columnsOf(ids, links);
  const titles = new Map(rules.map(({ id, title }) => [id, title]));
  const headings: string[] = [];
  const nodes = ids.map((id): GraphNode => {
    const kind = kindOf(id);
    const column = columns.get(id) ?? 0;
    headings[column] ??= KINDS.find(([one]) => one === kind)?.[1] ?? '';
    const title = titles.get(id);
    const name = title === undefined ? id.replace(/^event:/, '') : `${id}: ${title}`;
    return { id, kind: kind === 'fact' && id.startsWith('event:') ? 'event' : kind, column, label: labelOf(id), href: `#${kind === 'fact' ? 'tracking-plan' : id}`, name };
  });
  return layeredGraph({ nodes, edges: links, headings, label: 'How the rules build on each other' });
}

function kindOf(id: string): Kind {
  return KINDS.find(([kind]) => kind !== 'fact' && (id === kind || id.startsWith(`${kind}/`)))?.[0] ?? 'fact';
}

function labelOf(id: string): string {
  return kindOf(id) === 'fact' ? id.replace(/^(event:|lead\.)/, '') : id.replace(/^[a-z]+\//, '');
}

/** Every kind in columns of its own, behind the kinds before it; within a kind, a rule stands behind those that it needs. */
function columnsOf(ids: readonly string[], links: readonly RuleLink[]): ReadonlyMap<string, number> {
  const columns = new Map<string, number>();
  let first = 0;
  for (const [kind] of KINDS) {
    const own = ids.filter((id) => kindOf(id) === kind);
    // Rules never wait for each other in a circle, so this ends; models may need segments, and are then drawn to their left all the same.
    const depth = (id: string): number => {
      const before = links.filter(({ from, to }) => to === id && own.includes(from)).map(({ from }) => depth(from) + 1);
      return Math.max(0, ...before);
    };
    for (const id of own) columns.set(id, first + depth(id));
    if (own.length > 0) first = Math.max(...own.map((id) => columns.get(id) ?? 0)) + 1;
  }
  return columns;
}
