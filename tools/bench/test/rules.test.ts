import { NO_TOUCHES } from '@tendril/rulebook';
import { expect, it } from 'vitest';
import { engineWithPlainFacts } from '../src/rules/ask-engine.ts';
import { countsOf, rulesOverCounts } from '../src/rules/counts-as-attributes.ts';
import { askAndCompare, load, rulesBench } from '../src/rules/rules-bench.ts';
import { fiftyRules } from '../src/workload/fifty-rules.ts';
import { accountAt, BEGIN, leadAt } from '../src/workload/leads.ts';

const silent = { leads: undefined, rounds: undefined, seconds: undefined, say: () => undefined };

it('measures the compiled rules against json-rules-engine', async () => {
  const { headline, figures } = await rulesBench({ ...silent, leads: 200, rounds: 2 });
  expect(figures.every(({ runs }) => runs.length === 2 && runs.every((run) => run > 0))).toBe(true);
  expect(headline?.runs.every((ratio) => ratio > 1)).toBe(true);
});

it('notices when the two match other rules', async () => {
  const rulebook = load(rulesOverCounts(fiftyRules()));
  const { id, attributes, events } = leadAt(7);
  const lead = { id, attributes: { ...attributes, ...countsOf(events, BEGIN) }, account: accountAt(1), events: [], stage: null, consents: {}, ...NO_TOUCHES };
  const answer = [...(rulebook.evaluate([lead], BEGIN)[0]?.segments ?? [])].sort().join(' ');
  const engine = engineWithPlainFacts(rulebook, BEGIN);
  await expect(askAndCompare(engine, [lead], [answer])).resolves.toBeGreaterThan(0);
  await expect(askAndCompare(engine, [lead], [`${answer} segments/more`])).rejects.toMatchObject({ code: 'bench-wrong' });
});
