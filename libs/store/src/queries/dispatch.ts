import type { ConsentState } from '@tendril/events';
import type { JsonObject } from '@tendril/kernel';
import type { GateAnswer } from '@tendril/touchpoints';
import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../database.ts';
import { type Members, membersOf, rootsOf } from './members.ts';
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

/** What a pass gates: the due touchpoints of the leads that it holds, and who is part of these. */
export interface DueTouchpoints {
  readonly due: readonly DueTouchpoint[];
  readonly members: Members;
}

/**
 * Locks up to `limit` leads that have due touchpoints and that nobody else holds, and reads all their due touchpoints.
 * Lead first: gating touchpoint by touchpoint lets caps and opt-outs be raced past. A lead is held together with its members:
 * an opt-out takes the lock of the lead that it was told for. Leads that are part of others are not contacted: what is due for
 * them is cancelled.
 */
export async function claimDueTouchpoints(db: Db, now: Date, limit: number): Promise<DueTouchpoints> {
  const locked = await sql<{ lead: string }>`
    select s.lead from lead_state s where s.lead in (
      select lead from touchpoint where state in ('planned', 'held') and due_at <= ${now} order by due_at limit ${limit * 8})
    order by s.lead limit ${limit} for update of s skip locked
  `.execute(db);
  const held = locked.rows.map((row) => row.lead);
  if (held.length === 0) return { due: [], members: { all: [], rootOf: (lead) => lead } };
  await cancelMerged(db, [...(await rootsOf(db, held)).keys()], now);
  const { leads, members } = await withMembers(db, held);
  const { rows } = await sql<DueTouchpoint>`
    select t.id, t.lead, t.programme, t.channel, t.content, t.attempt, t.due_at as "dueAt", t.expires_at as "expiresAt",
      l.erased_at is not null as erased, l.zone, l.attributes, ac.attributes as account,
      a.value as address, a.hash as "addressHash", x.reason as suppressed, c.status = 'running' as "campaignRunning"
    from touchpoint t join lead l on l.id = t.lead
      left join account ac on ac.id = l.account
      left join lateral (${addressOf(members)}) a on true
      left join suppression x on x.channel = t.channel and x.hash = a.hash
      left join campaign c on c.id = t.programme
    where t.lead = any(${leads}::uuid[]) and t.state in ('planned', 'held') and t.due_at <= ${now}
    order by t.lead, t.due_at, t.id
  `.execute(db);
  return { due: rows, members };
}

/** Of leads that are held those whose members nobody else holds, with these. Nobody joins a lead while it is held. */
async function withMembers(db: Db, held: readonly string[]): Promise<{ readonly leads: readonly string[]; readonly members: Members }> {
  const members = await membersOf(db, held);
  if (members.all.length === held.length) return { leads: held, members };
  const { rows } = await sql<{ lead: string }>`
    select lead from lead_state where lead = any(${members.all}::uuid[]) order by lead for update skip locked
  `.execute(db);
  const locked = new Set(rows.map(({ lead }) => lead));
  const busy = new Set(members.all.filter((lead) => !locked.has(lead)).map(members.rootOf));
  return { leads: held.filter((lead) => !busy.has(lead)), members };
}

/** A query: the address of the lead of `t` on its channel; where it has none, the newest that a member has. */
function addressOf({ all, rootOf }: Members): RawBuilder<unknown> {
  const own = sql`select value, hash, true as own, at from address where lead = t.lead and channel = t.channel`;
  const merged = all.filter((lead) => rootOf(lead) !== lead);
  if (merged.length === 0) return own;
  return sql`
    select * from (
      ${own} union all
      select a.value, a.hash, false, a.at from unnest(${merged}::uuid[], ${merged.map(rootOf)}::uuid[]) as m(lead, root)
        join address a on a.lead = m.lead and a.channel = t.channel where m.root = t.lead) known
    order by own desc, at desc limit 1`;
}

/** A lead's newest word on a channel, about one topic or all of them (`*`). */
export interface NewestConsent {
  readonly lead: string;
  readonly channel: string;
  readonly topic: string;
  readonly seq: number;
  readonly state: ConsentState;
}

/** The newest consent per lead, channel and topic. One that is told for a member is the lead's: the greatest `seq` counts. */
export async function newestConsents(db: Db, { all, rootOf }: Members): Promise<NewestConsent[]> {
  if (all.length === 0) return [];
  const { rows } = await sql<NewestConsent>`
    select distinct on (lead, channel, topic) lead, channel, topic, seq, state from consent
    where lead = any(${all}::uuid[]) order by lead, channel, topic, seq desc
  `.execute(db);
  return rows.map((row) => ({ ...row, lead: rootOf(row.lead) }));
}

/** A touchpoint that counts against caps: it went out, or may have, or is about to. */
export interface CountedTouchpoint {
  readonly lead: string;
  readonly channel: string;
  readonly content: string;
  /** When it was sent; `now` for a claim, which is about to be. */
  readonly at: Date;
}

