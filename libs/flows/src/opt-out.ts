import { addConsents, addSuppressions, type ConsentEntry, type Db, findTold, holdRulebook, leadsByAddress, lockLeads } from '@tendril/store';
import { type LeadIntake, storeEvents } from './intake.ts';
import type { World } from './world.ts';

/** The ledger's row for a lead that wants to hear no more on a channel, about any topic. */
export function optOut(of: { readonly lead: string; readonly channel: string; readonly id: string }, source: string, at: Date): ConsentEntry {
  return {
    lead: of.lead,
    channel: of.channel,
    topic: '*',
    state: 'denied',
    basis: 'withdrawal',
    wording: 'Opted out of everything on this channel',
    evidence: `touchpoint ${of.id}`,
    source,
    at,
  };
}

/**
 * One-click unsubscribe by the link in a message: effective when this returns. Repeating it changes nothing.
 * Returns the channel, or undefined when there is no such touchpoint.
 */
export async function unsubscribe(world: World, touchpoint: string): Promise<string | undefined> {
  return world.store.transaction(async (db) => {
    await holdRulebook(db);
    const [told] = await findTold(db, '', [touchpoint], []);
    if (!told) return undefined;
    await writeOptOut(db, world, told, 'unsubscribe-link');
    const { id, channel, content, programme } = told;
    const event: LeadIntake = {
      lead: told.lead,
      event: {
        source: 'unsubscribe-link',
        key: id,
        type: 'message_unsubscribed',
        at: world.clock.now().toISOString(),
        lead: {},
        properties: { touchpoint: id, channel, content, programme },
      },
    };
    await storeEvents(db, world, await world.rulebook.read(db), [event]);
    return channel;
  });
}

/** The lead and the address, under the locks of the lead and of all that share the address. Part of the caller's transaction. */
export async function writeOptOut(
  db: Db,
  world: World,
  of: { readonly id: string; readonly lead: string; readonly channel: string; readonly addressHash: string | null },
  source: string,
): Promise<void> {
  const now = world.clock.now();
  const sharing = of.addressHash === null ? [] : await leadsByAddress(db, [of.addressHash]);
  await lockLeads(db, [...new Set([of.lead, ...sharing.map(({ lead }) => lead)])]);
  await addConsents(db, [optOut(of, source, now)], now);
  if (of.addressHash !== null) await addSuppressions(db, [{ channel: of.channel, hash: of.addressHash, reason: 'opted-out' }], now);
}
