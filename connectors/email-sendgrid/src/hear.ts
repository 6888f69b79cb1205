import { assertFresh, KitError, verifyEcdsa, type ConnectorContext, type Feedback, type HookRequest } from '@tendril/connector-kit';
import { z } from 'zod';

const SIGNATURE = 'x-twilio-email-event-webhook-signature';
const TIMESTAMP = 'x-twilio-email-event-webhook-timestamp';

/** One entry of the event webhook; custom arguments stand beside the vendor's own fields. */
const Event = z.object({
  event: z.string(),
  sg_event_id: z.string().min(1),
  timestamp: z.number().int().positive(),
  email: z.string().optional(),
  touchpoint: z.string().optional(),
  sg_message_id: z.string().optional(),
  sg_machine_open: z.boolean().optional(),
  url: z.string().optional(),
  type: z.string().optional(),
  reason: z.string().optional(),
});

type Event = z.output<typeof Event>;

/** Events that say what became of a message; the rest (processed, deferred, group_resubscribe) are steps on the way. */
const KINDS: Readonly<Record<string, Feedback['kind']>> = {
  delivered: 'delivered',
  open: 'opened',
  click: 'clicked',
  bounce: 'bounced',
  dropped: 'failed',
  spamreport: 'complained',
  unsubscribe: 'unsubscribed',
  group_unsubscribe: 'unsubscribed',
};

/** The vendor drops what its own suppression lists hold; some of its reasons are a wish that we must know of. */
const WISHES: Readonly<Record<string, Feedback['kind']>> = {
  'Unsubscribed Address': 'unsubscribed',
  'Spam Reporting Address': 'complained',
};

/** Drops that will repeat for this address. */
const GONE = new Set(['Bounced Address', 'Invalid']);

/** Checks the signed event webhook (ECDSA P-256 over timestamp and raw body, within five minutes) and translates its events. */
export function hear(
  { headers, body }: HookRequest,
  { settings, log, now }: ConnectorContext<{ readonly webhookPublicKey?: string | undefined }>,
): readonly Feedback[] {
  const publicKey = settings.webhookPublicKey;
  if (publicKey === undefined) {
    throw new KitError('hook-key', 'A SendGrid webhook came, and email-sendgrid has no "webhookPublicKey" to check it with. Copy it from SendGrid\'s signed event webhook page.');
  }
  const timestamp = headers[TIMESTAMP] ?? '';
  verifyEcdsa({ publicKey, signed: [timestamp, body], signature: headers[SIGNATURE] });
  assertFresh(new Date(Number(timestamp || NaN) * 1_000), now());
  const events = z.array(z.unknown()).parse(JSON.parse(Buffer.from(body).toString()));
  return events.flatMap((entry) => {
    const event = Event.safeParse(entry);
    // One event that we cannot read must not lose the others of the batch.
    if (!event.success) log('SendGrid sent an event that cannot be read', { problems: event.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) });
    return event.success ? feedback(event.data) : [];
  });
}

function feedback(event: Event): readonly Feedback[] {
  const known = KINDS[event.event];
  if (known === undefined) return [];
  const reason = event.reason ?? '';
  const kind = event.event === 'dropped' ? (WISHES[reason] ?? known) : known;
  // "blocked" is a refusal for now: the mailbox exists.
  const permanent = (event.event === 'bounce' && event.type !== 'blocked') || (kind === 'failed' && GONE.has(reason));
  return [
    {
      kind,
      id: event.sg_event_id,
      at: new Date(event.timestamp * 1_000),
      ...(event.touchpoint === undefined ? {} : { touchpoint: event.touchpoint }),
      // The event carries the id that mail/send answered with, followed by a dot and the vendor's routing.
      ...(event.sg_message_id === undefined ? {} : { ref: event.sg_message_id.split('.')[0] ?? '' }),
      ...(event.email === undefined ? {} : { address: event.email }),
      ...(event.sg_machine_open === undefined ? {} : { machine: event.sg_machine_open }),
      ...(permanent ? { permanent } : {}),
      ...(event.url === undefined ? {} : { url: event.url }),
      ...(reason === '' ? {} : { detail: reason }),
    },
  ];
}
