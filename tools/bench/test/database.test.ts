import { describe, expect, it } from 'vitest';
import { activateAndSettle, withCompany } from '../src/database/company.ts';
import { fullBench } from '../src/full/full-bench.ts';
import { Source } from '../src/http/ingest-bench.ts';
import { load } from '../src/rules/rules-bench.ts';
import { checkAgainstFull } from '../src/tick/full-evaluation.ts';
import { tickBench } from '../src/tick/tick-bench.ts';
import { BEGIN, leadId } from '../src/workload/leads.ts';
import { livingRules, UNREAD } from '../src/workload/living-rules.ts';

const silent = { leads: undefined, rounds: undefined, seconds: undefined, say: () => undefined };

it('notices an event that was lost or stored twice', async () => {
  const counting = (n: string) => ({ query: () => Promise.resolve({ rows: [{ n }] }) }) as unknown as Parameters<Source['check']>[0];
  const source = new Source('unread', UNREAD, { leads: 10, at: BEGIN });
  await expect(source.check(counting('0'))).resolves.toBeUndefined();
  await expect(source.check(counting('1'))).rejects.toMatchObject({ code: 'bench-wrong' });
});

/** Milliseconds. A database is made for each, which takes a busy machine a while. */
const LIMIT = 120_000;

const DAMAGES = [
  'update score set milli = milli + 1 where lead = $1',
  "update lead_state set stage = 'elsewhere' where lead = $1",
  "update lead_state set next_at = next_at + interval '1 day' where lead = $1",
  "insert into membership (lead, segment, since) values ($1, 'segments/more', now())",
  "insert into event (lead, source, key, type, occurred_at, received_at, properties) values ($1, 'late', '1', 'demo_requested', '2026-06-08', now(), '{}')",
];

// These benches measure a server, so there is nothing to see on the embedded database.
describe.runIf(process.env['DATABASE_URL'])('on PostgreSQL', () => {
  it('measures ticks and the evaluation of everybody', async () => {
    const tick = await tickBench({ ...silent, leads: 300, rounds: 1 }, { small: 150, changed: 60, byTime: 5 });
    const full = await fullBench({ ...silent, leads: 500, rounds: 2 });
    for (const { headline, figures } of [tick, full]) {
      expect(headline?.runs[0]).toBeGreaterThan(0);
      expect(figures.every(({ runs }) => runs.every((run) => run >= 0))).toBe(true);
    }
  }, LIMIT);

  it('notices what differs from a full evaluation', async () => {
    await withCompany('smoke', 20, async ({ client, world }) => {
      await activateAndSettle(world, livingRules());
      const rulebook = load(livingRules());
      const check = (n: number) => checkAgainstFull(client, rulebook, [leadId(n)]);
      for (const [n, damage] of DAMAGES.entries()) {
        await expect(check(n)).resolves.toBeUndefined();
        await client.query(damage, [leadId(n)]);
        await expect(check(n), damage).rejects.toMatchObject({ code: 'bench-wrong' });
      }
    });
  }, LIMIT);
});
