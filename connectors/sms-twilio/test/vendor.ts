import type { HookRequest } from '@tendril/connector-kit';
import { startLocal, type LocalAnswer, type LocalRequest } from '@tendril/connector-kit/conformance';
import { createHash, createHmac } from 'node:crypto';

/** The account's id. */
export const ACCOUNT_SID = `AC${'0123456789abcdef'.repeat(2)}`;

/** The account's only key; it signs the webhooks too. */
export const AUTH_TOKEN = 'local-twilio-token-0123456789';

/** The account's only messaging service. */
export const SERVICE_SID = `MG${'fedcba9876543210'.repeat(2)}`;

/** The account's only number. */
export const SENDER = '+15005550006';

/** Well-formed, and no such number. */
export const NO_SUCH_NUMBER = '+15005550001';

/** Replied STOP. */
export const OPTED_OUT = '+15005550004';

/** Cannot receive SMS. */
export const LANDLINE = '+15005550009';

/** A message that the vendor took. */
export interface TwilioMessage {
  /** What the vendor answered as its id. */
  readonly sid: string;
  readonly to: string;
  readonly body: string;
  /** The number or the messaging service. */
  readonly from: string;
  readonly statusCallback: string | undefined;
}

/** How it is to fail: a status, or after it took the message: never answer, or break the connection. */
export type TwilioTrouble = Exclude<LocalAnswer, 'hang' | 'drop'> | 'take-and-hang' | 'take-and-drop';

/** Twilio, played on this machine. */
export interface Twilio {
  readonly origin: string;
  /** For `openConnector`: vendor host → origin. */
  readonly redirect: Readonly<Record<string, string>>;
  readonly messages: readonly TwilioMessage[];
  /** From now on it fails so; `undefined` mends it. */
  misbehave(trouble: TwilioTrouble | undefined): void;
  close(): Promise<void>;
}

/** Starts a server that speaks Twilio's documented Messages API: the key, the field checks, the error codes. */
export async function startTwilio(): Promise<Twilio> {
  const messages: TwilioMessage[] = [];
  let trouble: TwilioTrouble | undefined;
  const take = (form: URLSearchParams): LocalAnswer => {
    const sid = `SM${String(messages.length + 1).padStart(32, '0')}`;
    const [to = '', body = ''] = [form.get('To') ?? '', form.get('Body') ?? ''];
    messages.push({ sid, to, body, from: form.get('MessagingServiceSid') ?? form.get('From') ?? '', statusCallback: form.get('StatusCallback') ?? undefined });
    if (trouble === 'take-and-hang') return 'hang';
    if (trouble === 'take-and-drop') return 'drop';
    return { status: 201, body: JSON.stringify({ sid, account_sid: ACCOUNT_SID, to, body, status: 'queued', error_code: null, error_message: null }) };
  };
  const server = await startLocal((request) => (typeof trouble === 'object' ? trouble : answer(request, take)));
  return {
    origin: server.origin,
    redirect: { 'api.twilio.com': server.origin },
    messages,
    misbehave: (next) => (trouble = next),
    close: server.close,
  };
}

function answer({ method, url, headers, body }: LocalRequest, take: (form: URLSearchParams) => LocalAnswer): LocalAnswer {
  const key = Buffer.from(`${ACCOUNT_SID}:${AUTH_TOKEN}`).toString('base64');
  if (headers['authorization'] !== `Basic ${key}`) return refusal(401, 20003, 'Authenticate');
  if (method === 'GET' && url === `/2010-04-01/Accounts/${ACCOUNT_SID}.json`) return { status: 200, body: JSON.stringify({ sid: ACCOUNT_SID, status: 'active' }) };
  if (method !== 'POST' || url !== `/2010-04-01/Accounts/${ACCOUNT_SID}/Messages.json`) return refusal(404, 20404, `The requested resource ${url} was not found`);
  if (headers['content-type'] !== 'application/x-www-form-urlencoded') return refusal(415, 20415, 'Unsupported media type');
  const form = new URLSearchParams(body);
  return problem(form) ?? take(form);
}

function problem(form: URLSearchParams): LocalAnswer | undefined {
  const to = form.get('To') ?? '';
  if (!/^\+[1-9]\d{1,14}$/.test(to) || to === NO_SUCH_NUMBER) return refusal(400, 21211, `Invalid 'To' Phone Number: ${to}`);
  if (to === LANDLINE) return refusal(400, 21614, `'To' number is not a valid mobile number: ${to}`);
  if (to === OPTED_OUT) return refusal(400, 21610, 'Attempt to send to unsubscribed recipient');
  const service = form.get('MessagingServiceSid');
  if (service !== null ? service !== SERVICE_SID : form.get('From') !== SENDER) return refusal(400, 21606, 'The From number is not a valid, message-capable number of this account');
  const text = form.get('Body') ?? '';
  if (text === '') return refusal(400, 21602, 'Message body is required.');
  if (text.length > 1_600) return refusal(400, 21617, 'The concatenated message body exceeds the 1600 character limit');
  return undefined;
}

/** An error body as the vendor documents it. */
export function refusal(status: number, code: number, message: string): Exclude<LocalAnswer, string> {
  return { status, body: JSON.stringify({ code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status }) };
}

/** The request that the vendor would make to this URL with these fields; a list is a repeated field. */
export function signedForm(url: string, fields: Readonly<Record<string, string | readonly string[]>>): HookRequest {
  const lists = Object.entries(fields).map(([name, value]) => [name, [value].flat()] as const);
  const signed = [...lists]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, values]) => [...new Set(values)].sort().map((value) => name + value).join(''));
  const form = new URLSearchParams(lists.flatMap(([name, values]) => values.map((value): [string, string] => [name, value])));
  return {
    method: 'POST',
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8', 'x-twilio-signature': sign(url + signed.join('')) },
    body: Buffer.from(form.toString()),
  };
}

/** The same with a JSON body, which is signed by its hash in the query. */
export function signedJson(url: string, fields: Readonly<Record<string, string>>): HookRequest {
  const body = Buffer.from(JSON.stringify(fields));
  const called = `${url}?bodySHA256=${createHash('sha256').update(body).digest('hex')}`;
  return { method: 'POST', url: called, headers: { 'content-type': 'application/json', 'x-twilio-signature': sign(called) }, body };
}

function sign(text: string): string {
  return createHmac('sha1', AUTH_TOKEN).update(text).digest('base64');
}
