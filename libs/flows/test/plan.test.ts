import type { IntakeEvent } from '@tendril/events';
import { DAY } from '@tendril/kernel';
import { changesNothing, type Plan } from '@tendril/plan';
import { sql } from '@tendril/store/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { activate } from '../src/activate-rulebook.ts';
import { compileRulebook } from '../src/active-rulebook.ts';
import { dispatchAll } from '../src/dispatch-touchpoints.ts';
import { evaluateAll } from '../src/evaluate-leads.ts';
import { takeIn } from '../src/intake.ts';
import { planRulebook } from '../src/plan-rulebook.ts';
import { event, granted, RULES, smallCompany } from './small-company.ts';

const LEADS = 24;

let company: Awaited<ReturnType<typeof smallCompany>>;

/** Every third lead read about prices, every third only the blog; half may be mailed, one has bounced, one has no address. */
beforeEach(async () => {
  company = await smallCompany();
  const now = company.clock.now();
  const events = Array.from({ length: LEADS }, (_, n): IntakeEvent[] => {
    const lead = n === 4 ? { id: `crm-${n}` } : { id: `crm-${n}`, email: `lead-${n}@small.example` };
    const at = new Date(now.getTime() - (n % 6) * DAY);
    return [
      ...(n % 2 === 0 ? [granted(at, lead)] : []),
      ...(n === 10 ? [event(at, 'suppressed', { channel: 'email', reason: 'bounced' }, lead)] : []),
      event(at, 'page_viewed', { path: ['/pricing', '/blog', '/about'][n % 3] ?? '' }, lead),
    ];
  });
  await takeIn(company.world, events.flat());
  await evaluateAll(company.world);
  await dispatchAll(company.world);
});
afterEach(() => company.store.close());

/** The rules with a text replaced by another in the segments. */
function changed(from: string, to: string): { files: typeof RULES; gitRevision: null } {
  return { files: RULES.map(({ path, text }) => ({ path, text: path.startsWith('segments/') ? text.replace(from, to) : text })), gitRevision: null };
}

async function rows<Row>(query: ReturnType<typeof sql<Row>>): Promise<Row[]> {
  return (await query.execute(company.store.db)).rows;
}

const members = () => rows(sql<{ segment: string; n: number }>`select segment, count(*)::int as n from membership group by segment order by segment`);
const touchpoints = () =>
  rows(sql<{ fate: string; n: number }>`
    select case when state = 'accepted' then 'sent' else state || ': ' || reason end as fate, count(*)::int as n from touchpoint group by 1 order by 1
  `);

/** The fates that a plan foresees for its touches at once, as the database will count them. */
function foreseen({ atOnce }: Plan): { fate: string; n: number }[] {
  const fates = atOnce.touches.flatMap(({ sent, ended }) => [{ fate: 'sent', n: sent.n }, ...ended.map(({ reason, touches }) => ({ fate: reason, n: touches.n }))]);
  return fates.filter(({ n }) => n > 0).sort((a, b) => (a.fate < b.fate ? -1 : 1));
}

describe('planRulebook', () => {
  it.each([
    ['wider', '"/pricing"', '"/b"'],
    ['everybody', '"/pricing"', '"/"'],
    ['narrower', '"/pricing"', '"/pricing/teams"'],
  ])('says exactly what activating it then does, and writes nothing: %s', async (_what, from, to) => {
    const next = compileRulebook(changed(from, to));
    const [membersBefore, touchesBefore] = [await members(), await touchpoints()];
    const plan = await planRulebook(company.world, next, 14);
    expect([await members(), await touchpoints()]).toEqual([membersBefore, touchesBefore]);
    expect(plan.population).toMatchObject({ total: LEADS, whole: true });

    await activate(company.world, next, { by: 'test' });
    const { planned } = await evaluateAll(company.world);
    expect(plan.atOnce.touches.reduce((sum, touch) => sum + touch.planned.n, 0)).toBe(planned);
    const pricing = (list: Awaited<ReturnType<typeof members>>): number => list.find(({ segment }) => segment === 'segments/pricing')?.n ?? 0;
    const [foretold] = plan.atOnce.segments;
    expect(foretold).toMatchObject({ segment: 'segments/pricing', before: { n: pricing(membersBefore) }, after: { n: pricing(await members()) } });
    expect(foretold!.entering.n - foretold!.leaving.n).toBe(pricing(await members()) - pricing(membersBefore));
    await dispatchAll(company.world);
    const count = (list: readonly { fate: string; n: number }[], fate: string): number => list.find((one) => one.fate === fate)?.n ?? 0;
    const came = (await touchpoints()).map(({ fate, n }) => ({ fate, n: n - count(touchesBefore, fate) })).filter(({ n }) => n > 0);
    expect(came).toEqual(foreseen(plan));
  });

  it('foresees what then happens as the clock goes on', async () => {
    const next = compileRulebook(changed('"/pricing"', '"/b"'));
    const plan = await planRulebook(company.world, next, 8);
    await activate(company.world, next, { by: 'test' });
    const before = (await touchpoints()).find(({ fate }) => fate === 'sent')?.n ?? 0;
    for (let hour = 0; hour <= 8 * 24; hour += 6) {
      await evaluateAll(company.world);
      await dispatchAll(company.world);
      company.clock.advance(DAY / 4);
    }
    // Nobody did anything again, and reentry is never, so only what the change plans is sent.
    expect((await touchpoints()).find(({ fate }) => fate === 'sent')?.n).toBe(before + plan.forecast.sent.after.n);
  });

  it('of the active rulebook says that nothing changes', async () => {
    const plan = await planRulebook(company.world, compileRulebook({ files: RULES, gitRevision: null }), 3);
    expect(changesNothing(plan)).toBe(true);
    expect(plan.rules).toEqual([]);
  });

  it('lets others in between its batches', async () => {
    let turns = 0;
    let planning = true;
    const others = (): void => {
      turns += 1;
      if (planning) setImmediate(others);
    };
    others();
    await planRulebook(company.world, compileRulebook(changed('"/pricing"', '"/"')), 14);
    planning = false;
    expect(turns).toBeGreaterThan(10);
  });
});
