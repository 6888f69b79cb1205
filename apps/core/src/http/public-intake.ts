import { Inject, Injectable } from '@nestjs/common';
import type { IntakeEvent } from '@tendril/events';
import type { IntakeResult, World } from '@tendril/flows';
import { AppError } from '@tendril/kernel';
import { WORLD } from '../world-token.ts';
import type { BrowserCaller } from './browser-access.ts';
import { checkPublicEvents, type PublicRefusal } from './browser-events.ts';
import { PublicLimits } from './public-limits.ts';

/** Events of one request from a browser. The tracker sends what happened within a second. */
const PUBLIC_BATCH = 50;

/** What became of a page's events: intake's answer, and what never came that far. */
export type PublicResult = Omit<IntakeResult, 'refused'> & { readonly refused: readonly (IntakeResult['refused'][number] | PublicRefusal)[] };

/** What stands between the pages of a site and intake. */
@Injectable()
export class PublicIntake {
  readonly #limits = new PublicLimits();

  constructor(@Inject(WORLD) private readonly world: World) {}

  /**
   * Hands to `takeIn` what a page may send; the refusals of both keep the positions that the page sent.
   *
   * @throws AppError `request-invalid` (400) for more than 50 events, `too-many-events` (429), `no-rulebook` (409)
   */
  async take(
    events: readonly IntakeEvent[],
    { keyId, source, sentAt }: BrowserCaller,
    takeIn: (events: readonly IntakeEvent[]) => Promise<IntakeResult>,
  ): Promise<PublicResult> {
    if (events.length > PUBLIC_BATCH) {
      throw new AppError('request-invalid', `A browser key takes ${PUBLIC_BATCH} events at once, and here are ${events.length}`, {
        status: 400,
        hint: 'Send the rest in another request, or send from a server.',
      });
    }
    const { rulebook } = await this.world.rulebook.require(this.world.store.db);
    const now = this.world.clock.now();
    const { accepted, refused } = checkPublicEvents(events, { source, plan: rulebook.trackingPlan, now, sentAt });
    if (accepted.length === 0) return { stored: 0, duplicates: 0, quarantined: [], refused };
    const visitors = accepted.map(({ event }) => event.lead.anonymousId ?? '');
    if (!this.#limits.admit(keyId, visitors, now)) {
      throw new AppError('too-many-events', 'More events came from this visitor or this site than people make within a minute', {
        status: 429,
        hint: 'Look for a loop around tendril.track. What a server sends is not limited.',
      });
    }
    const result = await takeIn(accepted.map(({ event }) => event));
    const asSent = <One extends { readonly index: number }>(one: One): One => ({ ...one, index: accepted[one.index]?.index ?? one.index });
    const all = [...refused, ...result.refused.map(asSent)].sort((one, other) => one.index - other.index);
    return { ...result, quarantined: result.quarantined.map(asSent), refused: all };
  }
}
