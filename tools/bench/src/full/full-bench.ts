import { performance } from 'node:perf_hooks';
import { AppError } from '@tendril/kernel';
import { activateAndSettle, type Company, withCompany } from '../database/company.ts';
import type { Figure, Found, Options } from '../figures.ts';
import { load } from '../rules/rules-bench.ts';
import { checkAgainstFull } from '../tick/full-evaluation.ts';
import { COUNTRIES } from '../workload/attributes.ts';
import { LIKELY } from '../workload/fifty-rules.ts';
import { leadId } from '../workload/leads.ts';
import { livingRules } from '../workload/living-rules.ts';
import { makeTypedTable, readByCopy } from './yardstick.ts';

/** From one propensity to the other, one lead in fifty enters or leaves `segments/likely`. */
const THRESHOLDS = [LIKELY - 200, LIKELY] as const;
/** Leads that are evaluated once more from their events after each change. */
const SAMPLE = 2000;

/** Milliseconds. */
interface Round {
  readonly full: number;
  readonly typed: number;
  readonly stored: number;
}

/** What it takes to evaluate everybody by changed rules, 2 % of the leads changed and committed, against reading the same attributes by COPY. */
export async function fullBench({ leads = 50_000, rounds = 3, say }: Options): Promise<Found> {
  say(`full: filling a database with ${leads} leads and ten times as many events`);
  return withCompany('full', leads, async (company) => {
    const { client, clock } = company;
    const first = await changeRules(company, LIKELY);
    say(`full: ${leads} leads evaluated for the first time in ${(first / 1000).toFixed(0)} s; ${rounds} changes of rules follow`);
    await makeTypedTable(client, clock.now());
    await client.query('vacuum (analyze)');
    const taken: Round[] = [];
    let changed = 0;
    for (let round = 0; round < rounds; round++) {
      const before = await readByCopy(client);
      const moved = await countTransitions(client);
      const full = await changeRules(company, THRESHOLDS[round % 2]!);
      changed += (await countTransitions(client)) - moved;
      const after = await readByCopy(client);
      taken.push({ full, typed: (before.typed + after.typed) / 2, stored: (before.stored + after.stored) / 2 });
    }
    const share = changed / rounds / leads;
    if (share < 0.01 || share > 0.03) throw new AppError('bench-wrong', `A change of rules should move 2 % of the leads, but it moved ${(share * 100).toFixed(1)} %`);
    return found(taken, { leads, first, share });
  });
}

/** Answers the milliseconds until everybody is decided by rules with this threshold. */
async function changeRules({ world, client, clock, leads }: Company, likely: number): Promise<number> {
  clock.advance(1);
  const rules = livingRules(likely);
  const began = performance.now();
  const done = await activateAndSettle(world, rules);
  const took = performance.now() - began;
  if (done < leads) throw new AppError('bench-wrong', `Of ${leads} leads, only ${done} were evaluated`);
  const sample = Array.from({ length: Math.min(SAMPLE, leads) }, (_, at) => leadId(Math.floor((at * leads) / Math.min(SAMPLE, leads))));
  await checkAgainstFull(client, load(rules), sample);
  const { rows } = await client.query<{ right: boolean; members: number }>(COMPARE_MEMBERS, [likely, COUNTRIES, clock.now()]);
  if (!rows[0]?.right) throw new AppError('bench-wrong', 'The members of segments/likely should be those whom plain SQL finds');
  return took;
}

const COMPARE_MEMBERS = `
  select array_agg(l.id order by l.id) is not distinct from (select array_agg(lead order by lead) from membership where segment = 'segments/likely') as right
  from lead l where (l.attributes ->> 'propensity')::int >= $1 and l.attributes ->> 'country' = any($2)
    and exists (select from event e where e.lead = l.id and e.type = 'page_viewed' and e.occurred_at > $3::timestamptz - interval '2160 hours' and e.occurred_at <= $3)`;

async function countTransitions(client: Company['client']): Promise<number> {
  const { rows } = await client.query<{ n: string }>("select count(*) as n from transition where subject = 'segments/likely'");
  return Number(rows[0]?.n);
}

function found(taken: readonly Round[], { leads, first, share }: { readonly leads: number; readonly first: number; readonly share: number }): Found {
  const runs = (of: (round: Round) => number): number[] => taken.map(of);
  const headline: Figure = { name: `everybody evaluated ÷ COPY of the typed table, ${leads.toLocaleString('en')} leads`, unit: '×', runs: runs(({ full, typed }) => full / typed), goal: { atMost: 4 } };
  const figures: Figure[] = [
    headline,
    { name: 'everybody evaluated ÷ COPY of leads and accounts as they are stored', unit: '×', runs: runs(({ full, stored }) => full / stored) },
    { name: 'everybody evaluated, changes committed', unit: 'ms', runs: runs(({ full }) => full) },
    { name: 'leads evaluated', unit: 'a second', runs: runs(({ full }) => (leads / full) * 1000) },
    { name: 'COPY of the typed table, 54 columns', unit: 'ms', runs: runs(({ typed }) => typed) },
    { name: 'COPY of leads and accounts as they are stored', unit: 'ms', runs: runs(({ stored }) => stored) },
    { name: 'the first evaluation, which writes everything', unit: 'ms', runs: [first] },
  ];
  const checked = [
    `after each change, ${SAMPLE} leads equal an evaluation from all their events, and all members of the changed segment are those whom plain SQL finds`,
    `a change moved ${(share * 100).toFixed(1)} % of the leads`,
  ];
  return { figures, headline, checked };
}
