import { HOUR, MINUTE } from '@tendril/kernel';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Answer, type CoreUnderTest, coreUnderTest } from './core-under-test.ts';
import { type RulesFolder, rulesFolder } from './rules-folder.ts';
import { bodyOf, consentOf, eventOf, refusalIn } from './said.ts';

let rules: RulesFolder;
let core: CoreUnderTest;

/** Five leads were at a webinar and may be mailed; two of them work at clinics. */
async function open(): Promise<void> {
  rules = rulesFolder();
  core = await coreUnderTest({ rules: rules.folder });
  const events = [1, 2, 3, 4, 5].flatMap((n) => {
    const lead = { id: `crm-${n}`, email: `lead-${n}@clinic.example` };
    return [eventOf('webinar_attended', {}, { lead }), consentOf('email', 'granted', lead), ...(n <= 2 ? [eventOf('lead_updated', { attributes: { industry: 'clinics' } }, { lead })] : [])];
  });
  bodyOf(await core.call('POST', '/v1/events', events), 202);
  await core.settled();
}

async function close(): Promise<void> {
  await core.close();
  rules.remove();
}

const RECORDING = { title: 'The recording', audience: { include: ['segments/webinar'] }, content: 'content/recording', channel: 'email' };
const TO_OTHERS = { ...RECORDING, audience: { include: ['segments/webinar'], exclude: ['segments/clinics'] } };

async function create(body: object, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  const answer = await core.call('POST', '/v1/campaigns', body, headers);
  await core.settled();
  return answer;
}

const campaigns = async (): Promise<{ id: string }[]> => bodyOf<{ items: { id: string }[] }>(await core.call('GET', '/v1/campaigns')).items;
const receivers = (): string[] => rules.sent().map(({ to }) => to).sort();

describe('a campaign', () => {
  beforeEach(open);
  afterEach(close);

  it('is counted by a dry run, which changes nothing', async () => {
    expect(bodyOf(await create({ ...RECORDING, dryRun: true }), 201)).toEqual({ id: null, addressed: 5 });
    expect(bodyOf(await create({ ...TO_OTHERS, dryRun: true }), 201)).toEqual({ id: null, addressed: 3 });
    expect(await campaigns()).toEqual([]);
    expect(rules.sent()).toEqual([]);
  });

  it('goes to its segments, except to those excluded, once', async () => {
    const { id, addressed } = bodyOf<{ id: string; addressed: number }>(await create(TO_OTHERS), 201);
    expect(addressed).toBe(3);
    expect(receivers()).toEqual(['lead-3@clinic.example', 'lead-4@clinic.example', 'lead-5@clinic.example']);
    expect(bodyOf(await core.call('GET', `/v1/campaigns/${id.replace('campaigns/', '')}`))).toMatchObject({
      id,
      title: RECORDING.title,
      definition: { include: ['segments/webinar'], exclude: ['segments/clinics'] },
      touchpoints: [{ state: 'accepted', reason: null, n: 3 }],
    });
    bodyOf(await core.call('POST', '/v1/evaluate'));
    expect(rules.sent()).toHaveLength(3);
  });

  it('passes the gate like everything else', async () => {
    await core.call('POST', '/v1/events', consentOf('email', 'denied', { id: 'crm-1' }));
    await core.settled();
    bodyOf(await create(RECORDING), 201);
    expect(receivers()).not.toContain('lead-1@clinic.example');
    expect(receivers()).toHaveLength(4);
  });

  it('is made once per Idempotency-Key: a repetition gets the same answer', async () => {
    const key = { 'idempotency-key': 'monday' };
    const first = bodyOf(await create(RECORDING, key), 201);
    expect(bodyOf(await create(RECORDING, key), 201)).toEqual(first);
    const reordered = Object.fromEntries(Object.entries(RECORDING).reverse());
    expect(bodyOf(await create(reordered, key), 201)).toEqual(first);
    expect(await campaigns()).toHaveLength(1);
    expect(rules.sent()).toHaveLength(5);
  });

  it('is refused when an Idempotency-Key comes with another body, and made under another key', async () => {
    bodyOf(await create(RECORDING, { 'idempotency-key': 'monday' }), 201);
    expect(refusalIn(await create(TO_OTHERS, { 'idempotency-key': 'monday' }), 409, 'idempotency-conflict').field).toBe('Idempotency-Key');
    expect(await campaigns()).toHaveLength(1);
    bodyOf(await create(TO_OTHERS, { 'idempotency-key': 'tuesday' }), 201);
    expect(await campaigns()).toHaveLength(2);
  });

  it('is made once when two requests with one key come together', async () => {
    const key = { 'idempotency-key': 'monday' };
    const answers = await Promise.all([create(RECORDING, key), create(RECORDING, key)]);
    for (const answer of answers) if (answer.status !== 201) refusalIn(answer, 409, 'idempotency-conflict');
    expect(answers.some(({ status }) => status === 201)).toBe(true);
    expect(await campaigns()).toHaveLength(1);
  });

  it('may be tried again under the same key after a refusal', async () => {
    const key = { 'idempotency-key': 'monday' };
    refusalIn(await create({ ...RECORDING, content: 'content/recordin' }, key), 422, 'content-unknown');
    bodyOf(await create(RECORDING, key), 201);
  });

  it('sends nothing after it expired, though it waited', async () => {
    bodyOf(await core.call('POST', '/v1/dispatch/stop'));
    const { id } = bodyOf<{ id: string }>(await create({ ...RECORDING, expiresAt: '2026-03-02T10:00:00Z' }), 201);
    core.clock.advance(HOUR);
    bodyOf(await core.call('POST', '/v1/dispatch/start'));
    await core.settled();
    expect(rules.sent()).toEqual([]);
    expect(bodyOf(await core.call('GET', `/v1/campaigns/${id.replace('campaigns/', '')}`))).toMatchObject({ touchpoints: [{ state: 'expired', n: 5 }] });
  });

  it('waits while sending is stopped, and goes out after the start', async () => {
    expect(bodyOf(await core.call('POST', '/v1/dispatch/stop'))).toEqual({ stopped: true });
    bodyOf(await create(RECORDING), 201);
    expect(rules.sent()).toEqual([]);
    expect(bodyOf(await core.call('GET', '/health/ready'))).toMatchObject({ stopped: true });
    core.clock.advance(2 * MINUTE);
    expect(bodyOf(await core.call('POST', '/v1/dispatch/start'))).toEqual({ stopped: false });
    await core.settled();
    expect(rules.sent()).toHaveLength(5);
  });
});

