import { cpus, loadavg, totalmem } from 'node:os';

/** The machine that figures were measured on, in one line: without it they mean nothing. */
export function machineInWords(): string {
  const cores = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  const load = loadavg()[0]?.toFixed(1) ?? '?';
  return `${cores.length} × ${cores[0]?.model.trim() ?? 'unknown processor'}, ${memory} GiB, ${process.platform}, Node ${process.versions.node}, load ${load} when it began`;
}
