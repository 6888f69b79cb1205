import { type IntakeEvent, LeadReference } from '@tendril/events';
import { type Json, type JsonObject, sha256Of, stableJson } from '@tendril/kernel';
import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js';
import type { z } from 'zod';
import type { Field, ImportMap, Source } from './import-map.ts';
import { readDate, type Row, RowReader, shorten } from './row-values.ts';

/**
 * What one row says. `optOuts` go in before anything else of the whole file, also those of a row that is rejected:
 * a wrong number in some column must not keep a person on the list who left it.
 */
export type MappedRow =
  | {
      readonly ok: true;
      readonly line: number;
      readonly optOuts: readonly IntakeEvent[];
      readonly events: readonly IntakeEvent[];
      /** What was left out of a row that is taken nevertheless, as sentences. */
      readonly notes: readonly string[];
    }
  | { readonly ok: false; readonly line: number; readonly reason: string; readonly optOuts: readonly IntakeEvent[] };

/** Writes events of one lead, with keys derived from their content: the same row again gives the same keys. */
type Tell = (type: string, properties: JsonObject, at: Moment) => IntakeEvent;

/** When something happened, and the row's own date as part of the event's key: empty where the row has none. */
interface Moment {
  readonly date: Date;
  readonly key: string;
}

/**
 * Turns one row into intake events: `lead_updated` with all attributes, the map's own events, `consent_changed`, `suppressed`.
 * A channel that is suppressed here, or a topic that is denied, never gets a granted consent out of the same row.
 *
 * @param importedAt when everything happened that the row itself does not date; opt-outs are always dated so,
 * because an old date must not let a consent given in between outlive them.
 */
export function mapRow(map: ImportMap, row: Row, place: { readonly line: number }, importedAt: Date): MappedRow {
  const { line } = place;
  const cells = new RowReader(row, map.missing);
  const id = cells.text(map.lead.id);
  const email = cells.text(map.addresses.email);
  const phone = readPhone(map, cells);
  const lead = { ...(id ? { id } : {}), ...(email ? { email } : {}), ...(phone.number ? { phone: phone.number } : {}) };
  const known = LeadReference.safeParse(lead);
  const domain = map.account && domainOf(cells.text(map.account.domain));
  // A row whose lead is named badly is rejected, but its opt-out counts for the name that can be read.
  const who = [lead, { id }, { email }].find((names) => LeadReference.safeParse(names).success);
  const tell = teller(map.source, who ?? {}, domain);
  const rights = who ? readRights(map, cells, tell, importedAt) : { optOuts: [], grants: [] };
  const reject = (reason: string): MappedRow => ({ ok: false, line, reason, optOuts: rights.optOuts });
  if (id === undefined) return reject(`${quoted(map.lead.id)} is empty: there is no id to know the lead by`);
  if (!known.success) return reject(whyUnknown(known.error.issues[0], lead));
  const when = readMoment(cells.text(map.at), importedAt);
  if (!when) return reject(`${quoted(map.at)} should be a date such as 2026-03-27`);
  const attributes = readFields(map.attributes, cells);
  if (!attributes.ok) return reject(attributes.reason);
  const account = readFields(domain && map.account ? map.account.attributes : {}, cells);
  if (!account.ok) return reject(account.reason);
  const happened = readEvents(map, cells, tell, when, importedAt);
  if (!happened.ok) return reject(happened.reason);

  const updated: JsonObject = { attributes: attributes.values, ...(Object.keys(account.values).length > 0 ? { account: account.values } : {}) };
  const grants = rights.grants.map((grant) => tell('consent_changed', grant, when));
  return {
    ok: true,
    line,
    optOuts: rights.optOuts,
    events: [tell('lead_updated', updated, when), ...happened.events, ...grants],
    notes: phone.note ? [phone.note] : [],
  };
}

function teller(source: string, lead: IntakeEvent['lead'], domain: string | undefined): Tell {
  return (type, properties, at) => ({
    source,
    key: sha256Of(source, lead.id ?? '', type, stableJson({ lead, domain, properties }), at.key),
    type,
    at: at.date.toISOString(),
    lead,
    ...(domain ? { account: { domain } } : {}),
    properties,
  });
}

const DENIED = { topic: '*', state: 'denied', basis: 'opt-out' };

