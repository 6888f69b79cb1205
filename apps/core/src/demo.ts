import { AppError, messageOf } from '@tendril/kernel';
import { openStore } from '@tendril/store';
import { join, relative } from 'node:path';
import { styleText } from 'node:util';
import { DEMO_HELP, type DemoOptions, demoOptions } from './demo/demo-options.ts';
import { demoProgress } from './demo/demo-progress.ts';
import { daysBetweenRows, type DemoSummary, runDemo } from './demo/run-demo.ts';
import { summaryText } from './demo/summary-text.ts';

// The entry of `npm run demo`.

const FOLDERS = {
  rules: join(import.meta.dirname, '../../../rules'),
  outbox: join(relative(process.cwd(), join(import.meta.dirname, '../../..')), '.tendril/demo-outbox'),
};

async function play(options: DemoOptions): Promise<DemoSummary> {
  const progress = options.json ? undefined : demoProgress(process.stderr, options.days, daysBetweenRows(options.days));
  if (!options.json && !process.stderr.isTTY) process.stderr.write('Opening a database in memory\n');
  const store = await openStore({ memory: true });
  try {
    return await runDemo(store, FOLDERS, options, progress?.show);
  } finally {
    progress?.stop();
    await store.close();
  }
}

async function main(): Promise<void> {
  const options = demoOptions(process.argv.slice(2));
  if (options.help) return console.log(DEMO_HELP);
  const started = performance.now();
  const summary = await play(options);
  if (options.json) return console.log(JSON.stringify(summary, null, 2));
  const bold = (text: string): string => styleText('bold', text, { stream: process.stdout });
  console.log(`\n${summaryText(summary, bold)}\n\nAll this took ${Math.round((performance.now() - started) / 1_000)} seconds.`);
}

try {
  await main();
} catch (error) {
  console.error(messageOf(error));
  if (error instanceof AppError && error.hint !== undefined) console.error(error.hint);
  process.exitCode = 1;
}
