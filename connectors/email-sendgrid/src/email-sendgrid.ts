import { accepted, byStatus, defineConnector, rejected, retry, type ConnectorContext, type Delivery, type HttpReply, type Outcome } from '@tendril/connector-kit';
import { z } from 'zod';

import { hear } from './hear.ts';
import { sendGridClient } from './sendgrid-client.ts';

/** A value that becomes a mail header: a line break in it would begin another header. */
const line = z.string().min(1).max(998).regex(/^[^\r\n\0]*$/, 'must be one line');

const Sender = z.strictObject({ email: z.email(), name: line.optional() });

const Settings = z.strictObject({
  apiKey: z.string().startsWith('SG.').meta({ secret: true }),
  from: Sender,
  replyTo: Sender.optional(),
  /** As the vendor shows it under "Signed Event Webhook": base64, without PEM framing. Without it no webhook is believed. */
  webhookPublicKey: z.base64().optional(),
  region: z.enum(['global', 'eu']).default('global'),
  /** The vendor checks the message and does not send it. */
  sandbox: z.boolean().default(false),
});

/** The vendor takes 30 MB in all; no mail that people read comes near this. */
const BODY = 5_000_000;

const Content = z.object({ subject: line, html: z.string().min(1).max(BODY), text: z.string().min(1).max(BODY) });

const Refusal = z.object({ errors: z.array(z.object({ message: z.string(), field: z.string().nullish() })).min(1) });

/** The settings of this connector, checked. */
export type SendGridSettings = z.output<typeof Settings>;

/** Email through SendGrid's v3 mail/send. */
export const emailSendgrid = defineConnector({
  id: 'email-sendgrid',
  channel: 'email',
  contract: 1,
  vendorApi: 'v3',
  settings: Settings,
  content: Content,
  limits: { batch: 1, perSecond: 50 }, // one rendered message a call: personalizations carry no body of their own
  resend: 'never', // no idempotency key is documented; the webhook echoes the touchpoint and settles what is unknown
  hosts: ({ region }) => [region === 'eu' ? 'api.eu.sendgrid.com' : 'api.sendgrid.com'],

  async deliver(batch, context) {
    return Promise.all(batch.map((delivery) => sendOne(delivery, context)));
  },

  hear,

  async check({ settings, http }) {
    const { client } = sendGridClient(settings, http);
    const [{ statusCode }] = await client.request({ method: 'GET', url: '/v3/scopes' });
    return { ok: statusCode === 200, message: statusCode === 200 ? 'SendGrid knows the key' : `SendGrid answered ${statusCode} to the key` };
  },
});

async function sendOne(delivery: Delivery<z.output<typeof Content>>, { settings, http }: ConnectorContext<SendGridSettings>): Promise<Outcome> {
  const { mail, reply } = sendGridClient(settings, http);
  const { subject, html, text } = delivery.content;
  await mail.send({
    to: { email: delivery.to },
    from: person(settings.from),
    ...(settings.replyTo === undefined ? {} : { replyTo: person(settings.replyTo) }),
    subject,
    text,
    html,
    customArgs: { touchpoint: delivery.id },
    ...(delivery.unsubscribeUrl === undefined ? {} : { headers: oneClick(delivery.unsubscribeUrl) }),
    ...(settings.sandbox ? { mailSettings: { sandboxMode: { enable: true } } } : {}),
  });
  return outcomeOf(reply(), settings, delivery.id);
}

/** The SDK's typings know an absent name, not an undefined one. */
function person({ email, name }: z.output<typeof Sender>): { email: string; name?: string } {
  return { email, ...(name === undefined ? {} : { name }) };
}

/** RFC 8058: mailbox providers show a button that opts out without a page. */
function oneClick(url: string): Record<string, string> {
  return { 'List-Unsubscribe': `<${new URL(url).href}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' };
}

function outcomeOf(reply: HttpReply | undefined, { sandbox }: SendGridSettings, id: string): Outcome {
  if (reply === undefined) return retry('configuration', 'the SDK sent no request');
  const ref = reply.headers['x-message-id'];
  if (reply.status === 202 && ref !== undefined) return accepted(ref);
  if (sandbox && reply.status === 200 && reply.text === '') return accepted(`sandbox-${id}`);
  const refusal = Refusal.safeParse(reply.json).data?.errors[0];
  return refused(reply.status, refusal?.field ?? '', refusal?.message ?? '') ?? byStatus(reply, 'never');
}

/** What the vendor's word on the field says more than the status does. */
function refused(status: number, field: string, message: string): Outcome | undefined {
  if (status === 413) return rejected('content', 'the message is larger than SendGrid takes');
  // An unverified sender is answered with 403, which is not about the key.
  if ((status === 400 || status === 403) && field.startsWith('from')) return retry('configuration', `SendGrid refused the sender: ${message}`);
  if (status !== 400) return undefined;
  if (/^personalizations\.0\.to\b/.test(field)) return rejected('address', message);
  if (/^(subject|content)\b/.test(field)) return rejected('content', message);
  return undefined;
}
