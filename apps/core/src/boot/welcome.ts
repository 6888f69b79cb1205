import type { World } from '@tendril/flows';
import { readOverview, searchTouchpoints } from '@tendril/store';
import { reasonsOf } from '../http/reasons.ts';
import { paint, say } from './console.ts';

const plural = (n: number, one: string): string => `${n.toLocaleString('en')} ${one}${n === 1 ? '' : 's'}`;

/** What happened so far, as a newcomer wants to hear it: leads, segments, touchpoints, and why. */
export async function printSummary(world: World): Promise<void> {
  const { db } = world.store;
  const { leads, evaluated, segments, stages, touchpoints } = await readOverview(db);
  if (leads === 0) return say('No leads yet: POST /v1/events takes them in, and "npm run tendril -- import" reads a CSV file.');
  say(`${paint('bold', plural(leads, 'lead'))}, ${evaluated.toLocaleString('en')} scored.`);
  printCounts('Stages', stages);
  printCounts('Segments', segments);
  const total = touchpoints.reduce((sum, { n }) => sum + n, 0);
  say(total === 0 ? 'No touchpoints yet.' : `${paint('bold', plural(total, 'touchpoint'))}:`);
  for (const { programme, channel, state, reason, n } of touchpoints) {
    say(`  ${String(n).padStart(5)}  ${state}${reason === null ? '' : ` (${reason})`}  ${channel} by ${programme}`);
  }
  const [example] = await searchTouchpoints(db, { state: 'accepted', limit: 1 });
  if (!example) return;
  say();
  say(`One of them, and why (${example.content}):`);
  for (const reason of reasonsOf(example)) say(`  ${reason}`);
}

function printCounts(title: string, counts: Readonly<Record<string, number>>): void {
  const parts = Object.entries(counts).map(([name, n]) => `${name || 'none yet'} ${n}`);
  if (parts.length > 0) say(`${title}: ${parts.join(', ')}`);
}

/** What `printPlaces` tells of. */
export interface Places {
  readonly url: string;
  readonly key: string | undefined;
  /** The rules folder of an embedded install, which alone has the mailbox and keeps its key. */
  readonly watching: string | undefined;
  /** Is sending stopped? */
  readonly stopped: boolean;
}

/** Where to go from here. */
export function printPlaces({ url, key, watching, stopped }: Places): void {
  const embedded = watching !== undefined;
  const shown = embedded || key === undefined ? key : `${key}  (shown this once: keep it)`;
  say();
  if (embedded) say(`  Outbox    ${paint('cyan', `${url}/`)}`);
  say(`  API docs  ${paint('cyan', `${url}/docs`)}`);
  say(`  Admin key ${shown ?? 'was shown at the first start; it is not kept in readable form'}`);
  if (stopped) say(`  Sending   ${paint('bold', 'is stopped')}: tools/RUNBOOK.md says when to POST /v1/dispatch/start`);
  if (embedded) say(`  Watching  ${watching}: save a rule file to see who would move and what would be sent`);
  say();
}
