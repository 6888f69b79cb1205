import type { IntakeEvent, LeadReference } from '@tendril/events';
import type { NewId } from '@tendril/kernel';
import { addIdentities, addLeads, type Db, findIdentities, type Identity, leadsWithOwnId } from '@tendril/store';
import type { LeadIntake } from './intake.ts';

/** An event together with the lead that it is about, and what was found out about its names. */
export interface ResolvedEvent extends LeadIntake {
  /** The lead was made for this batch. */
  readonly made: boolean;
  /** A name of it was not known before. */
  readonly linked: boolean;
}

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
 * A name of a lead that is part of another leads to that one.
 */
export async function resolveLeads(db: Db, events: readonly IntakeEvent[], newId: NewId, now: Date): Promise<ResolvedEvent[]> {
  const named = events.map(({ lead }) => identitiesOf(lead));
  const names = new Map(named.flat().map((identity) => [nameOf(identity), identity]));
  const known = await findIdentities(db, [...names.values()]);
  const news = [...names].some(([name, { kind }]) => kind === 'id' && !known.has(name));
  const identified = news ? await leadsWithOwnId(db, [...new Set(known.values())]) : new Set<string>(); // only a new id asks
  const made = new Set<string>();
  const links: (Identity & { lead: string })[] = [];
  const linking = new Set<IntakeEvent>();
  for (const [n, identities] of named.entries()) {
    const found = leadNamed(identities, known, identified);
    const id = found ?? newId();
    if (found === undefined) made.add(id);
    for (const identity of identities) {
      if (known.has(nameOf(identity))) continue;
      known.set(nameOf(identity), id);
      links.push({ ...identity, lead: id });
      linking.add(events[n]!);
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
  return events.map((event, n) => {
    const identities = named[n]!;
    const lead = known.get(nameOf(identities[0]!))!;
    const visitor = identities.find(({ kind }) => kind === 'anonymous');
    const other = visitor && known.get(nameOf(visitor));
    return { lead, event, other: other === lead ? undefined : other, made: made.has(lead), linked: linking.has(event) };
  });
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
