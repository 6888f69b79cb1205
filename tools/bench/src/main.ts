import { AppError, messageOf } from '@tendril/kernel';
import { type Figure, figuresInWords, median } from './figures.ts';
import { machineInWords } from './machine.ts';
import { rulesCli } from './rules-cli.ts';

const BENCHES: Readonly<Record<string, (say: (line: string) => void) => Promise<Figure[]>>> = { 'rules-cli': rulesCli };

const [name = '', ...options] = process.argv.slice(2);
const bench = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;
const json = options.includes('--json');

if (!bench) {
  console.error(`Say what to measure: npm run bench -- ${Object.keys(BENCHES).join(' | ')} [--json]`);
  process.exitCode = 2;
} else {
  try {
    const machine = machineInWords();
    const figures = await bench((line) => console.error(line));
    if (json) console.log(JSON.stringify({ machine, figures }));
    else for (const line of [machine, ...figuresInWords(figures)]) console.log(line);
    process.exitCode = figures.every(({ runs, goal }) => median(runs) <= goal) ? 0 : 1;
  } catch (error) {
    console.error(messageOf(error), error instanceof AppError && error.hint ? `\n${error.hint}` : '');
    process.exitCode = 1;
  }
}
