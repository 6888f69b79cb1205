import { limitInWords } from './blast-limits.ts';
import { changesNothing, type Example, type Plan, type ScoreChange } from './plan.ts';
import { bothInWords, countInWords, headline, number, populationInWords, ruleRows, unsentInWords } from './plan-words.ts';
import { bar, sparkline, textTable } from './text-table.ts';

/** The width of the longest bar of a histogram, in characters. */
const BAR = 24;

/** A plan for people, in a terminal. `folder` stands before the files, so that they can be opened. Nothing that changes nothing takes more than a line. */
export function planText(plan: Plan, folder: string): string[] {
  const still = changesNothing(plan);
  const sections = [
    [headline(plan), ...(still ? [] : [populationInWords(plan)])],
    titled('Rules', ruleLines(plan, folder)),
    titled('Take note', plan.notices.map(({ file, line, message }) => `${folder}/${file}:${line}: ${message}`)),
    ...(still ? [] : [titled('At once', atOnceLines(plan)), titled(`The next ${plan.forecast.days} days, as a forecast`, forecastLines(plan))]),
    titled('Limits', still ? [] : plan.limits.map((limit) => `${limit.exceeded ? 'EXCEEDED' : 'kept'}  ${limitInWords(limit)}`)),
  ];
  return sections.filter((lines) => lines.length > 0).flatMap((lines, at) => (at === 0 ? lines : ['', ...lines]));
}

function titled(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [title, ...lines.map((line) => (line === '' ? '' : `  ${line}`))];
}

function ruleLines({ rules }: Plan, folder: string): string[] {
  return textTable(ruleRows(rules).map(({ what, change, rule }) => [what, `${folder}/${rule.file}:${rule.line}`, change]), [0, 1, 2]);
}

function atOnceLines({ atOnce }: Plan): string[] {
  const { segments, stages, grades, scores, touches } = atOnce;
  const parts = [
    table(
      ['segment', 'before', 'after', 'enter', 'leave'],
      segments.map((one) => [one.segment, ...[one.before, one.after, one.entering, one.leaving].map(countInWords)]),
      segments,
    ),
    table(['stage', 'leads'], stages.map(({ from, to, leads }) => [`${from ?? 'none'} → ${to ?? 'none'}`, countInWords(leads)]), stages),
    table(['grade', 'leads'], grades.map(({ model, from, to, leads }) => [`${model}: ${from ?? 'none'} → ${to ?? 'none'}`, countInWords(leads)]), grades),
    ...scores.map(scoreLines),
    table(
      ['touch', 'planned', 'sent', 'else'],
      touches.map((one) => [`${one.content} by ${one.channel}, ${one.programme}`, countInWords(one.planned), countInWords(one.sent), unsentInWords(one)]),
      touches,
      [0, 3],
    ),
  ];
  return parts.filter((lines) => lines.length > 0).flatMap((lines, at) => (at === 0 ? lines : ['', ...lines]));
}

/** The rows, and below them the examples. */
function table(head: readonly string[], rows: readonly (readonly string[])[], changes: readonly { readonly examples: readonly Example[] }[], left: readonly number[] = [0]): string[] {
  if (rows.length === 0) return [];
  return [...textTable([head, ...rows], left), ...changes.flatMap(({ examples }) => examples.map(exampleLine))];
}

function exampleLine({ lead, sentence }: Example): string {
  return `  ${lead}: ${sentence}`;
}

function scoreLines({ model, changed, mean, median, bins, examples }: ScoreChange): string[] {
  const error = mean.error === 0 ? '' : ` ± ${mean.error}`;
  const most = Math.max(...bins.flatMap(({ before, after }) => [before.n, after.n]));
  const rows = bins.map(({ from, to, before, after }) => [`${number(from)}–${number(to)}`, countInWords(before), bar(before.n, most, BAR), countInWords(after), bar(after.n, most, BAR)]);
  return [
    `${model}: ${countInWords(changed)} leads have other points; mean ${mean.before} → ${mean.after}${error}, median ${median.before} → ${median.after}`,
    ...textTable([['points', 'before', '', 'after', ''], ...rows], [0, 2, 4]),
    ...examples.map(exampleLine),
  ];
}

function forecastLines({ forecast }: Plan): string[] {
  const { touches, perDay, touched, touchedByChange, assumptions } = forecast;
  const rows = touches.map(({ programme, channel, content, before, after }) => [
    `${content} by ${channel}, ${programme}`,
    bothInWords({ before: before.planned, after: after.planned }),
    bothInWords({ before: before.sent, after: after.sent }),
    unsentInWords(before, after),
  ]);
  const days = (side: 'before' | 'after'): number[] => perDay.map(({ sent }) => sent[side].n);
  const most = Math.max(...days('before'), ...days('after'));
  return [
    ...(rows.length === 0 ? ['Nothing is sent, before or after.'] : textTable([['touch', 'planned', 'sent', 'else'], ...rows], [0, 3])),
    '',
    `sent a day  before ${sparkline(days('before'), most)}  after ${sparkline(days('after'), most)}  at most ${number(most)}`,
    `leads to whom something is sent: ${bothInWords(touched)}; within 24 hours because of the change: ${countInWords(touchedByChange)}`,
    ...assumptions,
  ];
}
