import type { Feedback } from '@tendril/connector-kit';
import type { IntakeEvent } from '@tendril/events';
import { DAY, HOUR, type JsonObject, MINUTE, type Random, SECOND, seededRandom } from '@tendril/kernel';
import { browse, guideFor } from './browse.ts';
import { chance, pick, waiting, whole } from './draw.ts';
import type { SampleAccount, SampleLead } from './people.ts';
import { type ReceivedMessage, reactionTo } from './reaction.ts';
import { workingTime } from './working-time.ts';

/** What leads did, in the order of time, and what vendors would tell about our messages to them. */
export interface Lived {
  readonly events: IntakeEvent[];
  readonly feedback: Feedback[];
}

/** Wanting to buy fades: it halves in this time unless something revives it. */
const HALF_LIFE = 18 * DAY;
const TRIAL_LENGTH = 21 * DAY;

/** Where the clocks of a country's leads are, as far as a form can tell. */
const ZONES: Readonly<Record<string, string>> = {
  GB: 'Europe/London',
  IE: 'Europe/Dublin',
  DE: 'Europe/Berlin',
  NL: 'Europe/Amsterdam',
  FR: 'Europe/Paris',
  US: 'America/New_York',
};

type Who = Pick<IntakeEvent, 'lead' | 'account'>;

interface Step {
  readonly at: number;
  readonly run: () => void;
}

/**
 * One lead's life as a queue of future steps, each of which tells events and plans the next ones. It draws its own
 * steps from one stream of random numbers and the reaction to each message from another, so that neither the size of
 * a tick nor other leads change what it does.
 */
export class Life {
  readonly #seed: string;
  readonly #lead: SampleLead;
  readonly #own: Random;
  readonly #steps: Step[] = [];
  #lived: Lived = { events: [], feedback: [] };
  #now = 0;
  #told = 0;
  #messages = 0;
  #intent: { value: number; at: number };
  #visitPlanned = false;
  #trial: { lastUse: number; using: boolean } | null = null;
  #decided = false;

  constructor(seed: string, lead: SampleLead) {
    this.#seed = `${seed}:life:${lead.id}`;
    this.#lead = lead;
    this.#own = seededRandom(this.#seed);
    const arrives = lead.arrives.getTime();
    this.#intent = { value: lead.hidden.intent, at: arrives };
    this.#plan(arrives, () => this.#arrive());
    if (lead.hidden.leavesAfter !== null) this.#plan(arrives + lead.hidden.leavesAfter, () => this.#optOut());
  }

  /** Lives on to this time, inclusive, and tells what happened since the last call. */
  until(to: number): Lived {
    for (let next = this.#steps[0]; next && next.at <= to; next = this.#steps[0]) {
      this.#steps.shift();
      this.#now = next.at;
      next.run();
    }
    const lived = this.#lived;
    this.#lived = { events: [], feedback: [] };
    return lived;
  }

  /** Receives a message: what follows comes out of later calls of `until`. */
  receive(message: ReceivedMessage): void {
    const random = seededRandom(`${this.#seed}:${message.content}:${this.#messages}`);
    const at = Math.max(this.#now, message.at.getTime());
    const mood = { intent: this.#intentAt(at), earlier: this.#messages };
    this.#messages += 1;
    for (const { after, ...reaction } of reactionTo(random, this.#lead, message, mood)) {
      this.#plan(at + after, () => {
        const id = `${message.touchpoint}:${reaction.kind}${reaction.machine ? ':machine' : ''}`;
        this.#lived.feedback.push({ id, touchpoint: message.touchpoint, at: new Date(this.#now), ...reaction });
        if (reaction.kind === 'opened' && !reaction.machine) this.#revive(0.02);
        if (reaction.kind === 'clicked') this.#comeBack(random, mood.earlier);
      });
    }
  }

  #plan(at: number, run: () => void): void {
    const later = this.#steps.findIndex((step) => step.at > at);
    this.#steps.splice(later < 0 ? this.#steps.length : later, 0, { at, run });
  }

  /** Tells an event that happened now, or shortly `before`: never later, since nothing may come from the future. */
  #tell(type: string, properties: JsonObject, before = 0, who: Who = { lead: { id: this.#lead.id } }): void {
    this.#told += 1;
    const at = new Date(this.#now - before).toISOString();
    this.#lived.events.push({ source: 'sample', key: `${this.#lead.id}-${this.#told}`, type, at, ...who, properties });
  }

