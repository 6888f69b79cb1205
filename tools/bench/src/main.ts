import { parseArgs } from 'node:util';
import { AppError, messageOf } from '@tendril/kernel';
import { figuresAsData, figuresInWords, type Found, median, type Options, reached } from './figures.ts';
import { fullBench } from './full/full-bench.ts';
import { ingestBench } from './http/ingest-bench.ts';
import { latencyBench } from './http/latency-bench.ts';
import { memoryBench } from './http/memory-bench.ts';
import { machineInWords } from './machine.ts';
import { rulesBench } from './rules/rules-bench.ts';
import { rulesCli } from './rules-cli.ts';
import { tickBench } from './tick/tick-bench.ts';
import { undoOnSignal } from './undo.ts';

/** In the order in which they run when none is named. */
const BENCHES: Readonly<Record<string, (options: Options) => Promise<Found>>> = {
  rules: rulesBench,
  tick: tickBench,
  full: fullBench,
  ingest: ingestBench,
  latency: latencyBench,
  memory: memoryBench,
  'rules-cli': rulesCli,
};

/** Those that need no server. */
const WITHOUT_SERVER = ['rules', 'rules-cli'];

interface Asked {
  readonly names: readonly string[];
  readonly json: boolean;
  readonly options: Options;
}

function readArguments(): Asked {
  const whole = { type: 'string' } as const;
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: 'boolean', default: false }, leads: whole, rounds: whole, seconds: whole } });
  const number = (name: 'leads' | 'rounds' | 'seconds'): number | undefined => {
    const text = values[name];
    if (text !== undefined && !/^[1-9]\d*$/.test(text)) throw new AppError('bench-usage', `--${name} takes a whole number, not "${text}"`);
    return text === undefined ? undefined : Number(text);
  };
  const unknown = positionals.find((name) => !Object.hasOwn(BENCHES, name));
  if (unknown !== undefined) throw new AppError('bench-usage', `There is no bench "${unknown}"`, { hint: USAGE });
  const say = (line: string): void => console.error(line);
  const names = positionals.length > 0 ? positionals : everyBench(say);
  return { names, json: values.json, options: { leads: number('leads'), rounds: number('rounds'), seconds: number('seconds'), say } };
}

/** All that can be measured here. */
function everyBench(say: (line: string) => void): readonly string[] {
  const all = Object.keys(BENCHES);
  if (process.env['DATABASE_URL']) return all;
  say(`DATABASE_URL names no PostgreSQL, so these are left out: ${all.filter((name) => !WITHOUT_SERVER.includes(name)).join(', ')}`);
  return WITHOUT_SERVER;
}

const USAGE = `npm run bench -- [${Object.keys(BENCHES).join(' | ')}] [--leads N] [--rounds N] [--seconds N] [--json]; all of them when none is named`;

function tell(name: string, machine: string, { figures, headline, checked }: Found, json: boolean): void {
  if (json) console.log(JSON.stringify({ bench: name, ratio: headline ? median(headline.runs) : null, machine, figures: figuresAsData(figures), checked }));
  else for (const line of [`\n${name}: ${machine}`, ...figuresInWords(figures), ...checked.map((what) => `checked: ${what}`)]) console.log(line);
}

/** True when no goal was missed. */
async function run({ names, json, options }: Asked): Promise<boolean> {
  let missed = 0;
  for (const name of names) {
    const machine = await machineInWords();
    const found = await BENCHES[name]!(options);
    tell(name, machine, found, json);
    missed += found.figures.filter((figure) => reached(figure) === false).length;
  }
  return missed === 0;
}

undoOnSignal();
try {
  process.exitCode = (await run(readArguments())) ? 0 : 1;
} catch (error) {
  console.error(messageOf(error), error instanceof AppError && error.hint ? `\n${error.hint}` : '');
  process.exitCode = error instanceof AppError && error.code === 'bench-usage' ? 2 : 1;
}
