import { isTransitionType } from '@tendril/events';
import type { Json } from '@tendril/kernel';
import type { ScoringModel } from '../language/types.ts';
import type { Leaf } from './rule-graph.ts';

/** Transitions that are asked about: of one segment or model, of the stage, or of all that have transitions of the type. */
export interface TransitionRead {
  /** Such as `segment_entered`. */
  readonly type: string;
  /** Ids of segments or models, or `stage`; null for all of them. */
  readonly subjects: readonly string[] | null;
}

/** What a comparison asks about transitions; undefined when it asks about something else. */
export function transitionRead({ params }: Leaf): TransitionRead | undefined {
  return typeof params?.['event'] === 'string' ? readOf(params['event'], params['where']) : undefined;
}

/** What the lines of a model that count events ask about transitions, with the line's place. */
export function transitionsScored({ rules }: Pick<ScoringModel, 'rules'>): { readonly read: TransitionRead; readonly at: number }[] {
  return rules.flatMap((rule, at) => {
    const read = 'per' in rule ? readOf(rule.per.event, rule.per.where) : undefined;
    return read ? [{ read, at }] : [];
  });
}

/** As `Reads.transitions` keeps it: `segment_entered:segments/a`, or the type alone for all. */
export function readKeys({ type, subjects }: TransitionRead): string[] {
  return subjects === null || type === 'stage_changed' ? [type] : subjects.map((subject) => `${type}:${subject}`);
}

function readOf(type: string, where: Json | undefined): TransitionRead | undefined {
  if (!isTransitionType(type)) return undefined;
  if (type === 'stage_changed') return { type, subjects: ['stage'] };
  const tested = isObject(where) ? where[type.startsWith('segment_') ? 'segment' : 'model'] : undefined;
  if (typeof tested === 'string') return { type, subjects: [tested] };
  const list = isObject(tested) ? tested['in'] : undefined;
  return { type, subjects: Array.isArray(list) ? list.map(String) : null };
}

function isObject(value: Json | undefined): value is Readonly<Record<string, Json>> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
