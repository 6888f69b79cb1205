import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FINAL_STATES, mayMove } from './state-machine.ts';
import type { TouchpointState } from './types.ts';

const STATES: readonly TouchpointState[] = ['planned', 'held', 'claimed', 'sending', 'accepted', 'rejected', 'unknown', 'cancelled', 'suppressed', 'expired'];

function reachable(from: TouchpointState, without: TouchpointState): Set<TouchpointState> {
  const seen = new Set<TouchpointState>();
  const open = [from];
  for (let state = open.pop(); state; state = open.pop()) {
    for (const next of STATES) {
      if (next === without || seen.has(next) || !mayMove(state, next)) continue;
      seen.add(next);
      open.push(next);
    }
  }
  return seen;
}

describe('the states of a touchpoint', () => {
  it('are the ones that the README draws', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    const drawn = [...readme.matchAll(/^ +(\w+) --> (\w+)/gm)].map(([, from, to]) => `${from} ${to}`);
    const allowed = STATES.flatMap((from) => STATES.filter((to) => mayMove(from, to)).map((to) => `${from} ${to}`));
    expect(drawn.sort()).toEqual(allowed.sort());
  });

  it('end in five', () => {
    expect([...FINAL_STATES].sort()).toEqual(['accepted', 'cancelled', 'expired', 'rejected', 'suppressed']);
  });

  it('can all still end', () => {
    for (const state of STATES.filter((candidate) => !FINAL_STATES.includes(candidate))) {
      expect(FINAL_STATES.some((final) => reachable(state, state).has(final)), state).toBe(true);
    }
  });

  it('never send without a claim, nor call a vendor’s answer in without sending', () => {
    for (const answer of ['accepted', 'rejected', 'unknown'] as const) {
      expect(reachable('planned', 'claimed').has(answer)).toBe(false);
      expect(reachable('planned', 'sending').has(answer)).toBe(false);
    }
  });

  it('never go from sending or unknown straight to another try', () => {
    for (const from of ['sending', 'unknown'] as const) {
      for (const to of ['planned', 'claimed', 'sending'] as const) expect(mayMove(from, to)).toBe(false);
    }
  });
});
