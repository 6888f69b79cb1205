import { claimDueLeads, holdRulebook } from '@tendril/store';
import { decideAbout, type Evaluated, NOTHING } from './decide-about.ts';
import { evaluateEveryone, giveWay } from './evaluate-everyone.ts';
import { evaluateAllShadows } from './evaluate-shadows.ts';
import type { World } from './world.ts';

/**
 * Leads a pass takes: many share its dozen statements. The embedded database has one connection, which everybody else waits for
 * during a pass: a pass of 250 takes it about 0.15 s.
 */
export function batchSize({ store }: World): number {
  return store.kind === 'PGlite' ? 250 : 1000;
}

/** One pass: claims due leads, reads their facts, decides, plans, saves; one transaction. Safe to run in many processes at once. */
export async function evaluateLeads(world: World, limit = batchSize(world)): Promise<Evaluated> {
  return world.store.transaction(async (db) => {
    await holdRulebook(db);
    const active = await world.rulebook.read(db);
    if (!active) return NOTHING;
    return decideAbout(db, world, active, await claimDueLeads(db, world.clock.now(), limit));
  });
}

/**
 * Passes until nobody is due, then the parts of runs that look at everyone, and then until no draft is to be asked either.
 * `onPass` hears how far it is, for progress.
 */
export async function evaluateAll(world: World, onPass: (sum: Evaluated) => void = () => undefined): Promise<Evaluated> {
  let sum = NOTHING;
  const add = (pass: Evaluated): void => {
    sum = { leads: sum.leads + pass.leads, transitions: sum.transitions + pass.transitions, planned: sum.planned + pass.planned };
    onPass(sum);
  };
  // What a part plans may wake leads, and what leads decide may wait for no run.
  for (let before = -1; sum.leads !== before; ) {
    before = sum.leads;
    for (let pass = await evaluateLeads(world); pass.leads > 0; pass = await evaluateLeads(world)) add(pass);
    await evaluateEveryone(world, { onPart: add });
  }
  if (world.rulebook.latest?.shadow) await evaluateAllShadows(world);
  return sum;
}

/** Passes until nobody is due: what fresh events need. Lets others have a turn between two passes. */
export async function evaluateDue(world: World): Promise<void> {
  while ((await evaluateLeads(world)).leads > 0) await giveWay();
}
