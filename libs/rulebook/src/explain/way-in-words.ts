import type { Json, JsonObject } from '@tendril/kernel';
import type { Change } from './apply-changes.ts';
import { matching } from './engine-facts.ts';
import { durationInWords } from '../language/in-words.ts';
import type { LeadFacts } from '../language/types.ts';

/** What a way does to a score that is asked about, in thousandths. */
export interface PointsMoved {
  readonly model: string;
  /** What is missing; null where no number was compared with. */
  readonly needed: number | null;
  readonly gained: number;
}

/** A change of a way, and whether the score that is asked about moves by it. */
export interface WayPart {
  readonly change: Change;
  readonly moves: boolean;
}

/** "industry set to retail, and 7 more points in scoring/engagement: one page_viewed with path /pricing… gives 8" */
export function wayInWords(parts: readonly WayPart[], points: readonly PointsMoved[], lead: LeadFacts, now: Date): string {
  const say = (some: readonly WayPart[]): string => listInWords(some.map(({ change }) => changeInWords(change, lead, now)));
  const [asked] = points;
  const movers = parts.filter(({ moves }) => moves);
  if (!asked || asked.needed === null || movers.length === 0) return say(parts);
  const others = parts.filter(({ moves }) => !moves);
  const single = movers.length === 1 && movers.every(({ change }) => change.kind !== 'event' || change.times === 1);
  const scored = `${needInWords(asked.needed, asked.model)}: ${say(movers)} ${single ? 'gives' : 'give'} ${pointsInWords(asked.gained)}`;
  return others.length === 0 ? scored : `${say(others)}, and ${scored}`;
}

function needInWords(milli: number, model: string): string {
  const points = Math.abs(milli);
  return `${pointsInWords(points)} ${milli > 0 ? 'more' : 'fewer'} ${points === 1000 ? 'point' : 'points'} in ${model}`;
}

function changeInWords(change: Change, lead: LeadFacts, now: Date): string {
  switch (change.kind) {
    case 'event': {
      const { event, times, where, within, properties } = change;
      const params = { event, ...(where && { where }), ...(within !== undefined && { within }) };
      const more = matching(lead, params, now).length > 0 ? ' more' : '';
      const told = Object.entries(properties).flatMap(([name, value]) => (where && name in where ? [] : [`${name} ${text(value)}`]));
      const window = within === undefined ? '' : ` within ${durationInWords(within)}`;
      return `${numberInWords(times)}${more} ${eventInWords(params)}${told.length === 0 ? '' : ` (${told.join(', ')})`}${window}`;
    }
    case 'attribute': {
      const name = `${change.of === 'account' ? 'the account’s ' : ''}${change.path.replace(/^\$\./, '')}`;
      if (change.to === null) return `${name} taken away`;
      return `${name} set to ${text(change.to)}${change.example ? ' (for example)' : ''}`;
    }
    case 'consent':
      return `consent for ${change.channel} about ${change.topic} ${change.state}`;
  }
}

/** "page_viewed with path /pricing…": a type of event and what is asked of it. */
export function eventInWords({ event, where }: { readonly event?: Json; readonly where?: Json }): string {
  const tests = Object.entries((where ?? {}) as JsonObject).map(([name, test]) => `${name} ${testInWords(test)}`);
  return tests.length === 0 ? String(event) : `${String(event)} with ${listInWords(tests)}`;
}

function testInWords(test: Json): string {
  if (test === null || typeof test !== 'object' || Array.isArray(test)) return text(test);
  const { startsWith, in: list } = test as { readonly startsWith?: string; readonly in?: readonly Json[] };
  return startsWith === undefined ? (list ?? []).map(text).join(' or ') : `${startsWith}…`;
}

/** Thousandths as points: 12.5. */
export function pointsInWords(milli: number): string {
  return String(milli / 1000);
}

/** 2026-03-09 09:00 UTC */
export function momentInWords(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

const NUMBERS = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];

function numberInWords(n: number): string {
  return NUMBERS[n] ?? String(n);
}

function listInWords(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1) ?? ''}`;
}

function text(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
