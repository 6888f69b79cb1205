import { signedWebhook } from '@tendril/email-sendgrid/vendor';
import { MINUTE } from '@tendril/kernel';
import { signedForm } from '@tendril/sms-twilio/vendor';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ANA, bodyOf, eventOf, refusalIn } from './said.ts';
import { type Touchpoint, type VendorsUnderTest, vendorsUnderTest } from './vendors.ts';

let at: VendorsUnderTest;
beforeEach(async () => {
  at = await vendorsUnderTest();
});
afterEach(() => at.close());

const NOW = new Date('2026-03-02T09:00:00Z');
const seconds = NOW.getTime() / 1_000;

let told = 0;

/** What SendGrid would tell about a mail. */
function mailed(event: string, { id }: Touchpoint, more: object = {}): Parameters<typeof signedWebhook>[0][number] {
  told += 1;
  return { event, sg_event_id: `event-${told}`, timestamp: seconds, email: ANA.email, touchpoint: id, sg_message_id: 'sendgrid-1.recvd-1', ...more };
}

/** Sends the campaign that Ana would get, and tells what became of it. */
async function campaign(): Promise<Touchpoint> {
  await at.core.call('POST', '/v1/events', eventOf('webinar_attended'));
  await at.core.settled();
  const body = { title: 'Once more', audience: { include: ['segments/webinar'] }, content: 'content/recording', channel: 'email' };
  const { id } = bodyOf<{ id: string }>(await at.core.call('POST', '/v1/campaigns', body), 201);
  await at.core.settled();
  return bodyOf<{ items: Touchpoint[] }>(await at.core.call('GET', `/v1/touchpoints?programme=${id}`)).items[0]!;
}

