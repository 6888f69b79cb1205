import { changesNothing, type BothCounts, type Example, type Fates, type Plan, type ReasonCount, type RuleChange } from './plan.ts';
import type { Count } from './tally.ts';

const NUMBER = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 3 });

/** Thousands apart: `12,345`. */
export function number(n: number): string {
  return NUMBER.format(n);
}

/** `1 lead`, `1,200 leads`. */
export function leadsInWords(n: number): string {
  return `${number(n)} lead${n === 1 ? '' : 's'}`;
}

/** `412`, or `412 ± 31` where it is estimated. */
export function countInWords({ n, error }: Count): string {
  return error === 0 ? number(n) : `${number(n)} ± ${number(error)}`;
}

/** `388 → 412`, or one of them where they are the same. */
export function bothInWords({ before, after }: BothCounts): string {
  return sameCount(before, after) ? countInWords(after) : `${countInWords(before)} → ${countInWords(after)}`;
}

function sameCount(a: Count, b: Count): boolean {
  return a.n === b.n && a.sampled === b.sampled && a.error === b.error;
}

/** The plan in one sentence. */
export function headline(plan: Plan): string {
  const { population, atOnce, forecast } = plan;
  if (changesNothing(plan)) return `Nothing changes for any of ${leadsInWords(population.total)}, at once or in ${forecast.days} days.`;
  const moves = [
    ...atOnce.segments.flatMap(({ segment, entering, leaving }) => [
      { n: entering.n, words: `${countInWords(entering)} enter ${segment}` },
      { n: leaving.n, words: `${countInWords(leaving)} leave ${segment}` },
    ]),
    ...atOnce.stages.map(({ from, to, leads }) => ({ n: leads.n, words: `${countInWords(leads)} go from ${from ?? 'no stage'} to ${to ?? 'no stage'}` })),
  ].filter(({ n }) => n > 0);
  const most = moves.sort((a, b) => b.n - a.n).slice(0, 3).map(({ words }) => words);
  const sent = `${bothInWords(forecast.sent)} touches are sent in ${forecast.days} days`;
  const head = `${countInWords(atOnce.changed)} of ${leadsInWords(population.total)} change at once`;
  return `${head}${most.length > 0 ? `: ${most.join(', ')}` : ''}; ${sent}.`;
}

/** Whom the numbers are about, how old they are and how sure. */
export function populationInWords({ population: { total, leads, ageInDays, whole, takenAt } }: Plan): string {
  const day = takenAt.slice(0, 10);
  const age = ageInDays === 0 ? 'less than a day old' : `${ageInDays} day${ageInDays === 1 ? '' : 's'} old`;
  if (whole) return `Read from the whole database, ${leadsInWords(total)}, as of ${day} (${age}): no number is estimated.`;
  return `Estimated from a sample of ${number(leads)} of ${leadsInWords(total)}, as of ${day} (${age}); ± is half the 95 % interval of the sampling error.`;
}

/** Reasons with their counts: `held: quiet-hours 12; suppressed: no-consent 3`. */
export function reasonsInWords(before: readonly ReasonCount[], after: readonly ReasonCount[] = before): [reason: string, counts: string][] {
  const none: Count = { n: 0, error: 0, sampled: 0 };
  const of = (list: readonly ReasonCount[], reason: string): Count => list.find((one) => one.reason === reason)?.touches ?? none;
  const reasons = [...new Set([...before, ...after].map(({ reason }) => reason))].sort();
  return reasons.map((reason) => [reason, bothInWords({ before: of(before, reason), after: of(after, reason) })]);
}

/** What became of touches besides being sent, in one cell. */
export function unsentInWords(before: Pick<Fates, 'held' | 'ended'>, after: Pick<Fates, 'held' | 'ended'> = before): string {
  const held = reasonsInWords(before.held, after.held).map(([reason, counts]) => `held: ${reason} ${counts}`);
  const ended = reasonsInWords(before.ended, after.ended).map(([reason, counts]) => `${reason} ${counts}`);
  return [...held, ...ended].join('; ');
}

/** Each changed rule as rows: what happened to it, where, and the change in words. */
export function ruleRows(rules: readonly RuleChange[]): { readonly what: string; readonly change: string; readonly rule: RuleChange }[] {
  return rules.flatMap((rule) => {
    const { version, kind } = rule;
    const raised = kind === 'changed' && version.before !== version.after ? [`version ${version.before ?? 'none'} → ${version.after ?? 'none'}`] : [];
    return [...rule.changes, ...raised].map((change) => ({ what: kind, change, rule }));
  });
}

/** Every example of a plan, in the order of its kinds of change. */
export function examplesOf({ atOnce }: Plan): Example[] {
  const { segments, stages, grades, scores, touches } = atOnce;
  return [...segments, ...stages, ...grades, ...scores, ...touches].flatMap(({ examples }) => examples);
}
