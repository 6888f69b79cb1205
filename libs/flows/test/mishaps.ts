import type { Store } from '@tendril/store';
import { sql } from '@tendril/store/testing';
import type { World } from '../src/world.ts';

/** What a process that ended leaves behind in a test: an error nobody handles. */
export class ProcessEnded extends Error {}

/** Where a process ends: around the n-th transaction that it begins, counted from 1. */
export interface Death {
  readonly transaction: number;
  /** `inside`: all its work is done but not committed. `after`: committed, and nothing further happens. */
  readonly moment: 'before' | 'inside' | 'after';
}

/** The same world in a process that ends at a chosen point: from there on every transaction fails. */
export function mortal(world: World, { transaction: last, moment }: Death): World {
  const { store } = world;
  let begun = 0;
  const transaction: Store['transaction'] = async (work) => {
    begun += 1;
    if (begun < last) return store.transaction(work);
    if (begun > last || moment === 'before') throw new ProcessEnded();
    await store.transaction(async (db) => {
      await work(db);
      if (moment === 'inside') throw new ProcessEnded();
    });
    throw new ProcessEnded();
  };
  return { ...world, store: { ...store, transaction } };
}

/** The same world, in which something else happens before the n-th transaction begins, as if this process had paused there. */
export function pausing(world: World, before: number, meanwhile: () => Promise<void>): World {
  const { store } = world;
  let begun = 0;
  const transaction: Store['transaction'] = async (work) => {
    begun += 1;
    if (begun === before) await meanwhile();
    return store.transaction(work);
  };
  return { ...world, store: { ...store, transaction } };
}

/** Runs it to its end, or to the end of its process. */
export async function untilItEnds(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof ProcessEnded)) throw error;
  }
}

/** Leases run on database time; this lets more of it pass than any lease lasts. */
export async function leasesRunOut(store: Store): Promise<void> {
  await sql`update touchpoint set lease_until = lease_until - interval '1 hour' where lease_until is not null`.execute(store.db);
}

/** A move of a touchpoint from one state to another, as the database saw it. */
export interface Move {
  readonly from: string;
  readonly to: string;
}

/** Lets the database itself keep every committed change of a touchpoint's state, whoever makes it. Returns a reader of all so far. */
export async function recordMoves(store: Store): Promise<() => Promise<Move[]>> {
  await sql`create table audit_move ("from" text, "to" text, primary key ("from", "to"))`.execute(store.db);
  await sql`
    create function audit_move() returns trigger language plpgsql as $$ begin
      insert into audit_move ("from", "to") values (old.state, new.state) on conflict do nothing;
      return null;
    end $$
  `.execute(store.db);
  await sql`
    create trigger audit_move after update on touchpoint for each row when (old.state <> new.state) execute function audit_move()
  `.execute(store.db);
  return async () => (await sql<Move>`select "from", "to" from audit_move`.execute(store.db)).rows;
}
