import { spawnSync } from 'node:child_process';
import { activate, compileRulebook } from '@tendril/flows';
import { AppError, systemClock } from '@tendril/kernel';
import type { Client } from 'pg';
import { isSettled, withCompany } from '../database/company.ts';
import type { Figure, Found, Options } from '../figures.ts';
import { load } from '../rules/rules-bench.ts';
import { checkAgainstFull } from '../tick/full-evaluation.ts';
import { leadId } from '../workload/leads.ts';
import { livingRules, UNREAD } from '../workload/living-rules.ts';
import { postOf, withConnections } from './connection.ts';
import { sendAll, sentEvent } from './sending.ts';
import { addBenchKey, type ServerProcess, withCore } from './server-process.ts';

/** Milliseconds between two looks. */
const EVERY = 250;
/** Leads that are evaluated once more from their events. */
const SAMPLE = 500;

/** Resident memory of the core's process while it evaluates everybody for the first time and events arrive meanwhile. */
export async function memoryBench({ leads = 50_000, say }: Options): Promise<Found> {
  say(`memory: filling a database with ${leads} leads; the core evaluates all of them`);
  const at = systemClock.now();
  return withCompany('memory', leads, async ({ url, client, world }) => {
    await activate(world, compileRulebook({ files: livingRules(), gitRevision: null }), { by: 'bench' });
    await addBenchKey(client);
    return withCore(url, async (core) => {
      const idle = residentMegabytes(core.pid);
      const samples = await watch(client, core, { leads, at });
      const sample = Array.from({ length: Math.min(SAMPLE, leads) }, (_, n) => leadId(Math.floor((n * leads) / Math.min(SAMPLE, leads))));
      await checkAgainstFull(client, load(livingRules()), sample);
      return found(samples, idle, leads);
    });
  }, at);
}

/** Megabytes every now and then, until nobody waits to be evaluated; events arrive meanwhile. */
async function watch(client: Client, core: ServerProcess, { leads, at }: { readonly leads: number; readonly at: Date }): Promise<number[]> {
  return withConnections(core.port, 1, async (connections) => {
    const samples: number[] = [];
    for (let settled = false; !settled; settled = await isSettled(client)) {
      const events = Array.from({ length: 50 }, (_, n) => sentEvent(samples.length * 50 + n, { source: 'memory', type: UNREAD, leads, at }));
      await sendAll(connections, [postOf('/v1/events', events)]);
      samples.push(residentMegabytes(core.pid));
      await new Promise((resolve) => setTimeout(resolve, EVERY));
    }
    return samples;
  });
}

/** @throws AppError `bench-wrong` where there is no `ps` */
function residentMegabytes(pid: number): number {
  const { stdout, status } = spawnSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' });
  if (status !== 0) throw new AppError('bench-wrong', 'ps does not say how much memory the core has', { hint: 'This bench needs ps, as Linux and macOS have it.' });
  return Number(stdout.trim()) / 1024;
}

function found(samples: readonly number[], idle: number, leads: number): Found {
  const most = Math.max(...samples);
  const figures: Figure[] = [
    { name: `the most memory of the core, ${leads.toLocaleString('en')} leads`, unit: 'MB', runs: [most], goal: { atMost: 1000 } },
    { name: 'while it evaluates', unit: 'MB', runs: samples },
    { name: 'before it begins', unit: 'MB', runs: [idle] },
  ];
  const headline: Figure = { name: 'of 1,000 MB', unit: '×', runs: [most / 1000] };
  return { figures, headline, checked: [`${SAMPLE} leads that the core evaluated equal an evaluation from all their events`] };
}
