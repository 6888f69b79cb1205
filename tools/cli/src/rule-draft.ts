import type { JsonObject } from '@tendril/kernel';
import type { RuleSource } from '@tendril/rulebook';

/** What `rules new` makes: one rule, or a whole nurture track of segment, content and journey. */
export const KINDS = ['segment', 'scoring', 'journey', 'content', 'track'] as const;

export type NewKind = (typeof KINDS)[number];

/** The folder of a kind's rules; a track is a journey and what it needs. */
export const FOLDERS: Readonly<Record<NewKind, string>> = {
  segment: 'segments',
  scoring: 'scoring',
  journey: 'journeys',
  content: 'content',
  track: 'journeys',
};

/** A rule that is to be written: what its files say. */
export interface RuleDraft {
  /** With its folder: `segments/healthcare`. */
  readonly id: string;
  readonly header: { readonly owner: string; readonly title: string; readonly why: string };
  /** What follows the header. */
  readonly body: JsonObject;
  /** File name → text; only of content. */
  readonly templates: Readonly<Record<string, string>>;
  readonly cases: readonly JsonObject[];
}

/** Where a rule stands under `rules/`. */
export function pathOf(id: string): string {
  return id.startsWith('content/') ? `${id}/content.json` : `${id}.json`;
}

/** The files of a rule: a draft of version 1, its templates, its cases. */
export function filesOf({ id, header, body, templates, cases }: RuleDraft): RuleSource[] {
  const path = pathOf(id);
  const [folder = ''] = id.split('/');
  const kind = folder === 'segments' || folder === 'journeys' ? folder.slice(0, -1) : folder;
  const rule = { $schema: schemaAt(path, kind), id, version: 1, status: 'draft', ...header, ...body };
  return [
    { path, text: JSON.stringify(rule) },
    ...Object.entries(templates).map(([name, text]) => ({ path: `${id}/${name}`, text })),
    ...(cases.length > 0 ? [{ path: `${id}.cases.json`, text: JSON.stringify({ $schema: schemaAt(path, 'cases'), of: id, cases }) }] : []),
  ];
}

function schemaAt(path: string, kind: string): string {
  return `${'../'.repeat(path.split('/').length - 1)}schema/${kind}.json`;
}