describe("a lead's event", () => {
  it('leads to a real mail through the SDK', async () => {
    const touch = await at.reach('email');
    expect(touch).toMatchObject({ state: 'accepted', vendorRef: 'sendgrid-1', connector: 'mail' });
    expect(at.mail.messages).toMatchObject([
      {
        personalizations: [{ to: [{ email: ANA.email }] }],
        from: { name: 'Small Company' },
        subject: 'Prices, Ana',
        custom_args: { touchpoint: touch.id },
        headers: { 'List-Unsubscribe': expect.stringMatching(/^<https:\/\/tendril\.example\/u\/.+>$/), 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' },
      },
    ]);
    expect(at.texts.messages).toEqual([]);
  });

  it('leads to a real SMS through the SDK', async () => {
    const touch = await at.reach('sms');
    expect(touch).toMatchObject({ state: 'accepted', vendorRef: at.texts.messages[0]?.sid, connector: 'texts' });
    expect(at.texts.messages).toMatchObject([
      { to: ANA.phone, body: 'Hello Ana, shall we call? Reply STOP to opt out.', statusCallback: `https://tendril.example/hooks/texts?touchpoint=${touch.id}` },
    ]);
    expect(at.mail.messages).toEqual([]);
  });

  it('leads to a mail whose one-click link opts out at once', async () => {
    await at.reach('email');
    const link = new URL(at.mail.messages[0]!.headers['List-Unsubscribe']!.slice(1, -1));
    const form = { authorization: '', 'content-type': 'application/x-www-form-urlencoded' };
    expect((await at.core.call('POST', link.pathname, 'List-Unsubscribe=One-Click', form)).status).toBe(200);
    expect(await campaign()).toMatchObject({ state: 'suppressed' });
    expect(at.mail.messages).toHaveLength(1);
  });
});

describe("SendGrid's webhook", () => {
  it('tells what became of a mail, each event once', async () => {
    const touch = await at.reach('email');
    const request = signedWebhook(
      [mailed('delivered', touch), mailed('open', touch, { sg_machine_open: true }), mailed('click', touch, { url: 'https://small.example/x', timestamp: seconds + 60 })],
      NOW,
    );
    expect(bodyOf(await at.hook('mail', request))).toEqual({ heard: 3 });
    expect(bodyOf(await at.hook('mail', request))).toEqual({ heard: 0 });
    expect(await at.touch('email')).toMatchObject({ state: 'accepted', deliveredAt: '2026-03-02T09:00:00.000Z', openedAt: null, clickedAt: '2026-03-02T09:01:00.000Z' });
    const events = (await at.timeline()).filter(({ what }) => what.startsWith('message_'));
    expect(events.map(({ what }) => what).sort()).toEqual(['message_clicked', 'message_delivered', 'message_opened', 'message_sent']);
    expect(events.find(({ what }) => what === 'message_clicked')).toMatchObject({ detail: { source: 'mail', properties: { touchpoint: touch.id, url: 'https://small.example/x' } } });
  });

  it('suppresses an address that bounced for good', async () => {
    const touch = await at.reach('email');
    bodyOf(await at.hook('mail', signedWebhook([mailed('bounce', touch, { type: 'bounce', reason: '550 no such user' })], NOW)));
    expect(await at.touch('email')).toMatchObject({ bouncedAt: '2026-03-02T09:00:00.000Z' });
    expect(await campaign()).toMatchObject({ state: 'suppressed', reason: 'bounced' });
    expect(at.mail.messages).toHaveLength(1);
  });

  it('does not suppress an address that was refused for now', async () => {
    const touch = await at.reach('email');
    bodyOf(await at.hook('mail', signedWebhook([mailed('bounce', touch, { type: 'blocked' })], NOW)));
    expect(await campaign()).toMatchObject({ state: 'accepted' });
  });

  it.each([
    ['unsubscribe', 'opted-out'],
    ['spamreport', 'complained'],
  ])('writes %s into the ledger as a no to everything by e-mail', async (event, reason) => {
    const touch = await at.reach('email');
    bodyOf(await at.hook('mail', signedWebhook([mailed(event, touch)], NOW)));
    expect(await at.timeline()).toContainEqual(
      expect.objectContaining({ kind: 'consent', what: 'email *', detail: expect.objectContaining({ state: 'denied', source: 'mail', evidence: expect.stringContaining(touch.id) }) }),
    );
    expect(await campaign()).toMatchObject({ state: 'suppressed', reason });
    expect(at.mail.messages).toHaveLength(1);
  });
});

describe("Twilio's webhook", () => {
  const url = 'https://tendril.example/hooks/texts';

  it('tells what became of an SMS, each state once', async () => {
    const touch = await at.reach('sms');
    const request = signedForm(`${url}?touchpoint=${touch.id}`, { MessageSid: touch.vendorRef!, MessageStatus: 'delivered', To: ANA.phone });
    expect(bodyOf(await at.hook('texts', request))).toEqual({ heard: 1 });
    expect(bodyOf(await at.hook('texts', request))).toEqual({ heard: 0 });
    expect(await at.touch('sms')).toMatchObject({ deliveredAt: '2026-03-02T09:00:00.000Z' });
    expect(await at.timeline()).toContainEqual(expect.objectContaining({ kind: 'event', what: 'message_delivered' }));
  });

  it('takes STOP from a number as a no to everything by SMS', async () => {
    const stop = signedForm(url, { MessageSid: 'SM-in-1', From: ANA.phone, To: '+15005550006', Body: ' stop. ' });
    bodyOf(await at.core.call('POST', '/v1/events', eventOf('page_viewed', { path: '/' })), 202);
    expect(bodyOf(await at.hook('texts', stop))).toEqual({ heard: 1 });
    at.core.clock.advance(MINUTE);
    const touch = await at.reach('sms'); // with a new yes: the suppressed number stays suppressed
    expect(touch).toMatchObject({ state: 'suppressed', reason: 'opted-out' });
    expect(at.texts.messages).toEqual([]);
    expect(await at.timeline()).toContainEqual(expect.objectContaining({ kind: 'consent', what: 'sms *', detail: expect.objectContaining({ state: 'denied', source: 'texts' }) }));
  });
});

describe('a forged webhook', () => {
  it('is refused and changes nothing', async () => {
    const [mail, sms] = [await at.reach('email'), await at.reach('sms')];
    const before = [await at.touch('email'), await at.touch('sms'), await at.timeline()];
    const signed = signedWebhook([mailed('unsubscribe', mail)], NOW);
    const { 'x-twilio-email-event-webhook-signature': signature = '', ...unsigned } = signed.headers;
    const text = signedForm(`https://tendril.example/hooks/texts?touchpoint=${sms.id}`, { MessageSid: 'SM-in-1', From: ANA.phone, Body: 'STOP' });
    const forgeries: [string, Parameters<typeof at.hook>[1]][] = [
      ['mail', { ...signed, body: Buffer.from(Buffer.from(signed.body).toString().replace('unsubscribe', 'spamreport')) }],
      ['mail', { ...signed, headers: unsigned }],
      ['mail', { ...signed, headers: { ...signed.headers, 'x-twilio-email-event-webhook-signature': signature.replace(/^M/, 'N') } }],
      ['mail', signedWebhook([mailed('unsubscribe', mail)], new Date(NOW.getTime() - 10 * MINUTE))],
      ['texts', { ...text, body: Buffer.from(`${Buffer.from(text.body).toString()}&Extra=1`) }],
      ['texts', { ...text, url: 'https://tendril.example/hooks/texts?touchpoint=another' }],
      ['texts', { ...text, headers: { 'content-type': text.headers['content-type']! } }],
    ];
    for (const [name, forgery] of forgeries) refusalIn(await at.hook(name, forgery), 401, 'signature-refused');
    expect([await at.touch('email'), await at.touch('sms'), await at.timeline()]).toEqual(before);
  });

  it('for a connector that is not installed is a 404', async () => {
    refusalIn(await at.hook('email-sendgrid', signedWebhook([], NOW)), 404, 'connector-unknown');
  });
});
