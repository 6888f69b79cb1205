import { accepted, type Delivery, type Feedback, type Outcome, rejected, retry, unknown } from '@tendril/connector-kit';
import type { IntakeEvent } from '@tendril/events';
import { DAY, HOUR, MINUTE } from '@tendril/kernel';
import { addressHash } from '@tendril/touchpoints';

/** What the vendor makes of a message. `lost`: it takes it, and its answer never arrives. `unreached`: nothing arrives at all. */
export type Answer = 'accepted' | 'bad-address' | 'opted-out' | 'bad-content' | 'retry' | 'lost' | 'unreached';

/** A message that reached the vendor, and what it made of it. */
interface Asked {
  readonly id: string;
  readonly answer: Answer;
  readonly crm: string;
  readonly topic: string | undefined;
  readonly at: Date;
}

/** In every rulebook of these tests. */
export const POLICIES = {
  caps: [
    { max: 1, within: '12h' },
    { topic: 'news', max: 1, days: 2 },
  ],
  quietHours: [{ from: '18:00', to: '08:00' }],
  unknownZone: ['UTC'],
};

/** A touchpoint as the model needs it. */
export interface Touch {
  readonly id: string;
  readonly crm: string;
  readonly content: string;
  readonly state: string;
  readonly reason: string | null;
  readonly addressHash: string | null;
}

/** What was true at a moment. */
export interface Rights {
  readonly consents: (touch: Pick<Touch, 'crm' | 'content'>) => boolean;
  readonly maySend: (touch: Pick<Touch, 'crm' | 'content'>, to: string) => boolean;
}

type Word = readonly [topic: string, state: string];

/** Content → topic, in every rulebook of these tests. */
export const TOPICS: Readonly<Record<string, string>> = { 'content/pricing': 'product', 'content/news': 'news' };

/**
 * What must be true, told a second time and much more simply than the code tells it: who said what last, which addresses are
 * suppressed, and what the vendor took. It hears of everything that is done, and is asked when a message arrives at the vendor.
 */
export class MoneyModel {
  readonly events = new Set<string>();
  readonly asked: Asked[] = [];
  readonly #words = new Map<string, Word[]>();
  readonly #suppressed = new Set<string>();
  readonly #heard = new Set<string>();

  /** Sentences about what went wrong; empty when nothing did. */
  readonly faults: string[] = [];

  event({ source, key, type, lead, properties }: IntakeEvent): void {
    const id = `${source} ${key}`;
    if (this.events.has(id)) return;
    this.events.add(id);
    if (type === 'consent_changed') this.#say(lead.id ?? '', String(properties['topic']), String(properties['state']));
    if (type === 'suppressed') this.#suppressed.add(addressHash('email', lead.email ?? ''));
  }

  optedOut(touch: Touch): void {
    this.#say(touch.crm, '*', 'denied');
    this.addressRefused(touch);
  }

  /** Whether sending is stopped for everybody. */
  stopped = false;

  addressRefused({ addressHash: hash }: Touch): void {
    if (hash !== null) this.#suppressed.add(hash);
  }

  feedback({ id, kind, permanent }: Feedback, touch: Touch): void {
    if (this.#heard.has(id)) return;
    this.#heard.add(id);
    if (kind === 'unsubscribed' || kind === 'complained') this.optedOut(touch);
    if (kind === 'bounced' && permanent) this.addressRefused(touch);
  }

  #say(crm: string, topic: string, state: string): void {
    this.#words.set(crm, [...(this.#words.get(crm) ?? []), [topic, state]]);
  }

  /** What it knows now, to be asked about later. */
  rights(): Rights {
    const { stopped } = this;
    const words = new Map(this.#words);
    const suppressed = new Set(this.#suppressed);
    const consents = (touch: Pick<Touch, 'crm' | 'content'>): boolean =>
      words.get(touch.crm)?.findLast(([topic]) => topic === '*' || topic === TOPICS[touch.content])?.[1] === 'granted';
    return { consents, maySend: (touch, to) => !stopped && consents(touch) && !suppressed.has(addressHash('email', to)) };
  }

  /** A touchpoint was ended for want of consent: was there none? */
  endedWithoutConsent(touch: Touch, rights: Rights): void {
    if (rights.consents(touch)) this.faults.push(`${touch.crm} consents to ${touch.content}, and it was ended as ${touch.reason}`);
  }

  /** The vendor is asked to deliver: checks that it may be, and that it was not asked about this before with any answer but "later". */
  deliver({ id, to }: Delivery<unknown>, answer: Answer, touch: Touch, rights: Rights, at: Date): Outcome {
    if (!rights.maySend(touch, to)) this.faults.push(`${touch.crm} got ${touch.content} at ${to} without a right to send it`);
    const before = this.asked.filter((one) => one.id === id && one.answer !== 'retry');
    if (before.length > 0) this.faults.push(`${touch.crm} got ${touch.content} again, after ${before.map((one) => one.answer).join(', ')}`);
    const topic = TOPICS[touch.content];
    this.#timing(touch, topic, at);
    this.asked.push({ id, answer, crm: touch.crm, topic, at });
    return OUTCOMES[answer](id);
  }

  /** Against POLICIES: what certainly did not go out counts for nothing. */
  #timing({ crm, content }: Touch, topic: string | undefined, at: Date): void {
    if (at.getUTCHours() >= 18 || at.getUTCHours() < 8) this.faults.push(`${crm} got ${content} at ${at.toISOString()}, when it was quiet`);
    const counted = this.asked.filter((one) => one.crm === crm && ['accepted', 'lost', 'unreached'].includes(one.answer));
    const recent = counted.filter((one) => at.getTime() - one.at.getTime() < 12 * HOUR);
    if (recent.length > 0) this.faults.push(`${crm} got ${content}, the second in 12 hours`);
    const dayOf = (time: Date): number => Math.floor(time.getTime() / DAY);
    const news = counted.filter((one) => one.topic === 'news' && dayOf(at) - dayOf(one.at) < 2);
    if (topic === 'news' && news.length > 0) this.faults.push(`${crm} got ${content}, the second news in two days`);
  }

  took(id: string): boolean {
    return this.asked.some((one) => one.id === id && (one.answer === 'accepted' || one.answer === 'lost'));
  }
}

const OUTCOMES: Readonly<Record<Answer, (id: string) => Outcome>> = {
  accepted: (id) => accepted(`ref-${id}`),
  'bad-address': () => rejected('address', 'no such mailbox'),
  'opted-out': () => rejected('opted-out', 'on our list'),
  'bad-content': () => rejected('content', 'too long'),
  retry: () => retry('limits', 'slow down', 3 * MINUTE),
  lost: () => unknown('the line went dead'),
  unreached: () => unknown('the line was dead'),
};
