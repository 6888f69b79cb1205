import { setTimeout as wait } from 'node:timers/promises';
import { systemClock } from '@tendril/kernel';
import { run } from './run.ts';

process.exitCode = await run(process.argv.slice(2), {
  env: process.env,
  folder: process.env['TENDRIL_CWD'] ?? process.cwd(),
  home: process.cwd(),
  out: (line) => console.log(line),
  err: (line) => console.error(line),
  terminal: process.stderr.isTTY && !process.env['CI'] ? process.stderr : null,
  clock: systemClock,
  wait: (milliseconds) => wait(milliseconds),
});
