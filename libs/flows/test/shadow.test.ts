import { HOUR, type ManualClock, seededRandom } from '@tendril/kernel';
import type { RuleSource } from '@tendril/rulebook';
import { sql } from '@tendril/store/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { activate } from '../src/activate-rulebook.ts';
import { compileRulebook } from '../src/active-rulebook.ts';
import { dispatchAll } from '../src/dispatch-touchpoints.ts';
import { evaluateAll } from '../src/evaluate-leads.ts';
import { takeIn } from '../src/intake.ts';
import type { World } from '../src/world.ts';
import { changedRules, event, granted, pricingAs, smallCompany } from './small-company.ts';

type Company = Awaited<ReturnType<typeof smallCompany>>;

const file = (id: string, rule: object): RuleSource => ({ path: `${id}.json`, text: JSON.stringify({ id, version: 1, status: 'draft', owner: 'growth', title: id, ...rule }) });
const counted = (name: string, within: string, params: object = {}) => ({ fact: 'eventCount', params: { event: name, within, ...params }, operator: 'atLeast', value: 1 });
const touch = { id: 'mail', touch: 'content/docs', channel: 'email' };
const pricing = { journey: 'journeys/pricing' };
const mailed = { channel: 'email', content: 'content/pricing', state: 'accepted', within: '3d' };

