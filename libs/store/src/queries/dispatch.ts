import type { ConsentState } from '@tendril/events';
import type { JsonObject } from '@tendril/kernel';
import type { GateAnswer } from '@tendril/touchpoints';
import { sql } from 'kysely';
import type { Db } from '../database.ts';
import { rowsOf } from './rows.ts';

/** A touchpoint that is due, with what the gate and the message need. */
export interface DueTouchpoint {
  readonly id: string;
  readonly lead: string;
  readonly programme: string;
  readonly channel: string;
  readonly content: string;
  readonly attempt: number;
  readonly dueAt: Date;
  readonly expiresAt: Date | null;
  readonly erased: boolean;
  /** IANA name; null when nobody knows. */
  readonly zone: string | null;
  readonly attributes: JsonObject;
  readonly account: JsonObject | null;
  readonly address: string | null;
  readonly addressHash: string | null;
  readonly suppressed: string | null;
  /** For a campaign: whether it is running; null for a journey. */
  readonly campaignRunning: boolean | null;
}

/**
 * Locks up to `limit` leads that have due touchpoints and that nobody else holds, and reads all their due touchpoints.
 * Lead first: gating touchpoint by touchpoint lets caps and opt-outs be raced past.
 */
export async function claimDueTouchpoints(db: Db, now: Date, limit: number): Promise<DueTouchpoint[]> {
  const locked = await sql<{ lead: string }>`
    select s.lead from lead_state s where s.lead in (
      select lead from touchpoint where state in ('planned', 'held') and due_at <= ${now} order by due_at limit ${limit * 8})
    order by s.lead limit ${limit} for update of s skip locked
  `.execute(db);
  const leads = locked.rows.map((row) => row.lead);
  if (leads.length === 0) return [];
  const { rows } = await sql<DueTouchpoint>`
    select t.id, t.lead, t.programme, t.channel, t.content, t.attempt, t.due_at as "dueAt", t.expires_at as "expiresAt",
      l.erased_at is not null as erased, l.zone, l.attributes, ac.attributes as account,
      a.value as address, a.hash as "addressHash", x.reason as suppressed, c.status = 'running' as "campaignRunning"
    from touchpoint t join lead l on l.id = t.lead
      left join account ac on ac.id = l.account
      left join address a on a.lead = t.lead and a.channel = t.channel
      left join suppression x on x.channel = a.channel and x.hash = a.hash
      left join campaign c on c.id = t.programme
    where t.lead = any(${leads}::uuid[]) and t.state in ('planned', 'held') and t.due_at <= ${now}
    order by t.lead, t.due_at, t.id
  `.execute(db);
  return rows;
}

/** A lead's newest word on a channel, about one topic or all of them (`*`). */
export interface NewestConsent {
  readonly lead: string;
  readonly channel: string;
  readonly topic: string;
  readonly seq: number;
  readonly state: ConsentState;
}

/** The newest consent per lead, channel and topic. */
export async function newestConsents(db: Db, leads: readonly string[]): Promise<NewestConsent[]> {
  if (leads.length === 0) return [];
  const { rows } = await sql<NewestConsent>`
    select distinct on (lead, channel, topic) lead, channel, topic, seq, state from consent
    where lead = any(${leads}::uuid[]) order by lead, channel, topic, seq desc
  `.execute(db);
  return rows;
}

/** A touchpoint that counts against caps: it went out, or may have, or is about to. */
export interface CountedTouchpoint {
  readonly lead: string;
  readonly channel: string;
  readonly content: string;
  /** When it was sent; `now` for a claim, which is about to be. */
  readonly at: Date;
}

/** What went out to the leads after `since`, or is on its way. True until the transaction ends if it holds the leads' locks. */
export async function countedTouchpoints(db: Db, leads: readonly string[], since: Date, now: Date): Promise<CountedTouchpoint[]> {
  const { rows } = await sql<CountedTouchpoint>`
    select lead, channel, content, case when state = 'claimed' then ${now}::timestamptz else sent_at end as at from touchpoint
    where lead = any(${leads}::uuid[]) and (state = 'claimed' or (state in ('sending', 'accepted', 'unknown') and sent_at > ${since}))
  `.execute(db);
  return rows;
}

