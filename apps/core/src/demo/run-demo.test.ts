import { AppError } from '@tendril/kernel';
import { openTestStore } from '@tendril/store/testing';
import { cp, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type DemoSummary, runDemo } from './run-demo.ts';
import { summaryText } from './summary-text.ts';

const RULES = join(import.meta.dirname, '../../../../rules');
const PLAYED = { leads: 60, days: 10, tick: 6, seed: '1' };

let folder: string;
let summary: DemoSummary;
let again: DemoSummary;
const days: number[] = [];

async function play(rules: string, outbox: string, onDay?: (day: number) => void): Promise<DemoSummary> {
  const store = await openTestStore();
  try {
    return await runDemo(store, { rules, outbox }, PLAYED, onDay);
  } finally {
    await store.close();
  }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'demo-'));
  const outbox = join(folder, 'outbox');
  summary = await play(RULES, outbox, (day) => days.push(day));
  again = await play(RULES, outbox);
}, 60_000);

const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);
const inState = (state: string): number => sum(summary.touchpoints.map(({ states }) => states[state] ?? 0));

describe('the demo', () => {
  it('plays the same lives for the same options, to the last touchpoint', () => {
    expect(again).toEqual(summary);
  });

  it('tells each day that is over', () => {
    expect(days).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('lets every lead arrive, stand in one stage and enter a journey', () => {
    const leads = summary.stages.map(({ stages }) => sum(Object.values(stages)));
    expect(summary.stages.map(({ day }) => day)).toEqual([2, 4, 6, 8, 10]);
    expect(leads).toEqual([...leads].sort((a, b) => a - b));
    expect(leads.at(-1)).toBe(PLAYED.leads);
    expect(summary.comparison.nurtured.n + summary.comparison.holdout.n).toBe(PLAYED.leads);
  });

  it('gives every suppressed touchpoint a reason, the holdout among them', () => {
    expect(inState('suppressed')).toBeGreaterThan(0);
    expect(sum(summary.suppressed.map(({ touchpoints }) => touchpoints))).toBe(inState('suppressed'));
    expect(summary.suppressed.map(({ reason }) => reason)).toContain('holdout');
  });

  it('leaves one record in the folder for each message sent, and the leads react', async () => {
    const records = (await readdir(summary.outbox)).filter((name) => name.endsWith('.json'));
    expect(inState('accepted')).toBeGreaterThan(20);
    expect(records).toHaveLength(inState('accepted'));
    expect(summary.heard.feedback).toBeGreaterThan(20);
  });

  it('counts conversions from the outcomes of the tracking plan', () => {
    expect(summary.outcomes.map(({ type }) => type)).toEqual(['demo_booked', 'trial_started', 'deal_won']);
    expect(sum(summary.outcomes.map(({ events }) => events))).toBeGreaterThan(0);
    for (const { events, leads, value } of summary.outcomes) {
      expect(leads).toBeLessThanOrEqual(events);
      expect(value === 0).toBe(events === 0);
    }
  });

  it('says why for one that was sent and one that was not', () => {
    expect(summary.examples.map(({ state }) => state)).toEqual(['accepted', 'suppressed']);
    for (const { lead, why } of summary.examples) {
      expect(lead).toMatch(/^crm-\d+$/);
      expect(why.join(' ')).toMatch(/^Journey journeys\/.* Planned by rulebook [0-9a-f]{12}\.$/);
    }
  });

  it('stops with a sentence when the rules are not those of the sample company', async () => {
    const rules = join(folder, 'rules');
    await cp(RULES, rules, { recursive: true });
    const plan = join(rules, 'tracking-plan.json');
    const text = await readFile(plan, 'utf8');
    await writeFile(plan, text.replace('"lastName":', '"surname":'));
    const refused = await play(rules, join(folder, 'other')).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(AppError);
    expect(refused).toMatchObject({ code: 'demo-refused', message: expect.stringContaining('lastName') });
  });
});

describe('summaryText', () => {
  it('fits a terminal, says every figure, and marks nothing where nobody wants it', () => {
    const text = summaryText(summary);
    const path = `${summary.examples[0]!.touchpoint}.html`;
    expect(text.split('\n').filter((line) => line.length > 96 && !line.includes(path))).toEqual([]);
    expect(text).not.toContain('\u001b');
    expect(text).not.toMatch(/undefined|NaN|null/);
    expect(text).toContain('60 generated leads lived 10 days, 2026-01-05 to 2026-01-15, in steps of 6 hours (seed 1)');
    expect(text).toContain(`95 % interval`);
    expect(text).toContain(`${inState('accepted')} in ${summary.outbox}, for example`);
  });

  it('says so when a group is empty and nothing was sent', () => {
    const holdout = { n: 0, converted: 0 };
    const lift = { points: null, relative: null, p: null, caution: 'No lead is in the holdout yet, so there is nothing to compare.' };
    const text = summaryText({ ...summary, examples: [], suppressed: [], comparison: { nurtured: { n: 3, converted: 1 }, holdout, lift } });
    expect(text).toContain('No lead is in the holdout yet');
    expect(text).not.toContain('Nurturing changed');
    expect(text).toContain('None was sent');
    expect(text).toContain('Suppressed because of: nothing.');
  });

  it('marks headings as it is told', () => {
    expect(summaryText(summary, (title) => `<${title}>`)).toContain('<Conversions>');
  });
});