/** The small company with words for drafts to send, and pages that say what a lead is interested in. */
const BASE: readonly RuleSource[] = [
  ...changedRules({ 'tracking-plan.json': [/("path": \{)/, '$1 "interest": true,'] }),
  ...pricingAs('content/docs'),
];

/**
 * Drafts of every kind: on facts of their own, on live rules, on each other, on an event that nothing live reads, and on
 * touchpoints, accounts and interests, which nothing live asks about.
 */
const DRAFTS: readonly RuleSource[] = [
  file('segments/docs', { conditions: { all: [counted('page_viewed', '36h', { where: { path: { startsWith: '/docs' } } })] } }),
  file('segments/noisy', { conditions: { all: [counted('noise', '20h'), { not: { condition: 'segments/health' } }] } }),
  file('segments/warm', { conditions: { any: [{ all: [{ condition: 'segments/docs' }, { condition: 'segments/pricing' }] }, { fact: 'score', params: { model: 'scoring/noise' }, operator: 'atLeast', value: 12 }] } }),
  file('segments/considering', { conditions: { all: [{ condition: 'segments/noisy' }, { fact: 'stage', operator: 'in', value: ['consideration', 'customer'] }] } }),
  file('segments/waiting', { conditions: { all: [{ fact: 'inJourney', params: pricing, operator: 'equal', value: true }] } }),
  file('segments/mailed', { conditions: { all: [{ fact: 'touchpointCount', params: mailed, operator: 'atLeast', value: 1 }] } }),
  file('segments/keen', { conditions: { all: [{ fact: 'interest', params: { rank: 1, within: '2d' }, operator: 'equal', value: '/docs' }] } }),
  file('segments/large', { conditions: { all: [{ fact: 'account', path: '$.employees', operator: 'atLeast', value: 50 }] } }),
  file('segments/committee', { conditions: { all: [{ fact: 'accountCount', params: { condition: 'segments/pricing' }, operator: 'atLeast', value: 2 }] } }),
  file('segments/uproar', { conditions: { all: [{ fact: 'accountCount', params: { condition: 'segments/noisy' }, operator: 'atLeast', value: 2 }] } }),
  file('scoring/noise', {
    scale: { min: 0, max: 50 },
    rules: [
      { name: 'noise', points: 5, max: 40, halfLife: '2d', per: { event: 'noise' } },
      { name: 'engaged', points: 3, conditions: { all: [{ fact: 'grade', params: { model: 'scoring/engagement' }, operator: 'equal', value: 'A' }] } },
    ],
    grades: { loud: 10, quiet: 0 },
  }),
  file('journeys/docs', { entry: { segment: 'segments/docs' }, reentry: { after: '2d' }, steps: [touch] }),
  file('journeys/once', { entry: { segment: 'segments/warm' }, reentry: 'never', steps: [touch] }),
  file('journeys/pricing-again', { entry: { segment: 'segments/pricing' }, reentry: { after: '1d' }, steps: [{ ...touch, id: 'text', channel: 'sms' }] }),
];
const live = (files: readonly RuleSource[]): RuleSource[] => files.map(({ path, text }) => ({ path, text: text.replace('"draft"', '"live"') }));

const LEADS = 12;
const STEPS = 30;

const leadNamed = (n: number) => ({ id: `crm-${n}`, email: `lead-${n}@small.example`, phone: `+4477009001${10 + n}` });

const at = (domain: string, one: ReturnType<typeof event>): ReturnType<typeof event> => ({ ...one, account: { domain } });

/** One of the things that happen to leads, drawn by chance. */
function happening(random: () => number, now: Date): Parameters<typeof takeIn>[1] {
  const lead = leadNamed(Math.floor(random() * LEADS));
  const domain = random() < 0.7 ? 'one.example' : 'two.example';
  const drawn = [
    () => event(now, 'page_viewed', { path: '/pricing' }, lead),
    () => event(now, 'page_viewed', { path: '/docs' }, lead),
    () => event(now, 'noise', {}, lead),
    () => at(domain, event(now, 'noise', {}, lead)),
    () => at(domain, event(now, 'lead_updated', { account: { employees: random() < 0.5 ? 10 : 80 } }, lead)),
    () => event(now, 'lead_updated', { attributes: { industry: random() < 0.5 ? 'health' : 'trade' } }, lead),
    () => granted(now, lead),
    () => granted(now, lead, 'sms'),
    () => event(now, 'deal_won', {}, lead),
  ];
  return [drawn[Math.floor(random() * (random() < 0.1 ? drawn.length : drawn.length - 1))]!()];
}

/** Lets the company live for some weeks; the same seed gives the same weeks, whatever the rules. Returns what was seen after each step. */
async function liveOn<Seen>({ world, clock }: { world: World; clock: ManualClock }, seed: string, look: () => Promise<Seen>): Promise<Seen[]> {
  const seen: Seen[] = [];
  const random = seededRandom(seed);
  const ready = Array.from({ length: LEADS / 2 }, (_, n) => granted(clock.now(), leadNamed(n)));
  await takeIn(world, ready);
  for (let step = 0; step < STEPS; step += 1) {
    clock.advance(Math.ceil(random() * 14) * HOUR);
    const events = Array.from({ length: Math.floor(random() * 6) }, () => happening(random, clock.now())).flat();
    if (events.length > 0) await takeIn(world, events);
    await evaluateAll(world);
    await dispatchAll(world);
    seen.push(await look());
  }
  return seen;
}

const companies: Company[] = [];
afterEach(async () => {
  await Promise.all(companies.splice(0).map(({ store }) => store.close()));
});

async function companyWith(files: readonly RuleSource[]): Promise<Company> {
  const company = await smallCompany();
  companies.push(company);
  await activate(company.world, compileRulebook({ files: [...BASE, ...files], gitRevision: null }), { by: 'test' });
  return company;
}

/** Every row of every table but those of rulebooks and drafts, and every message: all that is live. Hashes of rulebooks are left out. */
async function allThatIsLive({ store, recorder }: Company): Promise<Record<string, unknown>> {
  const tables = await sql<{ name: string }>`
    select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'
      and table_name not in ('rulebook', 'active_rulebook', 'draft', 'shadow_answer', 'shadow_due', 'shadow_touch', 'fact_state', 'run', 'migration', 'setting') order by 1
  `.execute(store.db);
  expect(tables.rows.length).toBeGreaterThan(15);
  const rows: Record<string, unknown> = { sent: recorder.sent };
  for (const { name } of tables.rows) {
    const found = await sql<{ row: string }>`select (to_jsonb(t) - 'rulebook' - 'gated_rulebook')::text as row from ${sql.table(name)} t order by 1`.execute(store.db);
    rows[name] = found.rows.map(({ row }) => row);
  }
  return rows;
}

interface Answers {
  readonly answers: ReturnType<typeof sql>;
  readonly touches: ReturnType<typeof sql>;
}

const SEGMENTS = DRAFTS.flatMap(({ path }) => (path.startsWith('segments/') ? [path.replace('.json', '')] : []));

/** What rules of these ids answer and plan: drafts in shadow, live ones for all to see. */
const SHADOW: Answers = {
  answers: sql`select lead, rule, milli, grade, case when milli is null then since end as since from shadow_answer order by lead, rule`,
  touches: sql`select programme, lead, entry, step, visit, version, channel, content, planned_at as at from shadow_touch order by 1, 2, 3`,
};
const OPEN: Answers = {
  answers: sql`
    select lead, segment as rule, null::int as milli, null as grade, since from membership where segment = any(${SEGMENTS}::text[])
    union all select lead, model, milli, grade, null from score where model = 'scoring/noise' order by lead, rule`,
  touches: sql`
    select programme, lead, entry, step, visit, version, channel, content, planned_at as at from touchpoint
    where programme in ('journeys/docs', 'journeys/once', 'journeys/pricing-again') order by 1, 2, 3`,
};

describe('drafts', () => {
  it.each(process.env['DATABASE_URL'] ? ['one', 'two'] : ['one'])('change nothing that is live, and answer in shadow what they would answer live (life %s)', async (seed) => {
    const without = await companyWith([]);
    const drafts = await companyWith(DRAFTS);
    const opened = await companyWith(live(DRAFTS));
    const answers = ({ store }: Company, asked: Answers) => async (): Promise<unknown[]> => (await asked.answers.execute(store.db)).rows;
    await liveOn(without, seed, async () => undefined);
    const shadow = await liveOn(drafts, seed, answers(drafts, SHADOW));
    const open = await liveOn(opened, seed, answers(opened, OPEN));
    expect(await allThatIsLive(drafts)).toEqual(await allThatIsLive(without));
    expect(drafts.recorder.sent.length).toBeGreaterThan(2);

    for (const [step, answered] of open.entries()) expect(shadow[step]).toEqual(answered);
    const answering = new Set(open.flat().map((row) => (row as { rule: string }).rule));
    expect([...answering].sort()).toEqual(['scoring/noise', ...SEGMENTS].sort());

    const touches = (await OPEN.touches.execute(opened.store.db)).rows as { programme: string; entry: number }[];
    expect((await SHADOW.touches.execute(drafts.store.db)).rows).toEqual(touches);
    expect(new Set(touches.map(({ programme }) => programme)).size).toBe(3);
    expect(touches.filter(({ entry }) => entry > 1).length).toBeGreaterThan(0);
  }, 300_000);

  it('begin anew when they change sides: what a draft left behind is gone when it is live or no more', async () => {
    const company = await companyWith(DRAFTS);
    const { world, store, clock } = company;
    const reader = { id: 'crm-1', email: 'lead-1@small.example' };
    await takeIn(world, [event(clock.now(), 'page_viewed', { path: '/docs' }, reader), event(clock.now(), 'noise', {}, reader)]);
    await evaluateAll(world);
    const rules = async (): Promise<string[]> => (await sql<{ rule: string }>`select rule from shadow_answer union select programme from shadow_touch order by 1`.execute(store.db)).rows.map(({ rule }) => rule);
    const drafts = async (): Promise<string[]> => (await sql<{ rule: string }>`select rule from draft order by 1`.execute(store.db)).rows.map(({ rule }) => rule);
    expect(await rules()).toEqual(['journeys/docs', 'scoring/noise', 'segments/docs', 'segments/keen', 'segments/noisy']);
    expect(await drafts()).toHaveLength(DRAFTS.length);

    const docs = DRAFTS.filter(({ path }) => path.endsWith('/docs.json'));
    const others = DRAFTS.filter((draft) => !docs.includes(draft) && !draft.path.startsWith('scoring/') && !draft.path.endsWith('/warm.json') && !draft.path.endsWith('/once.json'));
    await activate(world, compileRulebook({ files: [...BASE, ...live(docs), ...others], gitRevision: null }), { by: 'test' });
    expect(await rules()).toEqual(['segments/keen', 'segments/noisy']);
    expect(await evaluateAll(world)).toMatchObject({ leads: 1, planned: 1 });
    expect(await rules()).toEqual(['segments/keen', 'segments/noisy']);
    await activate(world, compileRulebook({ files: BASE, gitRevision: null }), { by: 'test' });
    await evaluateAll(world);
    expect([await rules(), await drafts(), (await sql`select 1 from shadow_due`.execute(store.db)).rows]).toEqual([[], [], []]);
    // And the journey that was live keeps what it remembers of the lead when it is a draft again.
    await activate(world, compileRulebook({ files: [...BASE, ...DRAFTS], gitRevision: null }), { by: 'test' });
    await evaluateAll(world);
    expect(await rules()).toEqual(['scoring/noise', 'segments/docs', 'segments/keen', 'segments/noisy']);
  });

  it('hold nothing up: when they cannot be evaluated, the log says so, and what is live goes on', async () => {
    const { world, store, clock } = await companyWith(DRAFTS);
    const said: string[] = [];
    await sql`alter table shadow_answer add constraint never check (false) not valid`.execute(store.db);
    await takeIn(world, [event(clock.now(), 'page_viewed', { path: '/pricing' }), event(clock.now(), 'noise')]);
    expect(await evaluateAll({ ...world, log: (message) => said.push(message) })).toMatchObject({ leads: 1, planned: 1 });
    expect(said.join()).toContain('Drafts could not be evaluated for 1 leads');
    clock.advance(24 * HOUR);
    await takeIn(world, [event(clock.now(), 'noise')]);
    expect(await evaluateAll({ ...world, log: (message) => said.push(message) })).toMatchObject({ leads: 0 });
    expect(said.at(-1)).toContain('Drafts could not be evaluated: ');
    await sql`alter table shadow_answer drop constraint never`.execute(store.db);
    await evaluateAll(world);
    expect((await SHADOW.answers.execute(store.db)).rows).not.toEqual([]);
  });
});