/** What the gate decided about one touchpoint, as it is written down. */
export interface GateRow {
  readonly id: string;
  readonly state: 'claimed' | 'held' | 'suppressed' | 'expired' | 'cancelled';
  readonly reason: string | null;
  readonly dueAt: Date | null;
  readonly connector: string | null;
  readonly addressHash: string | null;
  readonly consent: string | null;
  readonly answers: readonly GateAnswer[];
}

/** Seconds that a claim holds. Longer than a batch takes at the vendor's slowest allowed answer, short enough to recover soon. */
export const LEASE_SECONDS = 60;

/** Writes the gate's verdicts, and by which rulebook it decided. Returns the fence of each claimed touchpoint. */
export async function saveVerdicts(db: Db, verdicts: readonly GateRow[], rulebook: string): Promise<Map<string, number>> {
  if (verdicts.length === 0) return new Map();
  const columns = `id text, state text, reason text, "dueAt" timestamptz, connector text, "addressHash" text, consent text, answers jsonb`;
  const { rows } = await sql<{ id: string; state: string; fence: number }>`
    update touchpoint t set state = r.state, reason = r.reason, due_at = coalesce(r."dueAt", t.due_at), connector = r.connector,
      address_hash = r."addressHash", consent = r.consent, answers = r.answers, gated_rulebook = ${rulebook},
      fence = t.fence + case when r.state = 'claimed' then 1 else 0 end,
      lease_until = case when r.state = 'claimed' then clock_timestamp() + make_interval(secs => ${LEASE_SECONDS}) end
    from ${rowsOf(verdicts, columns)} where t.id = r.id returning t.id, t.state, t.fence
  `.execute(db);
  return new Map(rows.filter(({ state }) => state === 'claimed').map(({ id, fence }) => [id, fence]));
}

/** A claim: the touchpoint, and the fence that proves whose it is. */
export interface Claim {
  readonly id: string;
  readonly lead: string;
  readonly fence: number;
  /** What the content is about: consent is asked for it once more. */
  readonly topic: string;
}

/**
 * Locks touchpoints in the order of their ids. Whoever writes several rows of this table does this first: outcomes and a
 * vendor's webhook about the same batch arrive together, and without an order they deadlock.
 */
export async function lockTouchpoints(db: Db, ids: readonly string[]): Promise<void> {
  await sql`select id from touchpoint where id = any(${ids}::text[]) order by id for update`.execute(db);
}

/** The vendor spoke of it (`t`), so it did get it. */
const HEARD_OF = sql`coalesce(t.delivered_at, t.opened_at, t.clicked_at, t.replied_at, t.bounced_at, t.complained_at) is not null`;

/**
 * Moves claims to `sending`, asking once more what may have changed since the gate: kill switch, erasure, suppression, consent.
 * Takes the leads' locks and waits for them, so an opt-out that committed before is seen. Returns the ids that may be sent now;
 * the rest is suppressed, or no longer ours.
 */
export async function beginSending(db: Db, claims: readonly Claim[], now: Date): Promise<Set<string>> {
  const leads = [...new Set(claims.map(({ lead }) => lead))];
  await sql`select lead from lead_state where lead = any(${leads}::uuid[]) order by lead for update`.execute(db);
  await lockTouchpoints(db, claims.map(({ id }) => id));
  const ours = sql`touchpoint t join ${rowsOf(claims, 'id text, fence int, topic text')} using (id)
    where t.state = 'claimed' and t.fence = r.fence and t.lease_until > clock_timestamp()`;
  await sql`
    update touchpoint set state = 'suppressed', reason = 'opted-out', lease_until = null
    where id in (select t.id from ${ours} and (
      exists (select from lead l where l.id = t.lead and l.erased_at is not null)
      or exists (select from suppression x where x.channel = t.channel and x.hash = t.address_hash)
      or (select c.state from consent c where c.lead = t.lead and c.channel = t.channel and c.topic in (r.topic, '*')
        order by c.seq desc limit 1) is distinct from 'granted'))
  `.execute(db);
  const { rows } = await sql<{ id: string }>`
    update touchpoint set state = 'sending', sent_at = ${now}, attempt = attempt + 1,
      lease_until = clock_timestamp() + make_interval(secs => ${LEASE_SECONDS})
    where id in (select t.id from ${ours})
      and not exists (select from setting where name = 'dispatch.stopped' and value = 'true'::jsonb)
    returning id
  `.execute(db);
  return new Set(rows.map((row) => row.id));
}

