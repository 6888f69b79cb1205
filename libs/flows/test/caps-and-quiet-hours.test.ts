import { accepted, rejected, unknown } from '@tendril/connector-kit';
import { DAY } from '@tendril/kernel';
import type { RuleSource } from '@tendril/rulebook';
import { sql } from '@tendril/store/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { activate } from '../src/activate-rulebook.ts';
import { compileRulebook } from '../src/active-rulebook.ts';
import { dispatchAll } from '../src/dispatch-touchpoints.ts';
import { evaluateAll } from '../src/evaluate-leads.ts';
import { takeIn } from '../src/intake.ts';
import { type ANA, event, granted, pricingAs, RULES, smallCompany } from './small-company.ts';

const parsed = (path: string): Record<string, unknown> => JSON.parse(RULES.find((rule) => rule.path === path)?.text ?? '{}') as Record<string, unknown>;
const file = (path: string, json: object): RuleSource => ({ path, text: JSON.stringify(json) });

/** Who reads about pricing gets two e-mails at once, by two journeys, as far as the policies let them. */
function rules(policies: object): RuleSource[] {
  const plan = parsed('tracking-plan.json');
  const attributes = { ...(plan['attributes'] as object), timeZone: { type: 'string', meaning: 'IANA name' } };
  const changes = [
    file('tracking-plan.json', { ...plan, attributes }),
    file('policies.json', { ...parsed('policies.json'), ...policies }),
    file('journeys/second.json', { ...parsed('journeys/pricing.json'), id: 'journeys/second', steps: [{ id: 'mail', touch: 'content/second', channel: 'email' }] }),
    ...pricingAs('content/second'),
  ];
  return [...RULES.filter(({ path }) => !changes.some((change) => change.path === path)), ...changes];
}

let company: Awaited<ReturnType<typeof smallCompany>>;
beforeAll(async () => {
  company = await smallCompany();
});
afterAll(() => company.store.close());

let leads = 0;
const lead = (): typeof ANA => ({ id: `crm-${leads}`, email: `lead-${leads}@small.example` });

/** Another lead reads about pricing, in a company with these policies; the clock stands at Monday 09:00 UTC. */
async function read(policies: object, attributes: object = {}): Promise<void> {
  const { world, clock, recorder } = company;
  leads += 1;
  clock.set('2026-03-02T09:00:00Z');
  recorder.sent.length = 0;
  recorder.answer = ({ id }) => accepted(id);
  await apply(policies);
  const updated = event(clock.now(), 'lead_updated', { attributes: { firstName: 'Ana', ...attributes } }, lead());
  const news = [granted(clock.now(), lead()), updated, event(clock.now(), 'page_viewed', { path: '/pricing' }, lead())];
  expect((await takeIn(world, news)).refused).toEqual([]);
  await evaluateAll(world);
}

async function apply(policies: object): Promise<void> {
  await activate(company.world, compileRulebook({ files: rules(policies), gitRevision: null }), { by: 'test' });
}

/** The lead's touchpoints, the sent ones first: state, reason, and when each is looked at next. */
async function touchpoints(): Promise<string[]> {
  const { rows } = await sql<{ state: string; reason: string | null; dueAt: Date }>`
    select state, reason, due_at as "dueAt" from touchpoint t join identity i on i.lead = t.lead and i.kind = 'id' and i.value = ${lead().id}
    order by state <> 'accepted', due_at
  `.execute(company.store.db);
  return rows.map(({ state, reason, dueAt }) => [state, ...(reason === null ? [] : [reason, dueAt.toISOString()])].join(' '));
}

async function dispatchedAt(at: string): Promise<string[]> {
  company.clock.set(at);
  await dispatchAll(company.world);
  return touchpoints();
}

/** How often the vendor was asked about this lead. */
const asked = (): number => company.recorder.sent.filter(({ to }) => to === lead().email).length;

const CAP = { caps: [{ channel: 'email', max: 1, within: '3d' }] };

