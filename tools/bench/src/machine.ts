import { cpus, loadavg, totalmem } from 'node:os';
import { serverInWords } from './database/bench-database.ts';

/** The machine that figures were measured on, and the database server if there is one, in one line: without it they mean nothing. */
export async function machineInWords(): Promise<string> {
  const cores = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  const load = loadavg()[0]?.toFixed(1) ?? '?';
  const server = await serverInWords();
  return `${cores.length} × ${cores[0]?.model.trim() ?? 'unknown processor'}, ${memory} GiB, ${process.platform}, Node ${process.versions.node}, load ${load} when it began${server === undefined ? '' : `; ${server}`}`;
}