  #arrive(): void {
    const { form } = this.#lead;
    this.#viewPages(this.#own, this.#lead.hidden.intent);
    this.#tell('form_submitted', { form }, 3 * SECOND);
    this.#introduce();
    if (form === 'guide') this.#tell('content_downloaded', { asset: guideFor(this.#lead) });
    if (form === 'demo' && chance(this.#own, 0.3)) this.#bookDemo(this.#own);
    this.#planVisit();
  }

  /** Who the lead is and what it agreed to, right after the form. */
  #introduce(): void {
    const { id, email, phone, firstName, lastName, role, seniority, industry, country, source, account, agrees, form } = this.#lead;
    const timeZone = ZONES[country] ?? null;
    const attributes = { firstName, lastName, role, seniority, industry, country, timeZone, source, ...(account && { company: account.name }) };
    this.#tell('lead_updated', { attributes, ...(account && { account: accountAttributes(account) }) }, 2 * SECOND, {
      lead: { id, email, ...(phone !== undefined && { phone }) },
      ...(account && { account: { domain: account.domain } }),
    });
    for (const agreed of agrees) {
      const [channel = '', topic = ''] = agreed.split(':');
      const wording = `Yes, ${channel === 'sms' ? 'text' : 'write to'} me about ${topic}. I can stop this at any time.`;
      const evidence = `box ticked in the ${form} form`;
      this.#tell('consent_changed', { channel, topic, state: 'granted', basis: 'consent', wording, evidence }, SECOND);
    }
  }

  #optOut(): void {
    for (const agreed of this.#lead.agrees) {
      const [channel = '', topic = ''] = agreed.split(':');
      const told = { basis: 'opt-out', wording: 'Please stop.', evidence: 'preference page' };
      this.#tell('consent_changed', { channel, topic, state: 'denied', ...told });
    }
  }

  #planVisit(): void {
    const intent = this.#intentAt(this.#now);
    this.#visitPlanned = !this.#decided && !chance(this.#own, 0.3 - 0.25 * intent);
    if (!this.#visitPlanned) return;
    const gap = HOUR + waiting(this.#own, (2.4 * DAY) / (0.15 + 1.6 * intent));
    const at = Math.max(workingTime(this.#own, this.#now + gap), this.#now + HOUR);
    this.#plan(at, () => {
      this.#visit(this.#own);
      this.#planVisit();
    });
  }

  /** A visit that ends now. */
  #visit(random: Random): void {
    const intent = this.#intentAt(this.#now);
    this.#viewPages(random, intent);
    if (this.#lead.hidden.looksForJob || this.#decided) return;
    if (chance(random, 0.06 + 0.12 * intent)) this.#tell('content_downloaded', { asset: guideFor(this.#lead) });
    if (chance(random, 0.03 + 0.05 * intent)) this.#registerForWebinar(random);
    const drive = Math.max(0, intent - 0.2) * this.#lead.hidden.fit;
    if (this.#trial || !chance(random, 0.78 * drive)) return;
    if (chance(random, 0.7)) this.#startTrial(random);
    else this.#bookDemo(random);
  }

  #viewPages(random: Random, intent: number): void {
    let before = 0;
    const views = browse(random, this.#lead, intent).map((path) => ({ path, before: (before += whole(random, 15, 140) * SECOND) }));
    for (const { path, before: earlier } of views.reverse()) this.#tell('page_viewed', { path }, earlier);
  }

  /** Webinars are on Thursdays at 14:00 UTC; little more than half of those who register come. */
  #registerForWebinar(random: Random): void {
    const today = new Date(this.#now);
    const days = ((4 - today.getUTCDay() + 6) % 7) + 1;
    const webinar = pick(random, ['rota-basics', 'forecast-clinic']);
    this.#tell('webinar_registered', { webinar });
    const minutes = whole(random, 12, 46);
    if (!chance(random, 0.55)) return;
    this.#plan(Math.floor(this.#now / DAY + days) * DAY + 14 * HOUR + minutes * MINUTE, () => {
      this.#tell('webinar_attended', { webinar, minutes });
      this.#revive(0.1);
    });
  }

  #bookDemo(random: Random): void {
    this.#plan(Math.max(workingTime(random, this.#now + DAY), this.#now + HOUR), () => {
      this.#tell('demo_booked', {});
      this.#revive(0.15);
      this.#plan(this.#now + whole(random, 9, 24) * DAY, () => this.#decide(random, 0.7));
    });
  }

  #startTrial(random: Random): void {
    const ends = new Date(this.#now + TRIAL_LENGTH).toISOString();
    this.#tell('trial_started', {});
    this.#tell('lead_updated', { attributes: { trialEndsAt: ends } });
    this.#trial = { lastUse: this.#now, using: false };
    this.#revive(0.15);
    this.#useTrial(random);
    this.#plan(this.#now + whole(random, 12, 21) * DAY, () => {
      const lately = this.#trial !== null && this.#now - this.#trial.lastUse < 7 * DAY;
      this.#decide(random, lately ? 1 : 0.15);
    });
  }

  /** Opens the product again and again, until setting it up seems too much. */
  #useTrial(random: Random): void {
    const trial = this.#trial;
    if (!trial || this.#decided) return;
    trial.using = !chance(random, 0.16);
    if (!trial.using) return;
    this.#plan(Math.max(workingTime(random, this.#now + waiting(random, 1.4 * DAY)), this.#now + HOUR), () => {
      this.#tell('app_opened', {});
      trial.lastUse = this.#now;
      this.#useTrial(random);
    });
  }

  #decide(random: Random, conviction: number): void {
    if (this.#decided) return;
    const { fit } = this.#lead.hidden;
    const wins = chance(random, conviction * (0.1 + 0.6 * fit));
    if (!wins && !chance(random, 0.6)) return;
    this.#decided = true;
    const employees = this.#lead.account?.employees ?? 12;
    if (wins) this.#tell('deal_won', { amount: Math.round((1200 + 38 * employees) / 100) * 100 });
    else this.#tell('deal_lost', { reason: pick(random, ['price', 'competitor', 'no-decision', 'not-a-fit']) });
  }

  /** A click leads to our site, raises the wish to buy, and may restart what had stopped. */
  #comeBack(random: Random, earlier: number): void {
    this.#revive(0.4 * 0.8 ** earlier);
    this.#visit(random);
    if (this.#trial && !this.#trial.using) this.#useTrial(random);
    if (!this.#visitPlanned) this.#planVisit();
  }

  #intentAt(at: number): number {
    return this.#intent.value * 0.5 ** (Math.max(0, at - this.#intent.at) / HALF_LIFE);
  }

  #revive(gain: number): void {
    const value = this.#intentAt(this.#now);
    this.#intent = { value: value + gain * (1 - value), at: this.#now };
  }
}

function accountAttributes({ name, industry, employees, sites, country }: SampleAccount): JsonObject {
  return { name, industry, employees, sites, country };
}
