import { accepted, byStatus, defineConnector, rejected, retry, type ConnectorContext, type Delivery, type HttpReply, type Obstacle, type Outcome, type Refusal } from '@tendril/connector-kit';
import twilio from 'twilio';
import { z } from 'zod';

import { hear } from './hear.ts';
import { KitRequestClient } from './kit-request-client.ts';

/** E.164, as Twilio documents it. */
const NUMBER = /^\+[1-9]\d{1,14}$/;

const Settings = z
  .strictObject({
    accountSid: z.string().regex(/^AC[0-9a-f]{32}$/, 'must be AC and 32 hexadecimal digits'),
    authToken: z.string().min(1).meta({ secret: true }),
    /** A pool of senders, whose opt-outs count for the whole pool. */
    messagingServiceSid: z.string().regex(/^MG[0-9a-f]{32}$/, 'must be MG and 32 hexadecimal digits').optional(),
    /** One sender, in place of a messaging service. */
    from: z.string().regex(NUMBER, 'must be a number such as +15551234567').optional(),
    /** Where Twilio reports what became of a message: this core's /hooks/sms-twilio. */
    statusCallback: z.url({ protocol: /^https$/ }).optional(),
  })
  .refine(({ messagingServiceSid, from }) => (messagingServiceSid === undefined) !== (from === undefined), 'give either "messagingServiceSid" or "from"');

const Content = z.object({ text: z.string().min(1).max(1_600) });

const Created = z.object({ sid: z.string().min(1) });
const Refused = z.object({ code: z.number(), message: z.string() });

/** Codes that say more than the status does. https://www.twilio.com/docs/api/errors */
const REJECTED: Readonly<Record<number, Refusal>> = {
  21211: 'address', // not a valid number
  21614: 'address', // not a mobile number
  30005: 'address', // unknown or inactive
  30006: 'address', // a landline
  21610: 'opted-out', // replied STOP
  21617: 'content', // longer than 1,600 characters
  30007: 'content', // filtered by the carrier
};
const HINDERED: Readonly<Record<number, Obstacle>> = {
  20003: 'credentials',
  20429: 'limits',
  21606: 'configuration', // the sender cannot send to this destination
  21408: 'configuration', // the region is not enabled for the account
  30001: 'limits', // the queue is full
  30003: 'vendor', // the handset is off
};

/** The settings of this connector, checked. */
export type TwilioSettings = z.output<typeof Settings>;

/** SMS through Twilio's Messages API. */
export const smsTwilio = defineConnector({
  id: 'sms-twilio',
  channel: 'sms',
  contract: 1,
  vendorApi: '2010-04-01', // the SDK's path; it has no sunset date
  settings: Settings,
  content: Content,
  limits: { batch: 1, perSecond: 10 },
  // No idempotency key, and the message list does not repeat our id, so a look-up could only guess by number, text and time.
  // The status callback carries the touchpoint and settles what is unknown.
  resend: 'never',
  hosts: () => ['api.twilio.com'],

  async deliver(batch, context) {
    return Promise.all(batch.map((delivery) => sendOne(delivery, context)));
  },

  hear,

  async check({ settings, http }) {
    const { client, network } = clientOf(settings, http);
    const account = await client.api.v2010.accounts(settings.accountSid).fetch().catch(ifAnswered(network));
    const ok = account?.status === 'active';
    return { ok, message: ok ? 'Twilio knows the account' : `Twilio answered ${network.reply?.status} to the account, whose status is ${account?.status ?? 'not known'}` };
  },
});

async function sendOne({ id, to, content }: Delivery<z.output<typeof Content>>, { settings, http }: ConnectorContext<TwilioSettings>): Promise<Outcome> {
  if (!NUMBER.test(to)) return rejected('address', 'the number is not in the international form, such as +15551234567');
  const { client, network } = clientOf(settings, http);
  const { messagingServiceSid, from, statusCallback } = settings;
  await client.messages
    .create({
      to,
      body: content.text,
      ...(messagingServiceSid === undefined ? {} : { messagingServiceSid }),
      ...(from === undefined ? {} : { from }),
      ...(statusCallback === undefined ? {} : { statusCallback: withTouchpoint(statusCallback, id) }),
    })
    .catch(ifAnswered(network));
  return outcomeOf(network.reply);
}

function clientOf({ accountSid, authToken }: TwilioSettings, http: ConnectorContext<TwilioSettings>['http']): { client: twilio.Twilio; network: KitRequestClient } {
  const network = new KitRequestClient(http);
  // Given empty, edge and region are not read from the environment, where they would change the host.
  return { client: twilio(accountSid, authToken, { httpClient: network, edge: '', region: '' }), network };
}

/** The SDK throws what the vendor refused and what it cannot parse: the reply is read instead. Without one, the kit judges. */
function ifAnswered(network: KitRequestClient): (error: unknown) => undefined {
  return (error) => {
    if (network.reply === undefined) throw error;
  };
}

/** The vendor calls back at this URL and signs it, so the touchpoint comes back safely. */
function withTouchpoint(statusCallback: string, touchpoint: string): string {
  const url = new URL(statusCallback);
  url.searchParams.set('touchpoint', touchpoint);
  return url.href;
}

function outcomeOf(reply: HttpReply | undefined): Outcome {
  if (reply === undefined) return retry('configuration', 'the SDK sent no request');
  const created = Created.safeParse(reply.json);
  if (reply.status === 201 && created.success) return accepted(created.data.sid);
  const { code = 0, message = '' } = Refused.safeParse(reply.json).data ?? {};
  const [reason, obstacle] = reply.status < 500 ? [REJECTED[code], HINDERED[code]] : [];
  if (reason !== undefined) return rejected(reason, `Twilio ${code}: ${message}`);
  if (obstacle !== undefined) return retry(obstacle, `Twilio ${code}: ${message}`, reply.retryAfter);
  return byStatus(reply, 'never');
}
