import { performance } from 'node:perf_hooks';
import { evaluateLeads, takeIn } from '@tendril/flows';
import { AppError, type Random, seededRandom } from '@tendril/kernel';
import { activateAndSettle, type Company, withCompany } from '../database/company.ts';
import { leadName } from '../database/fill.ts';
import type { Figure, Found, Options } from '../figures.ts';
import { load } from '../rules/rules-bench.ts';
import { drawEvent, leadId } from '../workload/leads.ts';
import { livingRules } from '../workload/living-rules.ts';
import { checkAgainstFull } from './full-evaluation.ts';
import { type Parts, timedStore } from './timed-store.ts';

const WARMING = 2;

/** What is compared. */
export interface Sizes {
  /** Leads of the smaller database. */
  readonly small: number;
  /** Changed leads of a tick. */
  readonly changed: number;
  /** Those of them that time alone makes due; at times a few more. */
  readonly byTime: number;
}

const SIZES: Sizes = { small: 10_000, changed: 1000, byTime: 50 };

/** What one tick took, in milliseconds. */
interface Tick {
  readonly total: number;
  /** The look that finds nobody. */
  readonly empty: number;
  readonly intake: number;
  readonly parts: Parts;
}

/** What a tick of 1,000 changed leads takes among many leads, against the same among few, one after the other in every round. */
export async function tickBench({ leads = 200_000, rounds = 15, say }: Options, sizes = SIZES): Promise<Found> {
  say(`tick: filling databases with ${sizes.small} and ${leads} leads and ten times as many events`);
  return withCompany('small', sizes.small, (small) =>
    withCompany('big', leads, async (big) => {
      const ticks: { small: Tick; big: Tick }[] = [];
      for (const company of [small, big]) await firstEvaluation(company, say);
      const run = { small: ticking(small, sizes), big: ticking(big, sizes) };
      say(`tick: ${rounds} rounds of ${sizes.changed} changed leads`);
      for (let round = -WARMING; round < rounds; round++) {
        const pair = { small: await run.small(), big: await run.big() };
        if (round >= 0) ticks.push(pair);
      }
      return found(ticks, leads, sizes);
    }),
  );
}

async function firstEvaluation({ world, leads, client }: Company, say: Options['say']): Promise<void> {
  const began = performance.now();
  const done = await activateAndSettle(world, livingRules());
  if (done < leads) throw new AppError('bench-wrong', `Of ${leads} leads, only ${done} were evaluated`);
  await client.query('vacuum (analyze)');
  say(`tick: ${leads} leads evaluated for the first time in ${((performance.now() - began) / 1000).toFixed(0)} s`);
}

/** Makes leads due, most of them by an event and some by time alone, ticks, and compares what was decided with a full evaluation. */
function ticking({ world, client, clock, leads }: Company, { changed: wanted, byTime: late }: Sizes): () => Promise<Tick> {
  const random = seededRandom(leads);
  const rulebook = load(livingRules());
  const { store, take } = timedStore(world.store);
  let events = 0;
  return async () => {
    const { rows } = await client.query<{ at: Date }>('select next_at as at from lead_state where next_at is not null order by next_at offset $1 limit 1', [late - 1]);
    clock.set(new Date(Math.max(clock.now().getTime() + 1, rows[0]?.at.getTime() ?? 0)));
    const byTime = await client.query<{ lead: string }>('select lead from lead_state where next_at <= $1', [clock.now()]);
    const changed = new Map(byTime.rows.map(({ lead }) => [lead, -1]));
    while (changed.size < wanted) {
      const n = Math.floor(random() * leads);
      if (!changed.has(leadId(n))) changed.set(leadId(n), n);
    }
    const heard = [...changed.values()].filter((n) => n >= 0).map((n) => intakeOf(n, events++, clock.now(), random));
    const before = performance.now();
    const { stored } = await takeIn(world, heard);
    const intake = performance.now() - before;
    if (stored !== heard.length) throw new AppError('bench-wrong', `Of ${heard.length} new events ${stored} were stored`);
    take();
    const began = performance.now();
    const { leads: ticked } = await evaluateLeads({ ...world, store }, wanted);
    const total = performance.now() - began;
    const parts = take();
    const { leads: left } = await evaluateLeads({ ...world, store }, wanted);
    const empty = performance.now() - began - total;
    if (ticked !== wanted || left !== 0) throw new AppError('bench-wrong', `A tick should take all ${wanted} changed leads, but it took ${ticked} and left ${left}`);
    await checkAgainstFull(client, rulebook, [...changed.keys()]);
    return { total, empty, intake, parts };
  };
}

function intakeOf(n: number, event: number, now: Date, random: Random): Parameters<typeof takeIn>[1][number] {
  const { type, at, properties } = drawEvent(random, now.getTime());
  return { source: 'website', key: `tick-${event}`, type, at: at.toISOString(), lead: { id: leadName(n) }, properties } as Parameters<typeof takeIn>[1][number];
}

function found(ticks: readonly { readonly small: Tick; readonly big: Tick }[], leads: number, { small: few, changed, byTime }: Sizes): Found {
  const of = (company: 'small' | 'big', value: (tick: Tick) => number): number[] => ticks.map((pair) => value(pair[company]));
  const headline: Figure = {
    name: `a tick among ${leads.toLocaleString('en')} ÷ among ${few.toLocaleString('en')}`,
    unit: '×',
    runs: ticks.map(({ small, big }) => big.total / small.total),
    goal: { atMost: 1.2 },
  };
  const parts = ['lock', 'read', 'own code', 'write', 'commit'] as const;
  const figures: Figure[] = [
    headline,
    { name: `${changed} changed among ${leads.toLocaleString('en')}`, unit: 'ms', runs: of('big', ({ total }) => total), goal: { atMost: 150 } },
    { name: `${changed} changed among ${few.toLocaleString('en')}`, unit: 'ms', runs: of('small', ({ total }) => total) },
    ...parts.map((part): Figure => ({ name: `… of the larger: ${part}`, unit: 'ms', runs: of('big', (tick) => tick.parts[part]) })),
    { name: 'a look that finds nobody, the larger', unit: 'ms', runs: of('big', ({ empty }) => empty) },
    { name: 'a look that finds nobody, the smaller', unit: 'ms', runs: of('small', ({ empty }) => empty) },
    { name: 'intake of the events before, the larger', unit: 'ms', runs: of('big', ({ intake }) => intake) },
  ];
  const checked = [`scores, grade, stage, segments and next time of all ${changed} leads of each tick (${(ticks.length + WARMING) * 2} ticks, ${byTime} leads or more of each due by time alone) equal an evaluation from all their events`];
  return { figures, headline, checked };
}
