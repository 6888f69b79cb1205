import type { Journey } from '@tendril/rulebook';
import type { Html } from './html.ts';
import { layeredGraph } from './layered-graph.ts';

/** A journey's way from the segment through which leads enter, step by step. */
export function journeyGraph({ id, entry, steps }: Journey): Html {
  const way = [
    { id: entry.segment, kind: 'segments', label: short(entry.segment), name: `A lead enters ${entry.segment}`, href: `#${entry.segment}`, heading: 'enters' },
    ...steps.map((step) => ({
      id: `${id}#${step.id}`,
      kind: 'content',
      label: short(step.touch),
      name: `${step.id}: ${step.touch} by ${step.channel}`,
      href: `#${step.touch}`,
      heading: `gets by ${step.channel}`,
    })),
  ];
  const nodes = way.map((node, column) => ({ ...node, column }));
  const edges = way.slice(1).map((node, at) => ({ from: way[at]?.id ?? '', to: node.id }));
  return layeredGraph({ nodes, edges, headings: way.map(({ heading }) => heading), label: `The way through ${id}` });
}

function short(id: string): string {
  return id.slice(id.indexOf('/') + 1);
}
