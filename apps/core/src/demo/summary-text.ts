import { join } from 'node:path';
import type { DemoSummary } from './run-demo.ts';
import { sentences, table } from './text-layout.ts';

/** How headings look: bold on a terminal, plain elsewhere. */
export type Heading = (text: string) => string;

/** The summary for people, at most 96 columns wide. */
export function summaryText(summary: DemoSummary, heading: Heading = (text) => text): string {
  const parts: readonly (readonly [title: string, lines: readonly string[]])[] = [
    ['Stages: leads at the end of the day', stageTable(summary)],
    ['Touchpoints', touchpointTable(summary)],
    ['Conversions', outcomeTable(summary)],
    ['Nurtured against the holdout', comparisonLines(summary)],
    ['Why? Two of the touchpoints', exampleLines(summary)],
    ['Messages to open', messageLines(summary)],
  ];
  return [titleOf(summary), ...parts.map(([title, lines]) => [heading(title), ...lines].join('\n'))].join('\n\n');
}

const number = (value: number): string => value.toLocaleString('en-GB');

const percent = ({ n, converted }: { n: number; converted: number }): string => (n === 0 ? '–' : `${((100 * converted) / n).toFixed(1)} %`);

function titleOf({ played, from, to, heard }: DemoSummary): string {
  const { leads, days, tick, seed } = played;
  const lived = `${number(leads)} generated leads lived ${days} days, ${from.slice(0, 10)} to ${to.slice(0, 10)}, in steps of ${tick} hours (seed ${seed}).`;
  return sentences([lived, `Tendril took in ${number(heard.events)} events from them, and ${number(heard.feedback)} words from vendors about its messages.`]).join('\n');
}

function stageTable({ stages }: DemoSummary): string[] {
  const names = Object.keys(stages[0]?.stages ?? {});
  const rows = stages.map(({ day, stages: counts }) => {
    const leads = names.map((name) => counts[name] ?? 0);
    return [`day ${day}`, ...leads.map(number), number(leads.reduce((sum, n) => sum + n, 0))];
  });
  return table([['', ...names, 'all leads'], ...rows]);
}

function touchpointTable({ touchpoints, suppressed }: DemoSummary): string[] {
  const states = [...new Set(touchpoints.flatMap((row) => Object.keys(row.states)))];
  const rows = touchpoints.map(({ channel, states: counts }) => {
    const n = states.map((state) => counts[state] ?? 0);
    return [channel, number(n.reduce((sum, one) => sum + one, 0)), ...n.map(number)];
  });
  const reasons = suppressed.map(({ reason, touchpoints: n }) => `${reason} ${number(n)}`).join(', ');
  return [...table([['', 'planned', ...states], ...rows]), ...sentences([`Suppressed because of: ${reasons || 'nothing'}.`])];
}

function outcomeTable({ outcomes }: DemoSummary): string[] {
  const rows = outcomes.map(({ type, meaning, leads, events, value }) => [
    type,
    number(leads),
    number(events),
    value === null ? '–' : number(value),
    meaning,
  ]);
  return table([['', 'leads', 'times', 'worth', ''], ...rows], 4);
}

function comparisonLines({ comparison, played }: DemoSummary): string[] {
  const { nurtured, holdout, lift } = comparison;
  const group = (name: string, { n, converted }: typeof nurtured) => [name, number(n), number(converted), percent({ n, converted })];
  const rows = [['', 'enrolled', 'converted', 'rate'], group('nurtured', nurtured), group('holdout', holdout)];
  const points = lift.points && {
    difference: signed(lift.points.difference),
    interval: `${signed(lift.points.low)} to ${signed(lift.points.high)}`,
  };
  return [
    ...table(rows),
    ...sentences([
      ...(points ? [`Nurturing changed the rate by ${points.difference} percentage points (95 % interval ${points.interval}).`] : []),
      ...(lift.caution === null ? [] : [lift.caution]),
    ]),
    ...sentences([
      'Counted by intention to treat: every lead that entered a journey, contacted or not, and whether any of these outcomes followed.',
      `The effect is simulated: messages make generated leads somewhat keener. This is seed ${played.seed}; another seed gives other figures.`,
    ]),
  ];
}

function signed(points: number): string {
  const text = Math.abs(points).toFixed(1);
  return `${points < 0 && text !== '0.0' ? '−' : '+'}${text}`;
}

function exampleLines({ examples }: DemoSummary): string[] {
  return examples.flatMap(({ lead, content, channel, state, why }) => [
    `${content} by ${channel} to ${lead}: ${state}`,
    ...sentences(why, '  '),
  ]);
}

function messageLines({ outbox, touchpoints, examples }: DemoSummary): string[] {
  const messages = touchpoints.reduce((sum, { states }) => sum + (states['accepted'] ?? 0), 0);
  const sent = examples.find(({ state }) => state === 'accepted');
  if (!sent) return [`None was sent, so ${outbox} is empty.`];
  const example = join(outbox, `${sent.touchpoint}.${sent.channel === 'email' ? 'html' : 'txt'}`);
  return [`${number(messages)} in ${outbox}, for example`, `  ${example}`];
}
