import { KitError, openConnector, type Feedback } from '@tendril/connector-kit';
import { describe, expect, it } from 'vitest';

import { NOW, SETTINGS } from '../test/samples.ts';
import { API_KEY, signedWebhook, type SendGridEvent } from '../test/vendor.ts';
import { emailSendgrid } from './email-sendgrid.ts';

const event = { sg_event_id: 'e1', email: 'ana@example.org', timestamp: NOW.getTime() / 1_000 };

function hear(events: readonly SendGridEvent[], settings: Readonly<Record<string, unknown>> = {}): Promise<readonly Feedback[]> {
  const { from, webhookPublicKey } = SETTINGS;
  return openConnector(emailSendgrid, {
    settings: { from, webhookPublicKey, ...settings },
    secrets: { apiKey: { env: 'SENDGRID_API_KEY', value: API_KEY } },
    clock: { now: () => NOW },
    log: () => undefined,
  }).hear(signedWebhook(events, NOW));
}

describe('the event webhook', () => {
  it.each<[what: string, said: Record<string, unknown> & { event: string }, meant: Partial<Feedback>]>([
    ['delivered', { event: 'delivered' }, { kind: 'delivered' }],
    ['an open', { event: 'open', sg_machine_open: false }, { kind: 'opened', machine: false }],
    ['an open by a machine', { event: 'open', sg_machine_open: true }, { kind: 'opened', machine: true }],
    ['a click', { event: 'click', url: 'https://tendril.example/study' }, { kind: 'clicked', url: 'https://tendril.example/study' }],
    ['a hard bounce', { event: 'bounce', type: 'bounce', reason: '550 no such user' }, { kind: 'bounced', permanent: true, detail: '550 no such user' }],
    ['a block', { event: 'bounce', type: 'blocked', reason: '421 later' }, { kind: 'bounced', detail: '421 later' }],
    ['a drop for a bounced address', { event: 'dropped', reason: 'Bounced Address' }, { kind: 'failed', permanent: true }],
    ['a drop for the quota', { event: 'dropped', reason: 'Recipient List over Package Quota' }, { kind: 'failed' }],
    ['a drop for an opt-out at the vendor', { event: 'dropped', reason: 'Unsubscribed Address' }, { kind: 'unsubscribed' }],
    ['a drop for a complaint at the vendor', { event: 'dropped', reason: 'Spam Reporting Address' }, { kind: 'complained' }],
    ['a complaint', { event: 'spamreport' }, { kind: 'complained' }],
    ['an opt-out', { event: 'unsubscribe' }, { kind: 'unsubscribed' }],
    ['an opt-out from a group', { event: 'group_unsubscribe' }, { kind: 'unsubscribed' }],
  ])('says %s', async (_what, said, meant) => {
    const [heard, ...rest] = await hear([{ ...event, ...said }]);
    expect(heard).toMatchObject({ id: 'e1', at: NOW, address: 'ana@example.org', ...meant });
    expect(heard?.permanent).toBe(meant.permanent);
    expect(rest).toEqual([]);
  });

  it.each(['processed', 'deferred', 'group_resubscribe', 'something_new'])('leaves out "%s"', async (name) => {
    expect(await hear([{ ...event, event: name }])).toEqual([]);
  });

  it('loses none of the others to an event that cannot be read', async () => {
    const heard = await hear([{ ...event, event: 'open', timestamp: 'yesterday' }, { ...event, event: 'delivered', sg_event_id: 'e2' }]);
    expect(heard.map(({ id }) => id)).toEqual(['e2']);
  });

  it('believes nothing while there is no key to check with', async () => {
    await expect(hear([{ ...event, event: 'delivered' }], { webhookPublicKey: undefined })).rejects.toThrow(KitError);
  });
});