describe('a campaign that cannot be', () => {
  beforeAll(open);
  afterAll(close);

  it.each([
    ['a segment that is not there', { audience: { include: ['segments/webinr'] } }, 'segment-unknown', 'audience.include', 'segments/webinar'],
    ['an excluded segment that is not there', { audience: { include: ['segments/webinar'], exclude: ['segments/clinic'] } }, 'segment-unknown', 'audience.exclude', 'segments/clinics'],
    ['a segment that is a draft', { audience: { include: ['segments/later'] } }, 'segment-unknown', 'audience.include', 'segments/'],
    ['content that is not there', { content: 'content/recordings' }, 'content-unknown', 'content', 'content/recording'],
    ['content that the channel cannot carry', { channel: 'sms' }, 'content-lacks-channel', 'channel', 'email'],
    ['a channel that is only a part of an e-mail', { channel: 'subject' }, 'content-lacks-channel', 'channel', 'email'],
    ['a time that is over', { expiresAt: '2026-03-02T09:00:00Z' }, 'campaign-expired', 'expiresAt', 'later'],
  ])('is refused with %s, dry run or not', async (_what, change, code, field, hint) => {
    for (const dryRun of [true, false]) {
      const said = refusalIn(await create({ ...RECORDING, ...change, dryRun }), 422, code);
      expect(said.field).toBe(field);
      expect(said.hint).toContain(hint);
    }
    expect(await campaigns()).toEqual([]);
  });

  it.each([
    ['nobody to send to', { audience: { include: [] } }, 'audience.include'],
    ['no title', { title: '' }, 'title'],
    ['a date without a time', { expiresAt: '2026-03-02' }, 'expiresAt'],
    ['a field that nobody knows', { sendAt: 'now' }, undefined],
  ])('is not understood with %s', async (_what, change, field) => {
    expect(refusalIn(await create({ ...RECORDING, ...change }), 400, 'request-invalid').field).toBe(field);
  });

  it('that is not there is a clear 404', async () => {
    refusalIn(await core.call('GET', '/v1/campaigns/nothing'), 404, 'campaign-unknown');
  });
});
