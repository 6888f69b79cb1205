import type { ConsentChanged, Suppressed } from '@tendril/events';
import {
  addConsents,
  addSuppressions,
  type ConsentEntry,
  type Db,
  leadsByAddress,
  lockLeads,
  membersOf,
  type Merge,
  newestConsents,
} from '@tendril/store';
import { addressHash } from '@tendril/touchpoints';
import type { LeadIntake } from './intake.ts';

/**
 * How the newest word on consent is found. `live`: what is said last counts. `import`: a file tells what another system
 * believes, perhaps for long, so a yes in it never overrides a no that we know, and a no in it counts each time it is read.
 */
export type ConsentSource = 'live' | 'import';

/** How rights are stored. */
interface RightsRequest {
  readonly source: ConsentSource;
  /** Their leads are locked together with those of the refusals, because locks are taken once and in order. */
  readonly merges: readonly Merge[];
  readonly now: Date;
}

/** Consents and suppressions. Refusals take the leads' locks first, so that no touch can be on its way past them. */
export async function storeRights(db: Db, intake: readonly LeadIntake[], { source, merges, now }: RightsRequest): Promise<void> {
  const said = intake.flatMap(consentOf);
  const suppressed = intake.flatMap(suppressionOf);
  const sameAddress = await leadsByAddress(db, suppressed.map(({ hash }) => hash));
  const refusing = [...said.filter(({ state }) => state === 'denied'), ...suppressed, ...sameAddress].map(({ lead }) => lead);
  await lockLeads(db, [...new Set([...refusing, ...merges.flatMap(({ lead, into }) => [lead, into])])]);
  await addConsents(db, source === 'import' ? await newsToTheLedger(db, said) : said, now);
  await addSuppressions(db, suppressed, now);
}

/** Of what a file says, what the ledger does not know: a yes where there is no word yet, a no where anything is still allowed. */
async function newsToTheLedger(db: Db, said: readonly ConsentEntry[]): Promise<ConsentEntry[]> {
  const known = await newestConsents(db, await membersOf(db, [...new Set(said.map(({ lead }) => lead))]));
  return said.filter((entry) => {
    const words = known.filter(({ lead, channel }) => lead === entry.lead && channel === entry.channel);
    const covering = words.filter(({ topic }) => topic === entry.topic || topic === '*');
    if (entry.state === 'granted') return covering.length === 0;
    const refused = Math.max(0, ...covering.filter(({ state }) => state === 'denied').map(({ seq }) => seq));
    const allowed = (entry.topic === '*' ? words : covering).some(({ state, seq }) => state === 'granted' && seq > refused);
    return refused === 0 || allowed;
  });
}

function consentOf({ lead, event }: LeadIntake): ConsentEntry[] {
  if (event.type !== 'consent_changed') return [];
  return [{ lead, ...(event.properties as ConsentChanged), source: event.source, at: new Date(event.at) }];
}

function suppressionOf({ lead, event }: LeadIntake): { lead: string; channel: string; hash: string; reason: string }[] {
  if (event.type !== 'suppressed') return [];
  const { channel, reason } = event.properties as Suppressed;
  const value = channel === 'email' ? event.lead.email : event.lead.phone;
  return value === undefined ? [] : [{ lead, channel, reason, hash: addressHash(channel, value) }];
}
