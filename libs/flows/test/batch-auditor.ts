import type { Store } from '@tendril/store';
import { sql } from '@tendril/store/testing';

/** What the auditor saw. */
export interface BatchAudit {
  /** Batches that were decided by two rulebooks, or committed when another one than theirs was active. */
  readonly violations: readonly string[];
  /** Rulebook → transactions that decided, gated or sent by it. */
  readonly batches: ReadonlyMap<string, number>;
}

/**
 * An auditor inside the database, which trusts no process: it keeps by which rulebook each transaction wrote, and in the commit
 * of each, a moment later and with a new snapshot, whether that one is still active. A batch that holds its rulebook never sees
 * another one appear. Returns a reader of what it saw.
 */
export async function auditBatches(store: Store): Promise<() => Promise<BatchAudit>> {
  await sql`create table audit_batch (tx text, rulebook text, what text, primary key (tx, rulebook, what))`.execute(store.db);
  await sql`create table audit_late (tx text, rulebook text, what text, active text)`.execute(store.db);
  await sql`
    create function audit_batch() returns trigger language plpgsql as $$ declare book text; active text; begin
      book := case when tg_argv[0] in ('gate', 'send') then to_jsonb(new)->>'gated_rulebook' else to_jsonb(new)->>'rulebook' end;
      insert into audit_batch values (txid_current()::text, book, tg_argv[0]) on conflict do nothing;
      if not found then return null; end if;
      perform pg_sleep(0.002);
      select rulebook into active from active_rulebook order by seq desc limit 1;
      if active <> book then insert into audit_late values (txid_current()::text, book, tg_argv[0], active); end if;
      return null;
    end $$
  `.execute(store.db);
  const watch = (name: string, when: string): Promise<unknown> =>
    sql.raw(`create constraint trigger audit_${name} after ${when} execute function audit_batch('${name}')`).execute(store.db);
  const deferred = 'deferrable initially deferred for each row';
  await watch('state', `update on lead_state ${deferred} when (new.evaluated_at is not null)`);
  await watch('transition', `insert on transition ${deferred}`);
  await watch('plan', `insert on touchpoint ${deferred}`);
  await watch('gate', `update on touchpoint ${deferred} when (new.state in ('claimed', 'cancelled'))`);
  await watch('send', `update on touchpoint ${deferred} when (old.state = 'claimed' and new.state = 'sending')`);
  return async () => {
    const mixed = await sql<{ tx: string; n: number }>`select tx, count(distinct rulebook) as n from audit_batch group by tx having count(distinct rulebook) > 1`.execute(store.db);
    const late = await sql<{ what: string; rulebook: string; active: string }>`select distinct what, rulebook, active from audit_late`.execute(store.db);
    const batches = await sql<{ rulebook: string; n: number }>`select rulebook, count(distinct tx) as n from audit_batch group by rulebook`.execute(store.db);
    return {
      violations: [
        ...mixed.rows.map(({ tx, n }) => `transaction ${tx} wrote by ${n} rulebooks`),
        ...late.rows.map(({ what, rulebook, active }) => `${what} by ${rulebook.slice(0, 8)} was committed when ${active.slice(0, 8)} was active`),
      ],
      batches: new Map(batches.rows.map(({ rulebook, n }) => [rulebook, n])),
    };
  };
}
