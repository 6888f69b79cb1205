import { html, type Html } from './html.ts';

/** A box of a picture. */
export interface GraphNode {
  readonly id: string;
  readonly label: string;
  /** Names its colour in the page's style. */
  readonly kind: string;
  /** From 0, the leftmost. */
  readonly column: number;
  /** Where a click leads in the page; the box shows its whole name when pointed at. */
  readonly href?: string;
  readonly name?: string;
}

/** An arrow from one box to another, both by id. */
export interface GraphEdge {
  readonly from: string;
  readonly to: string;
}

/** What a picture shows, and the words for those who do not see it. */
export interface Picture {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  /** Above the columns, by number. */
  readonly headings?: readonly string[];
  readonly label: string;
}

const BOX = { width: 150, height: 26, row: 34, gap: 44 };
const LETTERS = 20;
/** On a narrower screen the picture is scrolled, because its letters would be too small. */
const NARROWEST = 800;

/** Draws boxes in columns with arrows from left to right, ordered so that few arrows cross. It grows to its own size at most. */
export function layeredGraph({ nodes, edges, headings = [], label }: Picture): Html {
  const columns = ordered(nodes, edges);
  const top = headings.length > 0 ? 34 : 4;
  const most = Math.max(...columns.map((column) => column.length));
  const width = columns.length * (BOX.width + BOX.gap) - BOX.gap + 8;
  const height = most * BOX.row + top + 4;
  const places = new Map(
    columns.flatMap((column, x) =>
      column.map((node, y) => [node.id, { x: 4 + x * (BOX.width + BOX.gap), y: top + (y + (most - column.length) / 2) * BOX.row }] as const),
    ),
  );
  const kinds = new Map(nodes.map(({ id, kind }) => [id, kind]));
  return html`<svg class="graph" viewBox="0 0 ${width} ${height}" style="max-width:${width}px;min-width:${Math.min(width, NARROWEST)}px" role="img" aria-label="${label}">
${headings.map((text, at) => html`<text class="heading" x="${4 + at * (BOX.width + BOX.gap)}" y="16">${text}</text>`)}
${edges.map(({ from, to }) => arrow(places.get(from), places.get(to), kinds.get(from) ?? ''))}
${nodes.map((node) => box(node, places.get(node.id)))}</svg>`;
}

interface Place {
  readonly x: number;
  readonly y: number;
}

function arrow(from: Place | undefined, to: Place | undefined, kind: string): Html {
  if (!from || !to) return html``;
  const [x1, y1] = [from.x + BOX.width, from.y + BOX.height / 2];
  const [x2, y2] = [to.x, to.y + BOX.height / 2];
  const bend = Math.min(BOX.gap, x2 - x1) * 0.6;
  const line = `M${x1},${y1} C${x1 + bend},${y1} ${x2 - bend},${y2} ${x2},${y2}`;
  return html`<path class="edge ${kind}" d="${line}"/><path class="tip ${kind}" d="M${x2 - 6},${y2 - 3.5} L${x2},${y2} L${x2 - 6},${y2 + 3.5}z"/>
`;
}

function box({ label, kind, href, name }: GraphNode, place: Place | undefined): Html {
  if (!place) return html``;
  const text = label.length > LETTERS ? `${label.slice(0, LETTERS - 1)}…` : label;
  const drawn = html`<g class="node ${kind}"><title>${name ?? label}</title><rect x="${place.x}" y="${place.y}" width="${BOX.width}" height="${BOX.height}" rx="5"/><text x="${place.x + 10}" y="${place.y + 17}">${text}</text></g>`;
  return href === undefined ? drawn : html`<a href="${href}">${drawn}</a>
`;
}

/** Each column in the order of its neighbours' middles, from both sides in turn until it settles. */
function ordered(nodes: readonly GraphNode[], edges: readonly GraphEdge[]): GraphNode[][] {
  const columns: GraphNode[][] = Array.from({ length: Math.max(...nodes.map(({ column }) => column)) + 1 }, () => []);
  for (const node of nodes) columns[node.column]?.push(node);
  for (let sweep = 0; sweep < 8; sweep++) {
    const forward = sweep % 2 === 0;
    const places = new Map(columns.flatMap((column) => column.map((node, at) => [node.id, at - column.length / 2] as const)));
    for (const column of forward ? columns : [...columns].reverse()) {
      const middle = new Map(column.map((node) => [node.id, middleOf(node.id, edges, forward, places)]));
      column.sort((a, b) => (middle.get(a.id) ?? 0) - (middle.get(b.id) ?? 0));
      column.forEach((node, at) => places.set(node.id, at - column.length / 2));
    }
  }
  return columns;
}

/** Of the boxes before it, or after it; its own place where there are none. */
function middleOf(id: string, edges: readonly GraphEdge[], forward: boolean, places: ReadonlyMap<string, number>): number {
  const near = edges.flatMap(({ from, to }) => (forward && to === id ? [from] : !forward && from === id ? [to] : []));
  const all = (near.length > 0 ? near : [id]).map((one) => places.get(one) ?? 0);
  return all.reduce((sum, place) => sum + place, 0) / all.length;
}
