import { DAY } from '@tendril/kernel';
import type { Store } from '@tendril/store';
import { LeadLives } from '../sample/lead-lives.ts';
import { samplePeople } from '../sample/people.ts';
import type { DemoOptions } from './demo-options.ts';
import { type DemoFolders, demoWorld } from './demo-world.ts';
import { type Heard, liveThrough } from './live-through.ts';
import { type Results, type StageRow, stageRow, summarise } from './summarise.ts';

/** All that the demo found: plain JSON, and the same for the same options. */
export interface DemoSummary extends Results {
  readonly played: Pick<DemoOptions, 'leads' | 'days' | 'tick' | 'seed'>;
  readonly from: string;
  readonly to: string;
  readonly heard: Heard;
  readonly stages: readonly StageRow[];
  /** The folder of messages. */
  readonly outbox: string;
}

/** A Monday. Fixed, because webinars, weekends and so everything that leads do hang on it. */
const START = new Date('2026-01-05T00:00:00Z');

/** Days between two rows of the stage table: about six rows, whatever the length. */
export function daysBetweenRows(days: number): number {
  return Math.max(1, Math.ceil(days / 6));
}

/** Plays the demo on an empty store. `onDay` hears of each day that is over, for progress. */
export async function runDemo(
  store: Store,
  folders: DemoFolders,
  { leads, days, tick, seed }: DemoSummary['played'],
  onDay: (day: number) => void = () => undefined,
): Promise<DemoSummary> {
  const to = new Date(START.getTime() + days * DAY);
  const demo = await demoWorld(store, folders, { seed, start: START });
  const people = samplePeople({ seed: `demo-${seed}`, leads, from: START, to }).leads;
  const stages: StageRow[] = [];
  const heard = await liveThrough(demo, new LeadLives(`demo-${seed}`, people), {
    days,
    tick,
    onDay: async (day) => {
      onDay(day);
      if (day % daysBetweenRows(days) === 0 || day === days) stages.push(await stageRow(store.db, demo.rulebook, day));
    },
  });
  const results = await summarise(store.db, demo.rulebook);
  const period = { from: START.toISOString(), to: to.toISOString() };
  return { played: { leads, days, tick, seed }, ...period, heard, stages, ...results, outbox: folders.outbox };
}
