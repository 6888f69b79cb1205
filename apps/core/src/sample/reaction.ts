import type { Feedback } from '@tendril/connector-kit';
import { DAY, HOUR, MINUTE, type Random, SECOND } from '@tendril/kernel';
import { chance, waiting, whole } from './draw.ts';
import type { SampleLead } from './people.ts';

/** A touchpoint that was handed to a vendor. */
export interface ReceivedMessage {
  /** The touchpoint's id. */
  readonly touchpoint: string;
  /** The company's own id of the lead, such as `crm-1001`. */
  readonly lead: string;
  /** `content/<id>` */
  readonly content: string;
  readonly channel: string;
  readonly at: Date;
}

/** What a lead does about a message, with the time from its arrival in milliseconds. */
export interface Reaction {
  readonly kind: Feedback['kind'];
  readonly after: number;
  readonly machine?: boolean;
  readonly permanent?: boolean;
}

/** What is known when a message arrives: how keen the lead is, 0 to 1, and how many messages came before. */
export interface Mood {
  readonly intent: number;
  readonly earlier: number;
}

/**
 * Draws the reaction to one message. The shares are chosen, not measured: of the mails to leads who have just asked for
 * something, somewhat over a third are opened and a sixth clicked, and under one in a hundred unsubscribes.
 */
export function reactionTo(random: Random, lead: SampleLead, message: ReceivedMessage, mood: Mood): Reaction[] {
  return message.channel === 'sms' ? smsReaction(random, mood) : emailReaction(random, lead, mood);
}

function emailReaction(random: Random, lead: SampleLead, { intent, earlier }: Mood): Reaction[] {
  const arrived = whole(random, 2, 90) * SECOND;
  if (lead.hidden.bounces) return [{ kind: 'bounced', after: arrived, permanent: true }];
  const tired = 0.85 ** earlier;
  const reactions: Reaction[] = [{ kind: 'delivered', after: arrived }];
  if (chance(random, 0.2)) reactions.push({ kind: 'opened', after: arrived + MINUTE, machine: true });
  const opened = arrived + 5 * MINUTE + Math.min(5 * DAY, waiting(random, 9 * HOUR));
  if (!chance(random, (0.24 + 0.5 * intent) * tired)) return reactions;
  reactions.push({ kind: 'opened', after: opened });
  if (chance(random, 0.22 + 0.4 * intent)) reactions.push({ kind: 'clicked', after: opened + whole(random, 8, 200) * SECOND });
  else if (chance(random, 0.012 + 0.008 * earlier)) reactions.push({ kind: 'unsubscribed', after: opened + 30 * SECOND });
  else if (chance(random, 0.001)) reactions.push({ kind: 'complained', after: opened + 40 * SECOND });
  return reactions;
}

function smsReaction(random: Random, { intent }: Mood): Reaction[] {
  const arrived = whole(random, 2, 20) * SECOND;
  if (chance(random, 0.03)) return [{ kind: 'failed', after: arrived }];
  const reactions: Reaction[] = [{ kind: 'delivered', after: arrived }];
  if (chance(random, 0.06 + 0.25 * intent)) reactions.push({ kind: 'clicked', after: arrived + waiting(random, 40 * MINUTE) });
  else if (chance(random, 0.02)) reactions.push({ kind: 'unsubscribed', after: arrived + waiting(random, HOUR) });
  return reactions;
}
