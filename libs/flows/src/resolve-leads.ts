import type { IntakeEvent, LeadReference } from '@tendril/events';
import type { NewId } from '@tendril/kernel';
import { addIdentities, addLeads, type Db, findIdentities, type Identity, leadsWithOwnId } from '@tendril/store';
import type { LeadIntake } from './intake.ts';

/** Names of a lead, the one that counts most first. */
export function identitiesOf(lead: IntakeEvent['lead']): Identity[] {
  const named: readonly [Identity['kind'], LeadReference[keyof LeadReference]][] = [
    ['id', lead.id],
    ['email', lead.email?.trim().toLowerCase()],
    ['phone', lead.phone],
    ['anonymous', lead.anonymousId],
  ];
  return named.flatMap(([kind, value]) => (value === undefined ? [] : [{ kind, value }]));
}

const nameOf = ({ kind, value }: Identity): string => `${kind}:${value}`;

/**
 * Finds the lead of each event by its names, and makes the leads that are new. Names that nobody has yet are linked to the lead.
 * Another process may make the same lead at the same moment: the unique names decide whose it is, and we read who won.
 */
export async function resolveLeads(db: Db, events: readonly IntakeEvent[], newId: NewId, now: Date): Promise<LeadIntake[]> {
  const names = new Map(events.flatMap(({ lead }) => identitiesOf(lead)).map((identity) => [nameOf(identity), identity]));
  const known = await findIdentities(db, [...names.values()]);
  const identified = await leadsWithOwnId(db, [...new Set(known.values())]);
  const made = new Set<string>();
  const links: (Identity & { lead: string })[] = [];
  for (const { lead } of events) {
    const identities = identitiesOf(lead);
    const found = leadNamed(identities, known, identified);
    const id = found ?? newId();
    if (found === undefined) made.add(id);
    for (const identity of identities) {
      if (known.has(nameOf(identity))) continue;
      known.set(nameOf(identity), id);
      links.push({ ...identity, lead: id });
      if (identity.kind === 'id') identified.add(id);
    }
  }
  const added = await addIdentities(db, links, now);
  if (added.length < links.length) {
    const winners = await findIdentities(db, links);
    for (const [name, lead] of winners) known.set(name, lead);
  }
  const linked = new Set(added.map(({ lead }) => lead));
  await addLeads(db, [...made].filter((id) => linked.has(id)), now);
  return events.map((event) => ({ lead: known.get(nameOf(identitiesOf(event.lead)[0]!))!, event }));
}

/**
 * The lead that the first known name belongs to. An id that is new never leads to somebody who has another id: two people of a
 * company may share an address, and are told apart by the company's own ids.
 */
function leadNamed(identities: readonly Identity[], known: ReadonlyMap<string, string>, identified: ReadonlySet<string>): string | undefined {
  const [first] = identities;
  const named = identities.flatMap((identity) => known.get(nameOf(identity)) ?? []);
  const newId = first?.kind === 'id' && !known.has(nameOf(first));
  return newId ? named.find((lead) => !identified.has(lead)) : named[0];
}
