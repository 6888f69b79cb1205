import { AppError, messageOf } from '@tendril/kernel';
import { parseArgs } from 'node:util';

/** What the demo is asked to play. The same options play the same lives, to the last message. */
export interface DemoOptions {
  readonly leads: number;
  readonly days: number;
  /** Hours by which the clock moves at a time; they divide a day. */
  readonly tick: number;
  readonly seed: string;
  /** Print the summary as one JSON object and nothing else. */
  readonly json: boolean;
  readonly help: boolean;
}

/** What `npm run demo -- --help` prints. */
export const DEMO_HELP = `Plays the sample company under a moved clock, in memory, and sums up what nurturing did.

  npm run demo -- [options]

  --leads <n>   generated leads, 1 to 20,000 (2000)
  --days <n>    days they live through, 1 to 365 (60)
  --tick <n>    hours the clock moves at a time, a divisor of 24 (12)
  --seed <s>    another seed gives other leads and other luck (1)
  --json        print the summary as JSON`;

/** Reads the command line. @throws AppError `demo-option` that names the option and what to write */
export function demoOptions(args: readonly string[]): DemoOptions {
  const values = parsed(args);
  return {
    leads: wholeNumber('leads', values.leads, 20_000),
    days: wholeNumber('days', values.days, 365),
    tick: tickHours(values.tick),
    seed: values.seed,
    json: values.json,
    help: values.help,
  };
}

const OPTIONS = {
  leads: { type: 'string', default: '2000' },
  days: { type: 'string', default: '60' },
  tick: { type: 'string', default: '12' },
  seed: { type: 'string', default: '1' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false, short: 'h' },
} as const;

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values;
  } catch (cause) {
    throw new AppError('demo-option', messageOf(cause), { status: 400, hint: '"npm run demo -- --help" lists the options.', cause });
  }
}

function wholeNumber(name: string, text: string, most: number): number {
  const value = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (value >= 1 && value <= most) return value;
  throw new AppError('demo-option', `--${name} cannot be "${text}"`, {
    status: 400,
    field: name,
    hint: `Write a whole number from 1 to ${most.toLocaleString('en-GB')}.`,
  });
}

function tickHours(text: string): number {
  const hours = wholeNumber('tick', text, 24);
  if (24 % hours === 0) return hours;
  throw new AppError('demo-option', `--tick cannot be ${hours}: a day is not a whole number of such ticks`, {
    status: 400,
    field: 'tick',
    hint: 'Write 1, 2, 3, 4, 6, 8, 12 or 24.',
  });
}