describe('caps', () => {
  it('let one of two programmes write, and the other when its place is free, to the millisecond', async () => {
    await read(CAP);
    expect(await dispatchedAt('2026-03-02T09:00:00.000Z')).toEqual(['accepted', 'held capped 2026-03-05T09:00:00.000Z']);
    expect(await dispatchedAt('2026-03-05T08:59:59.999Z')).toEqual(['accepted', 'held capped 2026-03-05T09:00:00.000Z']);
    expect(await dispatchedAt('2026-03-05T09:00:00.000Z')).toEqual(['accepted', 'accepted']);
    expect(asked()).toBe(2);
  });

  it('count what may have been sent', async () => {
    await read(CAP);
    company.recorder.answer = () => unknown('the line went dead');
    expect(await dispatchedAt('2026-03-02T09:00:00.000Z')).toEqual(['unknown the line went dead 2026-03-02T09:00:00.000Z', 'held capped 2026-03-05T09:00:00.000Z']);
  });

  it('do not count what the vendor refused: whoever waited for it is asked again at once', async () => {
    await read(CAP);
    company.recorder.answer = ({ id }) => (asked() === 1 ? rejected('content', 'too long') : accepted(id));
    expect(await dispatchedAt('2026-03-02T09:00:00.000Z')).toEqual(['accepted', 'rejected content: too long 2026-03-02T09:00:00.000Z']);
  });

  it('hold in calendar days of the lead’s zone', async () => {
    await read({ caps: [{ max: 1, days: 2 }], unknownZone: ['UTC'] }, { timeZone: 'Asia/Tokyo' });
    expect(await dispatchedAt('2026-03-02T09:00:00.000Z')).toEqual(['accepted', 'held capped 2026-03-03T15:00:00.000Z']);
  });

  it('end what would come too late', async () => {
    await read({ caps: [{ max: 1, within: '7d' }] });
    await sql`update touchpoint set expires_at = ${new Date('2026-03-04T00:00:00Z')} where state = 'planned'`.execute(company.store.db);
    expect(await dispatchedAt('2026-03-02T09:00:00.000Z')).toEqual(['accepted', 'expired capped 2026-03-02T09:00:00.000Z']);
  });

  it('that loosen are felt at once', async () => {
    await read(CAP);
    expect(await dispatchedAt('2026-03-02T09:00:00.000Z')).toEqual(['accepted', 'held capped 2026-03-05T09:00:00.000Z']);
    await apply({ caps: [{ channel: 'email', max: 2, within: '3d' }] });
    expect(await dispatchedAt('2026-03-02T09:00:01.000Z')).toEqual(['accepted', 'accepted']);
  });
});

describe('quiet hours', () => {
  const QUIET = { quietHours: [{ from: '17:00', to: '08:00' }], holidays: ['2026-03-03'], unknownZone: ['Europe/London', 'America/New_York'] };
  const waits = async (attributes: object): Promise<string | undefined> => {
    await read(QUIET, attributes);
    return (await dispatchedAt('2026-03-02T09:00:00.000Z'))[0];
  };

  it('are those of the lead’s zone', async () => {
    expect(await waits({ timeZone: 'Europe/Berlin' })).toBe('accepted');
    expect(await waits({ timeZone: 'Asia/Tokyo' })).toBe('held quiet 2026-03-03T23:00:00.000Z');
    expect(asked()).toBe(0);
    expect((await dispatchedAt('2026-03-03T23:00:00.000Z'))[0]).toBe('accepted');
  });

  it('are those of all zones where a lead of unknown zone may be', async () => {
    expect(await waits({})).toBe('held quiet 2026-03-02T13:00:00.000Z');
  });
});

describe('the lead’s zone', () => {
  const zone = async (): Promise<unknown> => (await sql`select zone from lead join identity i on i.lead = lead.id and i.kind = 'id' and i.value = ${lead().id}`.execute(company.store.db)).rows[0];
  const update = (timeZone: string | null, at: Date) => takeIn(company.world, [event(at, 'lead_updated', { attributes: { timeZone } }, lead())]);

  it('is its attribute timeZone, as the newest update says', async () => {
    await read({}, { timeZone: 'Europe/Berlin' });
    const now = company.clock.now().getTime();
    expect(await zone()).toEqual({ zone: 'Europe/Berlin' });
    await update('Asia/Tokyo', new Date(now - DAY));
    expect(await zone()).toEqual({ zone: 'Europe/Berlin' });
    await update('Asia/Tokyo', new Date(now + 1));
    expect(await zone()).toEqual({ zone: 'Asia/Tokyo' });
    await update(null, new Date(now + 2));
    expect(await zone()).toEqual({ zone: null });
  });

  it('is no name that means nothing: the event is refused', async () => {
    await read({});
    const { refused } = await update('Europe/Berln', company.clock.now());
    expect(refused).toEqual([
      { index: 0, code: 'event-invalid', field: 'properties.attributes.timeZone', message: 'There is no time zone "Europe/Berln"', hint: 'Did you mean "Europe/Berlin"?' },
    ]);
    expect(await zone()).toEqual({ zone: null });
  });
});
