import { SignatureError, type ConnectorContext, type Feedback, type HookRequest } from '@tendril/connector-kit';
import twilio from 'twilio';
import { z } from 'zod';

import { asksToStop, asksToStart } from './stop-words.ts';

type Form = Readonly<Record<string, string>>;

const Fields = z.record(z.string(), z.unknown());

/** States that say what became of a message; the rest (queued, sending, sent) are steps on the way. */
const KINDS: Readonly<Record<string, Feedback['kind']>> = { delivered: 'delivered', undelivered: 'failed', failed: 'failed', read: 'opened' };

/** Failures that will repeat for this number: unknown, landline. */
const GONE = new Set(['30005', '30006']);

/** The recipient opted out at the vendor. */
const STOPPED = '21610';

/** Checks X-Twilio-Signature and translates status callbacks and replies. */
export function hear(request: HookRequest, { settings, now }: ConnectorContext<{ readonly authToken: string }>): readonly Feedback[] {
  const form = signedForm(request, settings.authToken);
  const sid = form['MessageSid'] ?? '';
  if (sid === '') return [];
  const status = form['MessageStatus'];
  return status === undefined ? inbound(form, sid, now()) : callback(form, sid, status, new URL(request.url), now());
}

/**
 * The fields of a signed request; throws `SignatureError`. The SDK tries the URL with and without port and the older query
 * encodings, and compares in constant time. A JSON body is signed by its hash in the query; a body that neither form of the
 * signature covers is refused, since anybody could have changed it.
 */
function signedForm({ url, headers, body }: HookRequest, authToken: string): Form {
  const signature = headers['x-twilio-signature'] ?? '';
  const text = Buffer.from(body).toString();
  const hashed = new URL(url).searchParams.has('bodySHA256');
  const isForm = (headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded');
  const lists = isForm ? formLists(text) : {};
  const valid = hashed ? twilio.validateRequestWithBody(authToken, signature, url, text) : isForm && twilio.validateRequest(authToken, signature, url, lists);
  if (!valid) throw new SignatureError('The Twilio signature does not match. Behind a proxy, check that the core knows its public URL.');
  const fields = isForm ? lists : Fields.parse(JSON.parse(text));
  return Object.fromEntries(Object.entries(fields).flatMap(([name, value]) => [value].flat().slice(0, 1).map((first): [string, string] => [name, String(first)])));
}

/** Repeated fields as a list, which the signature treats apart. */
function formLists(text: string): Record<string, string | string[]> {
  const params = new URLSearchParams(text);
  return Object.fromEntries([...new Set(params.keys())].map((name) => {
    const values = params.getAll(name);
    return [name, values.length === 1 ? (values[0] ?? '') : values];
  }));
}

function callback(form: Form, sid: string, status: string, url: URL, at: Date): readonly Feedback[] {
  const code = form['ErrorCode'];
  const kind = code === STOPPED ? 'unsubscribed' : KINDS[status];
  if (kind === undefined) return [];
  const touchpoint = url.searchParams.get('touchpoint');
  return [
    {
      kind,
      // Callbacks repeat, and carry no id of their own and no time: a message reaches each state once.
      id: `${sid}:${status}`,
      at,
      ref: sid,
      ...(touchpoint === null ? {} : { touchpoint }),
      ...(form['To'] === undefined ? {} : { address: form['To'] }),
      ...(code === undefined ? {} : { detail: `Twilio ${code}`, ...(GONE.has(code) ? { permanent: true } : {}) }),
    },
  ];
}

function inbound(form: Form, sid: string, at: Date): readonly Feedback[] {
  const { From: address, Body: text = '', OptOutType: optOut } = form;
  if (address === undefined || optOut === 'START' || asksToStart(text)) return [];
  const kind = optOut === 'STOP' || asksToStop(text) ? 'unsubscribed' : 'replied';
  return [{ kind, id: sid, at, address, detail: text }];
}