/** Who must not be contacted, and who may be: the first wins over the second. */
function readRights(map: ImportMap, cells: RowReader, tell: Tell, importedAt: Date): { optOuts: IntakeEvent[]; grants: JsonObject[] } {
  const now = { date: importedAt, key: '' };
  const suppressed = new Map<string, string>();
  for (const rule of map.suppress) {
    if (!suppressed.has(rule.channel) && cells.holds(rule.when)) suppressed.set(rule.channel, rule.reason);
  }
  const optOuts = [...suppressed].flatMap(([channel, reason]) => [
    tell('suppressed', { channel, reason }, now),
    // The suppression is about the address; this is about the person, who may come by another one.
    tell('consent_changed', { ...DENIED, channel, wording: reason, evidence: `Import from ${map.source}` }, now),
  ]);
  const asked = map.consents.filter((consent) => !suppressed.has(consent.channel) && (!consent.when || cells.holds(consent.when)));
  const denied = asked.filter(({ state }) => state === 'denied');
  const granted = asked.filter(
    ({ state, channel, topic }) => state === 'granted' && !denied.some((no) => no.channel === channel && no.topic === topic),
  );
  optOuts.push(...denied.map((consent) => tell('consent_changed', consentOf(consent), now)));
  return { optOuts, grants: granted.map(consentOf) };
}

function consentOf({ channel, topic, state, basis, wording, evidence }: ImportMap['consents'][number]): JsonObject {
  return { channel, topic, state, basis, wording, evidence };
}

type Fields = { readonly ok: true; readonly values: JsonObject } | { readonly ok: false; readonly reason: string };

function readFields(fields: Readonly<Record<string, Field>>, cells: RowReader): Fields {
  const values: Record<string, Json> = {};
  for (const [name, field] of Object.entries(fields)) {
    const read = cells.value(field);
    if (!read.ok) return read;
    if (read.value !== undefined) values[name] = read.value;
  }
  return { ok: true, values };
}

type Events = { readonly ok: true; readonly events: IntakeEvent[] } | { readonly ok: false; readonly reason: string };

function readEvents(map: ImportMap, cells: RowReader, tell: Tell, when: Moment, importedAt: Date): Events {
  const events: IntakeEvent[] = [];
  for (const entry of map.events) {
    if (!cells.holds(entry.when)) continue;
    const properties = readFields(entry.properties, cells);
    if (!properties.ok) return properties;
    const at = entry.at === undefined ? when : readMoment(cells.text(entry.at), importedAt);
    if (!at) return { ok: false, reason: `${quoted(entry.at)} should be a date such as 2026-03-27` };
    // The row's own modification date says nothing about when the event happened, so only the event's own date is in its key.
    events.push(tell(entry.type, properties.values, { date: at.date, key: entry.at === undefined ? '' : at.key }));
  }
  return { ok: true, events };
}

/** The date in a cell; the import where there is none. Never later than the import: exports often write local times without a zone. */
function readMoment(text: string | undefined, importedAt: Date): Moment | undefined {
  if (text === undefined) return { date: importedAt, key: '' };
  const at = readDate(text);
  return at && { date: at > importedAt ? importedAt : at, key: at.toISOString() };
}

function readPhone(map: ImportMap, cells: RowReader): { readonly number?: string; readonly note?: string } {
  const wanted = map.addresses.phone;
  const text = wanted && cells.text(wanted.column);
  if (!wanted || text === undefined) return {};
  const country = wanted.country?.toUpperCase();
  const parsed = parsePhoneNumberFromString(text, country && isSupportedCountry(country) ? (country satisfies CountryCode) : undefined);
  if (parsed?.isPossible()) return { number: parsed.number };
  return { note: `taken without the phone number "${shorten(text)}", which cannot be read${country ? '' : ' without a country code'}` };
}

function whyUnknown(issue: z.core.$ZodIssue | undefined, lead: Readonly<Record<string, string>>): string {
  const name = String(issue?.path[0] ?? 'id');
  return `the ${name} "${shorten(lead[name] ?? '')}" cannot be taken: ${issue?.message ?? 'it names nobody'}`;
}

function domainOf(text: string | undefined): string | undefined {
  const domain = text?.toLowerCase().replace(/^[a-z]+:\/\//, '').replace(/^www\./, '').replace(/[/?#].*$/, '');
  return domain && /^[^\s@]+\.[^\s@.]+$/.test(domain) ? domain : undefined;
}

function quoted(source: Source | undefined): string {
  return source === undefined || typeof source === 'string' ? `"${source ?? ''}"` : source.map((name) => `"${name}"`).join(' or ');
}
