import { AppError } from '@tendril/kernel';
import { Life, type Lived } from './life.ts';
import type { SampleLead } from './people.ts';
import type { ReceivedMessage } from './reaction.ts';

/**
 * All sample leads living side by side. The demo lets them live up to the moved clock, hands over what they did, and
 * passes back what they received; messages raise a lead's wish to buy a little, so that nurtured leads truly convert
 * more often than those kept out.
 *
 * @example
 * const lives = new LeadLives('demo', samplePeople({ seed: 'demo', leads: 2000, from, to }).leads);
 * const { events, feedback } = lives.until(clock.now()); // intake takes the events, the inbox the feedback
 * lives.receive({ touchpoint, lead: 'crm-1001', content: 'content/welcome', channel: 'email', at: clock.now() });
 */
export class LeadLives {
  readonly #lives: ReadonlyMap<string, Life>;

  constructor(seed: string, leads: readonly SampleLead[]) {
    this.#lives = new Map(leads.map((lead) => [lead.id, new Life(seed, lead)]));
  }

  /** What happened since the last call up to this time, inclusive, in order of time. */
  until(to: Date): Lived {
    const lived: Lived = { events: [], feedback: [] };
    for (const life of this.#lives.values()) {
      const { events, feedback } = life.until(to.getTime());
      lived.events.push(...events);
      lived.feedback.push(...feedback);
    }
    lived.events.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
    lived.feedback.sort((a, b) => a.at.getTime() - b.at.getTime());
    return lived;
  }

  /** A touchpoint that a vendor accepted. `lead` is the company's own id, not Tendril's. */
  receive(message: ReceivedMessage): void {
    const life = this.#lives.get(message.lead);
    if (!life) throw new AppError('sample-lead-unknown', `The sample has no lead "${message.lead}"`);
    life.receive(message);
  }
}
