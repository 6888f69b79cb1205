import { spawnSync } from 'node:child_process';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { AppError } from '@tendril/kernel';
import type { Plan } from '@tendril/plan';
import { loadRulebook } from '@tendril/rulebook';
import type { Figure, Found, Options } from './figures.ts';
import { manyLeads } from './workload/many-leads.ts';
import { manyRules } from './workload/many-rules.ts';
import { withFolder, writeRules } from './write-rules.ts';
import { tendril } from './tendril.ts';

const FILES = 500;
const LEADS = 10_000;

/** How fast rule files are checked, refused and planned: the command line as a person runs it. */
export async function rulesCli({ say }: Options): Promise<Found> {
  return withFolder(async (folder) => {
    const figures = [await checkMany(join(folder, 'rules'), say), refuseOne(say), await planMany(join(folder, 'plan'), say)];
    return { figures, checked: ['no error in the large rulebook', 'the broken file named with its line', 'two plans alike to the byte'] };
  });
}

async function checkMany(folder: string, say: (line: string) => void): Promise<Figure> {
  const sources = manyRules(FILES);
  await writeRules(folder, sources);
  say(`check: ${sources.filter(({ path }) => path.endsWith('.json')).length} JSON files and ${sources.filter(({ path }) => path.endsWith('.hbs')).length} templates, five runs`);
  const runs = Array.from({ length: 5 }, () => {
    const { milliseconds, code, out } = tendril('rules', 'check', folder, '--json');
    if (code !== 0) throw new AppError('bench-wrong', `The large rulebook should be without errors: ${out.slice(0, 500)}`);
    return milliseconds;
  });
  return { name: `check of ${FILES} files, process and all`, runs, unit: 'ms', goal: { atMost: 3000 } };
}

/** In one process, as an editor or a server would: what a person waits for besides is the start of Node. */
function refuseOne(say: (line: string) => void): Figure {
  say('refuse: a small rulebook with one broken file, two hundred times');
  const good = manyRules(40);
  const broken = good.map(({ path, text }) => ({ path, text: path === 'segments/s0.json' ? text.replace('"operator"', '"operaator"') : text }));
  const once = (): number => {
    const began = performance.now();
    const { rulebook, problems } = loadRulebook(broken);
    const milliseconds = performance.now() - began;
    if (rulebook || !problems.some(({ file, line }) => file === 'segments/s0.json' && line > 1)) throw new AppError('bench-wrong', 'The broken file was not refused');
    return milliseconds;
  };
  for (let warm = 0; warm < 20; warm++) once();
  return { name: 'a refused file among 40', runs: Array.from({ length: 200 }, once), unit: 'ms', goal: { atMost: 50 } };
}

const SHIPPED = fileURLToPath(new URL('../../../rules', import.meta.url));

/** The shipped rules with one line changed, against themselves in git, over a baseline on disk. */
async function planMany(folder: string, say: (line: string) => void): Promise<Figure> {
  const rules = join(folder, 'rules');
  await cp(SHIPPED, rules, { recursive: true, filter: (path) => !path.startsWith(join(SHIPPED, 'baseline')) });
  commitAll(folder);
  await changeLooksAtPrices(join(rules, 'scoring/engagement.json'));
  await writeRules(rules, manyLeads(LEADS));
  say(`plan: ${LEADS} leads with 30 events each, 14 days, one change of the shipped rules, two runs`);
  const plans = Array.from({ length: 2 }, () => tendril('rules', 'plan', rules, '--against', 'HEAD', '--json'));
  const [first, second] = plans.map(({ code, out }) => {
    if (code !== 0 && code !== 4) throw new AppError('bench-wrong', `The plan failed: ${out.slice(0, 500)}`);
    // It says how old the baseline is, which is another day at midnight.
    return out.replace(/"ageInDays":\d+/, '');
  });
  if (first !== second) throw new AppError('bench-wrong', 'Two plans of the same change differ');
  const { population, atOnce, forecast } = JSON.parse(plans[0]?.out ?? '') as Plan;
  if (population.leads !== LEADS || atOnce.changed.n === 0 || atOnce.stages.length === 0 || forecast.sent.after.n === 0) throw new AppError('bench-wrong', 'The plan should say that leads move and that touches are sent');
  return { name: `plan of ${LEADS} leads for 14 days, process and all`, runs: plans.map(({ milliseconds }) => milliseconds), unit: 'ms', goal: { atMost: 15_000 } };
}

async function changeLooksAtPrices(file: string): Promise<void> {
  const model = JSON.parse(await readFile(file, 'utf8')) as { version: number; rules: { name: string; points?: number }[] };
  const rule = model.rules.find(({ name }) => name === 'looks-at-prices');
  if (rule?.points !== 8) throw new AppError('bench-wrong', 'looks-at-prices should give 8 points');
  rule.points = 12;
  model.version += 1;
  await writeFile(file, `${JSON.stringify(model, null, 2)}\n`);
}

function commitAll(folder: string): void {
  const author = ['-c', 'user.name=Larkfield', '-c', 'user.email=growth@larkfield.example', '-c', 'commit.gpgsign=false'];
  for (const args of [['init', '--quiet'], ['add', '--all'], ['commit', '--quiet', '--message', 'The rules before']]) {
    const { status, stderr } = spawnSync('git', ['-C', folder, ...author, ...args], { encoding: 'utf8' });
    if (status !== 0) throw new AppError('bench-git', `git ${args[0]} failed: ${stderr}`, { hint: 'The plan needs git.' });
  }
}