/** What went out to the leads and their members after `since`, or is on its way. True until the transaction ends if it holds the leads' locks. */
export async function countedTouchpoints(db: Db, { all, rootOf }: Members, since: Date, now: Date): Promise<CountedTouchpoint[]> {
  const { rows } = await sql<CountedTouchpoint>`
    select lead, channel, content, case when state = 'claimed' then ${now}::timestamptz else sent_at end as at from touchpoint
    where lead = any(${all}::uuid[]) and (state = 'claimed' or (state in ('sending', 'accepted', 'unknown') and sent_at > ${since}))
  `.execute(db);
  return rows.map((row) => ({ ...row, lead: rootOf(row.lead) }));
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

/** Cancels what is planned for leads that are part of others: the person is contacted as those. The caller holds their locks. */
export async function cancelMerged(db: Db, leads: readonly string[], at: Date): Promise<void> {
  if (leads.length === 0) return;
  const { rows } = await sql<{ id: string }>`
    select id from touchpoint where lead = any(${leads}::uuid[]) and state in ('planned', 'held')
  `.execute(db);
  if (rows.length === 0) return;
  const ids = rows.map(({ id }) => id);
  await lockTouchpoints(db, ids);
  await sql`
    update touchpoint set state = 'cancelled', reason = 'merged', due_at = ${at} where id = any(${ids}::text[]) and state in ('planned', 'held')
  `.execute(db);
}

/** The vendor spoke of it (`t`), so it did get it. */
const HEARD_OF = sql`coalesce(t.delivered_at, t.opened_at, t.clicked_at, t.replied_at, t.bounced_at, t.complained_at) is not null`;

/**
 * Moves claims to `sending`, asking once more what may have changed since the gate: kill switch, merge, erasure, suppression,
 * consent. Takes the locks of the leads and their members and waits for them, so an opt-out or a merge that committed before is
 * seen. Returns the ids that may be sent now; the rest is suppressed, cancelled, no longer ours, or has a new member whom we do
 * not hold.
 */
export async function beginSending(db: Db, claims: readonly Claim[], now: Date): Promise<Set<string>> {
  const leads = [...new Set(claims.map(({ lead }) => lead))];
  const before = new Set((await membersOf(db, leads)).all);
  await sql`select lead from lead_state where lead = any(${[...before]}::uuid[]) order by lead for update`.execute(db);
  const members = await membersOf(db, leads);
  const joined = new Set(members.all.filter((lead) => !before.has(lead)).map(members.rootOf));
  await lockTouchpoints(db, claims.map(({ id }) => id));
  return moveToSending(db, claims.filter(({ lead }) => !joined.has(lead)), members, now);
}

async function moveToSending(db: Db, claims: readonly Claim[], { all, rootOf }: Members, now: Date): Promise<Set<string>> {
  const ours = sql`touchpoint t join ${rowsOf(claims, 'id text, fence int, topic text')} using (id)
    where t.state = 'claimed' and t.fence = r.fence and t.lease_until > clock_timestamp()`;
  await sql`
    update touchpoint set state = 'cancelled', reason = 'merged', lease_until = null
    where id in (select t.id from ${ours} and exists (select from lead l where l.id = t.lead and l.merged_into is not null))
  `.execute(db);
  await sql`
    with member as materialized (select * from unnest(${all}::uuid[], ${all.map(rootOf)}::uuid[]) as m(lead, root))
    update touchpoint set state = 'suppressed', reason = 'opted-out', lease_until = null
    where id in (select t.id from ${ours} and (
      exists (select from lead l where l.id = t.lead and l.erased_at is not null)
      or exists (select from suppression x where x.channel = t.channel and x.hash = t.address_hash)
      or (select c.state from consent c where c.lead in (select m.lead from member m where m.root = t.lead) and c.channel = t.channel
        and c.topic in (r.topic, '*') order by c.seq desc limit 1) is distinct from 'granted'))
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
 * locks, so none of them is being gated meanwhile. For a lead that is part of another they are that one's; what is being gated
 * then is left to whoever does that.
 */
export async function wakeCapped(db: Db, leads: readonly string[], now: Date): Promise<void> {
  if (leads.length === 0) return;
  await sql`
    update touchpoint set due_at = ${now} where id in (
      select id from touchpoint where lead in (select coalesce(merged_into, id) from lead where id = any(${leads}::uuid[])) and state = 'held' and reason = 'capped' and due_at > ${now} for update skip locked)
  `.execute(db);
}

/** Does some process hold a touchpoint for longer than it may? */
export async function leasesRanOut(db: Db): Promise<boolean> {
  const { rows } = await sql`select from touchpoint where state in ('claimed', 'sending') and lease_until < clock_timestamp() limit 1`.execute(db);
  return rows.length > 0;
}

/**
 * Takes back what a dead process held: a `claimed` one is planned again; a `sending` one may have left, so it is `unknown`
 * and is not sent again by itself, unless the vendor has spoken of it already. What another process is writing is left to it.
 * Leads whose touchpoints have left `sending` become due, whatever the rules ask about: it is rare. `ended`: the ids of those.
 */
export async function sweepLeases(db: Db): Promise<{ readonly planned: number; readonly unknown: number; readonly ended: readonly string[] }> {
  const { rows } = await sql<{ id: string; state: string }>`
    with swept as (
      update touchpoint t set lease_until = null,
        state = case when t.state = 'claimed' then 'planned' when ${HEARD_OF} then 'accepted' else 'unknown' end,
        reason = case when t.state = 'sending' and not (${HEARD_OF}) then 'the process ended while it was being sent' end
      where t.id in (
        select id from touchpoint where state in ('claimed', 'sending') and lease_until < clock_timestamp() order by id for update skip locked)
      returning t.id, t.state, t.lead),
    woken as (insert into due (lead, cause) select distinct lead, 'touchpoint' from swept where state <> 'planned')
    select id, state from swept
  `.execute(db);
  const count = (state: string): number => rows.filter((row) => row.state === state).length;
  return { planned: count('planned'), unknown: count('unknown'), ended: rows.flatMap(({ id, state }) => (state === 'planned' ? [] : [id])) };
}
