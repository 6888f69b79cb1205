import { isZone, stableJson } from '@tendril/kernel';
import { type JsonFile, type Problem, problemAt } from '@tendril/rulebook';
import type { z } from 'zod';
import type { BaselineHead } from './baseline-schema.ts';
import type { PopulationLead } from './population.ts';

/** A lead, and the line that it stands on. */
export interface PlacedLead {
  /** From 1. */
  readonly line: number;
  readonly lead: PopulationLead;
}

type Head = z.output<typeof BaselineHead>;

const DRAW_ANEW = 'Draw the baseline anew: npm run tendril -- rules baseline';

/** Do the numbers in baseline.json fit each other and the leads? A plan weighs leads by them. */
export function checkHead(file: JsonFile, { total, strata }: Head, leads: readonly PlacedLead[]): Problem[] {
  const sum = strata.reduce((before, stratum) => before + stratum.total, 0);
  const counts = new Map<number, number>();
  for (const { lead } of leads) counts.set(lead.stratum, (counts.get(lead.stratum) ?? 0) + 1);
  const problems = strata.flatMap(({ name, total: all, sampled }, index) => {
    const here = counts.get(index) ?? 0;
    const path = ['strata', index, 'sampled'];
    if (sampled !== here) return [problemAt(file, path, `leads.jsonl has ${here} leads of "${name}", not ${sampled}`, DRAW_ANEW)];
    return sampled > all ? [problemAt(file, path, `"${name}" has ${all} leads, fewer than were sampled`, DRAW_ANEW)] : [];
  });
  return sum === total ? problems : [problemAt(file, ['total'], `The strata have ${sum} leads together, not ${total}`, DRAW_ANEW), ...problems];
}

/** What no form can say: ids once, strata that exist, one account for all its leads, time in order. */
export function checkLeads(path: string, head: Head, leads: readonly PlacedLead[]): Problem[] {
  const ids = new Map<string, number>();
  const accounts = new Map<string, { line: number; text: string }>();
  const zones = new Map<string, boolean>();
  return leads.flatMap(({ line, lead }) => {
    const found: [message: string, hint: string][] = [];
    const { id, stratum, zone, account } = lead;
    const before = ids.get(id);
    if (before !== undefined) found.push([`"${id}" stands on line ${before} too`, 'Remove one of the two.']);
    ids.set(id, before ?? line);
    if (stratum >= head.strata.length) found.push([`There is no stratum ${stratum}`, `baseline.json has ${head.strata.length}, counted from 0.`]);
    if (zone !== null && !isKnownZone(zone, zones)) found.push([`There is no time zone "${zone}"`, 'Write an IANA name, such as "Europe/Berlin".']);
    if (account) {
      const text = stableJson(account.attributes);
      const other = accounts.get(account.id);
      if (other && other.text !== text) found.push([`"${account.id}" has other attributes on line ${other.line}`, 'Leads of one account share its attributes.']);
      if (!other) accounts.set(account.id, { line, text });
    }
    for (const list of ['events', 'touchpoints'] as const) {
      if (!isInOrder(lead[list])) found.push([`The ${list} are not in order`, 'The oldest stands first.']);
    }
    return found.map(([message, hint]) => ({ file: path, line, column: 1, severity: 'error' as const, message, hint }));
  });
}

function isKnownZone(zone: string, known: Map<string, boolean>): boolean {
  const answer = known.get(zone) ?? isZone(zone);
  known.set(zone, answer);
  return answer;
}

function isInOrder(times: readonly { readonly at: Date }[]): boolean {
  return times.every(({ at }, index) => index === 0 || at >= (times[index - 1]?.at ?? at));
}
