import type { HookRequest } from '@tendril/connector-kit';
import { startLocal, type LocalAnswer, type LocalRequest } from '@tendril/connector-kit/conformance';
import { generateKeyPairSync, sign } from 'node:crypto';
import { z } from 'zod';

/** The body of mail/send, as far as this server looks at it. */
const Mail = z.object({
  personalizations: z.array(z.object({ to: z.array(z.object({ email: z.string() })).min(1) })).min(1).max(1_000),
  from: z.object({ email: z.string(), name: z.string().optional() }),
  reply_to: z.object({ email: z.string() }).optional(),
  subject: z.string().min(1),
  content: z.array(z.object({ type: z.string(), value: z.string().min(1) })).min(1),
  headers: z.record(z.string(), z.string()).default({}),
  custom_args: z.record(z.string(), z.string()).default({}),
  mail_settings: z.object({ sandbox_mode: z.object({ enable: z.boolean() }).optional() }).default({}),
});

/** A message that the vendor took. */
export interface SendGridMessage extends z.output<typeof Mail> {
  /** What mail/send answered as X-Message-Id. */
  readonly id: string;
}

/** An entry of the event webhook. */
export type SendGridEvent = Readonly<Record<string, unknown>> & { readonly event: string; readonly sg_event_id: string };

/** How it is to fail: a status, or after it took the message: never answer, or break the connection. */
export type SendGridTrouble = Exclude<LocalAnswer, 'hang' | 'drop'> | 'take-and-hang' | 'take-and-drop';

/** SendGrid, played on this machine. */
export interface SendGrid {
  readonly origin: string;
  /** For `openConnector`: vendor host → origin. */
  readonly redirect: Readonly<Record<string, string>>;
  readonly messages: readonly SendGridMessage[];
  /** From now on it fails so; `undefined` mends it. */
  misbehave(trouble: SendGridTrouble | undefined): void;
  close(): Promise<void>;
}

/** The only sender that the account has verified. */
export const VERIFIED_SENDER = 'hello@tendril.example';

/** The only key that the account has. */
export const API_KEY = 'SG.local-sendgrid-key.0123456789';
const RESERVED = new Set(['x-sg-id', 'x-sg-eid', 'received', 'dkim-signature', 'content-type', 'content-transfer-encoding', 'to', 'from', 'subject', 'reply-to', 'cc', 'bcc']);

const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
/** The key of the signed event webhook as the vendor shows it: base64 SPKI DER without framing. */
export const PUBLIC_KEY = keys.publicKey.export({ format: 'der', type: 'spki' }).toString('base64');

/** Starts a server that speaks SendGrid's documented v3 mail/send: the key, the limits, the error bodies, signed webhooks. */
export async function startSendGrid(): Promise<SendGrid> {
  const messages: SendGridMessage[] = [];
  let trouble: SendGridTrouble | undefined;
  const take = (mail: z.output<typeof Mail>): LocalAnswer => {
    if (mail.mail_settings.sandbox_mode?.enable === true) return { status: 200 };
    const id = `sendgrid-${messages.length + 1}`;
    messages.push({ ...mail, id });
    if (trouble === 'take-and-hang') return 'hang';
    if (trouble === 'take-and-drop') return 'drop';
    return { status: 202, headers: { 'x-message-id': id } };
  };
  const server = await startLocal((request) => (typeof trouble === 'object' ? trouble : answer(request, take)));
  return {
    origin: server.origin,
    redirect: { 'api.sendgrid.com': server.origin, 'api.eu.sendgrid.com': server.origin },
    messages,
    misbehave: (next) => (trouble = next),
    close: server.close,
  };
}

function answer({ method, url, headers, body }: LocalRequest, take: (mail: z.output<typeof Mail>) => LocalAnswer): LocalAnswer {
  if (headers['authorization'] !== `Bearer ${API_KEY}`) return refusal(401, 'The provided authorization grant is invalid, expired, or revoked', null);
  if (method === 'GET' && url === '/v3/scopes') return { status: 200, body: '{"scopes":["mail.send"]}' };
  if (method !== 'POST' || url !== '/v3/mail/send') return refusal(404, 'not found', null);
  const mail = Mail.safeParse(JSON.parse(body));
  if (!mail.success) {
    const issue = mail.error.issues[0];
    return refusal(400, issue?.message ?? 'Bad Request', issue?.path.join('.') ?? null);
  }
  return problem(mail.data) ?? take(mail.data);
}

function problem({ personalizations, from, content, headers, custom_args }: z.output<typeof Mail>): LocalAnswer | undefined {
  const bad = personalizations.findIndex(({ to }) => to.some(({ email }) => !/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(email)));
  if (bad >= 0) return refusal(400, 'Does not contain a valid address.', `personalizations.${bad}.to.0.email`);
  if (from.email !== VERIFIED_SENDER) return refusal(403, 'The from address does not match a verified Sender Identity.', 'from');
  if (content[0]?.type !== 'text/plain' && content.some(({ type }) => type === 'text/plain')) return refusal(400, 'text/plain must be first, followed by text/html.', 'content');
  const reserved = Object.keys(headers).find((name) => RESERVED.has(name.toLowerCase()));
  if (reserved !== undefined) return refusal(400, `The header ${reserved} is reserved.`, `headers.${reserved}`);
  if (Buffer.byteLength(JSON.stringify(custom_args)) > 10_000) return refusal(400, 'Custom arguments are too large.', 'custom_args');
  return undefined;
}

function refusal(status: number, message: string, field: string | null): LocalAnswer {
  return { status, body: JSON.stringify({ errors: [{ message, field, help: null }] }) };
}

/** The request that the vendor would make with these events, signed at that moment. */
export function signedWebhook(events: readonly SendGridEvent[], at: Date): HookRequest {
  const body = Buffer.from(JSON.stringify(events));
  const timestamp = String(Math.floor(at.getTime() / 1_000));
  const signature = sign('sha256', Buffer.concat([Buffer.from(timestamp), body]), keys.privateKey).toString('base64');
  return {
    method: 'POST',
    url: 'https://tendril.example/hooks/email-sendgrid',
    headers: {
      'content-type': 'application/json',
      'x-twilio-email-event-webhook-signature': signature,
      'x-twilio-email-event-webhook-timestamp': timestamp,
    },
    body,
  };
}
