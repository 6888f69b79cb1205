import { checkAttributes, checkEvent } from '@tendril/events';
import { loadRulebook, NO_TOUCHES, readRuleFolder } from '@tendril/rulebook';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { BASELINE_FILES, parseBaseline } from './baseline-file.ts';

const RULES = fileURLToPath(new URL('../../../rules', import.meta.url));

const files = await Promise.all(BASELINE_FILES.map(async (path) => ({ path, text: await readFile(`${RULES}/${path}`, 'utf8') })));
const { population, drawing, problems } = parseBaseline(files);
const { rulebook } = loadRulebook(await readRuleFolder(RULES));

it('is read, holds no address, and is small enough for a repository', () => {
  expect(problems).toEqual([]);
  expect(drawing?.replaced).toContainEqual({ what: 'lead.firstName', why: 'personal', values: 400 });
  expect(files.map(({ text }) => text).join('')).not.toMatch(/@|\+\d{6}/);
  expect(files.reduce((sum, { text }) => sum + text.length, 0)).toBeLessThan(700_000);
});

it('fits the tracking plan', () => {
  const plan = rulebook?.trackingPlan;
  const wrong = population?.leads.flatMap(({ id, attributes, events }) =>
    plan ? [...checkAttributes(plan, attributes), ...events.flatMap((event) => checkEvent(plan, event))].map(({ message }) => `${id}: ${message}`) : ['no plan'],
  );
  expect(wrong).toEqual([]);
});

it('has leads of every stage, more and less engaged, with touchpoints, refusals and dead addresses among them', () => {
  const { leads = [], strata = [] } = population ?? {};
  expect(leads.length).toBeGreaterThanOrEqual(400);
  const evaluations = rulebook?.evaluate(leads.map((lead) => ({ ...lead, ...NO_TOUCHES, account: lead.account?.attributes ?? null })), population?.takenAt ?? new Date(0)) ?? [];
  for (const { name } of rulebook?.stages ?? []) {
    expect(leads.filter(({ stage }) => stage === name).length, name).toBeGreaterThan(2);
    expect(evaluations.filter(({ stage }) => stage === name).length, name).toBeGreaterThan(2);
  }
  expect(strata.length).toBeGreaterThan(6);
  const some = (holds: (lead: (typeof leads)[number]) => boolean): number => leads.filter(holds).length;
  expect(some(({ touchpoints }) => touchpoints.some(({ state }) => state === 'accepted'))).toBeGreaterThan(20);
  expect(some(({ consents }) => Object.values(consents).includes('denied'))).toBeGreaterThan(5);
  expect(some(({ suppressed }) => suppressed['email'] !== undefined)).toBeGreaterThan(5);
});