/** What became of one touchpoint at the vendor. */
export interface OutcomeRow {
  readonly id: string;
  readonly fence: number;
  readonly state: 'accepted' | 'rejected' | 'unknown' | 'held';
  readonly reason: string | null;
  readonly vendorRef: string | null;
  readonly dueAt: Date | null;
}

/**
 * Writes outcomes, each only while its fence is still ours and its fate open: `sending`, or `unknown` because the call took longer
 * than the lease. An ambiguous outcome that feedback has overtaken is not ambiguous. Returns the ids written.
 */
export async function saveOutcomes(db: Db, outcomes: readonly OutcomeRow[]): Promise<Set<string>> {
  if (outcomes.length === 0) return new Set();
  await lockTouchpoints(db, outcomes.map(({ id }) => id));
  const proven = sql`r.state = 'unknown' and ${HEARD_OF}`;
  const { rows } = await sql<{ id: string }>`
    update touchpoint t set state = case when ${proven} then 'accepted' else r.state end, reason = case when not (${proven}) then r.reason end,
      vendor_ref = r."vendorRef", due_at = coalesce(r."dueAt", t.due_at),
      sent_at = case when r.state in ('accepted', 'unknown') then t.sent_at end, lease_until = null
    from ${rowsOf(outcomes, 'id text, fence int, state text, reason text, "vendorRef" text, "dueAt" timestamptz')}
    where t.id = r.id and t.fence = r.fence and t.state in ('sending', 'unknown') returning t.id
  `.execute(db);
  return new Set(rows.map((row) => row.id));
}

/** Gives a claim back untouched, to be looked at again at `dueAt`. One whose lease ran out is not ours to give: the sweep takes it. */
export async function releaseClaims(db: Db, claims: readonly Claim[], reason: string, dueAt: Date): Promise<void> {
  if (claims.length === 0) return;
  await lockTouchpoints(db, claims.map(({ id }) => id));
  await sql`
    update touchpoint t set state = 'held', reason = ${reason}, due_at = ${dueAt}, lease_until = null
    from ${rowsOf(claims, 'id text, fence int')} where t.id = r.id and t.fence = r.fence and t.state = 'claimed' and t.lease_until > clock_timestamp()
  `.execute(db);
}

/**
 * What did not go out frees its place: touchpoints of its lead that a cap holds are asked again now. The caller holds the leads'
 * locks, so none of them is being gated meanwhile.
 */
export async function wakeCapped(db: Db, leads: readonly string[], now: Date): Promise<void> {
  if (leads.length === 0) return;
  await sql`
    update touchpoint set due_at = ${now} where id in (
      select id from touchpoint where lead = any(${leads}::uuid[]) and state = 'held' and reason = 'capped' and due_at > ${now} for update skip locked)
  `.execute(db);
}

/**
 * Takes back what a dead process held: a `claimed` one is planned again; a `sending` one may have left, so it is `unknown`
 * and is not sent again by itself, unless the vendor has spoken of it already. What another process is writing is left to it.
 * Leads whose touchpoints have left `sending` become due, whatever the rules ask about: it is rare.
 */
export async function sweepLeases(db: Db): Promise<{ readonly planned: number; readonly unknown: number }> {
  const { rows } = await sql<{ state: string }>`
    with swept as (
      update touchpoint t set lease_until = null,
        state = case when t.state = 'claimed' then 'planned' when ${HEARD_OF} then 'accepted' else 'unknown' end,
        reason = case when t.state = 'sending' and not (${HEARD_OF}) then 'the process ended while it was being sent' end
      where t.id in (
        select id from touchpoint where state in ('claimed', 'sending') and lease_until < clock_timestamp() order by id for update skip locked)
      returning t.state, t.lead),
    woken as (insert into due (lead, cause) select distinct lead, 'touchpoint' from swept where state <> 'planned')
    select state from swept
  `.execute(db);
  const count = (state: string): number => rows.filter((row) => row.state === state).length;
  return { planned: count('planned'), unknown: count('unknown') };
}
