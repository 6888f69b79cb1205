import type { Store } from '@tendril/store';
import { sql } from '@tendril/store/testing';

/** What the auditor saw. */
export interface Audit {
  /** Touchpoints whose `sending` was committed although an opt-out of the lead or of its address was committed before. */
  readonly violations: readonly string[];
  /** In which state the touchpoints were that an opt-out found, and how often: a race that never happens proves nothing. */
  readonly found: Readonly<Record<string, number>>;
}

/**
 * An auditor inside the database, which trusts no sender: a deferred trigger runs in the commit of every `sending`, waits a
 * moment, and looks with a new snapshot for opt-outs that are committed by then. A sender that holds the lead's lock sees none
 * appear; one that does not has opt-outs slipping in. What the auditor reports is a violation of the first promise for certain.
 * Returns a reader of what it saw.
 */
export async function auditOptOuts(store: Store): Promise<() => Promise<Audit>> {
  await sql`create table audit_violation (touchpoint text)`.execute(store.db);
  await sql`create table audit_found (seq bigserial primary key, state text)`.execute(store.db);
  await sql`
    create function audit_sending() returns trigger language plpgsql as $$ begin
      perform pg_sleep(0.002);
      insert into audit_violation select new.id where
        exists (select from suppression x where x.channel = new.channel and x.hash = new.address_hash)
        or (select c.state from consent c where c.lead = new.lead and c.channel = new.channel order by c.seq desc limit 1) = 'denied';
      return null;
    end $$
  `.execute(store.db);
  await sql`
    create constraint trigger audit_sending after update on touchpoint deferrable initially deferred
      for each row when (old.state = 'claimed' and new.state = 'sending') execute function audit_sending()
  `.execute(store.db);
  await sql`
    create function audit_consent() returns trigger language plpgsql as $$ begin
      insert into audit_found (state) select state from touchpoint where lead = new.lead;
      return null;
    end $$
  `.execute(store.db);
  await sql`
    create function audit_suppression() returns trigger language plpgsql as $$ begin
      insert into audit_found (state) select t.state from touchpoint t join address a using (lead) where a.hash = new.hash;
      return null;
    end $$
  `.execute(store.db);
  await sql`
    create constraint trigger audit_consent after insert on consent deferrable initially deferred
      for each row when (new.state = 'denied') execute function audit_consent()
  `.execute(store.db);
  await sql`
    create constraint trigger audit_suppression after insert on suppression deferrable initially deferred
      for each row execute function audit_suppression()
  `.execute(store.db);
  return async () => {
    const violations = await sql<{ touchpoint: string }>`select distinct touchpoint from audit_violation`.execute(store.db);
    const found = await sql<{ state: string; n: number }>`select state, count(*) as n from audit_found group by state`.execute(store.db);
    return {
      violations: violations.rows.map(({ touchpoint }) => touchpoint),
      found: Object.fromEntries(found.rows.map(({ state, n }) => [state, n])),
    };
  };
}
