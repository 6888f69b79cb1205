import { join, relative, resolve } from 'node:path';
import { contentProblems } from '@tendril/content';
import { type Plan, planChange, planMarkdown, planText } from '@tendril/plan';
import { loadRulebook, type Problem, readRuleFolder, type Rulebook, type RuleSource } from '@tendril/rulebook';
import { z } from 'zod';
import { connectToCore } from './core-client.ts';
import { rulesAtRef } from './plan-git.ts';
import { progressOf } from './progress.ts';
import { readBaseline } from './read-baseline.ts';
import { countOf, sayProblems } from './say-problems.ts';
import type { World } from './world.ts';

/** What the command line may add to `rules plan`. */
export interface PlanCommandOptions {
  /** Compare with this git revision. */
  readonly against?: string;
  /** Folder of the population's two files; `baseline` in the folder of rules when left out. */
  readonly baseline?: string;
  /** Days of the forecast. */
  readonly days: number;
  readonly json?: boolean;
  readonly markdown?: boolean;
  /** Compare with what a running core has loaded, on its leads. */
  readonly url?: string;
}

/** Exit code when the change does more than policies.json allows. */
const LIMIT_EXCEEDED = 4;

/** Says what the rules of a folder change. Answers 0, 4 when a blast limit is exceeded, 1 when rules or the baseline are broken. */
export async function planRules(world: World, named: string | undefined, options: PlanCommandOptions): Promise<number> {
  const folder = resolve(world.folder, named ?? 'rules');
  const shown = relative(world.folder, folder) || '.';
  const sources = await readRuleFolder(folder);
  const { rulebook, problems } = loaded(sources);
  if (!rulebook) return refuse(world, shown, problems, options);
  const plan = options.url === undefined ? await planWithFiles(world, folder, rulebook, options) : await planWithCore(world, sources, options);
  if ('problems' in plan) return refuse(world, plan.folder, plan.problems, options);
  if (options.json) world.out(JSON.stringify(plan));
  else if (options.markdown) world.out(planMarkdown(plan, shown).trimEnd());
  else for (const line of planText(plan, shown)) world.out(line);
  return plan.limits.some(({ exceeded }) => exceeded) ? LIMIT_EXCEEDED : 0;
}

/** What stands against a plan, and where its files are. */
interface Refused {
  readonly folder: string;
  readonly problems: readonly Problem[];
}

/** A rulebook whose contents can be written, too; or null and the errors. */
function loaded(sources: readonly RuleSource[]): { readonly rulebook: Rulebook | null; readonly problems: readonly Problem[] } {
  const { rulebook, problems } = loadRulebook(sources);
  const errors = [...problems, ...(rulebook ? contentProblems(rulebook.content, rulebook.trackingPlan) : [])].filter(({ severity }) => severity === 'error');
  return errors.length > 0 ? { rulebook: null, problems: errors } : { rulebook, problems: [] };
}

function refuse(world: World, folder: string, problems: readonly Problem[], { json, markdown }: PlanCommandOptions): number {
  if (json) world.out(JSON.stringify({ ok: false, problems }));
  else {
    sayProblems(world, folder, problems);
    world[markdown ? 'err' : 'out'](`${countOf(problems.length, 'error')} in ${folder}: nothing can be planned.`);
  }
  return 1;
}

async function planWithFiles(world: World, folder: string, after: Rulebook, options: PlanCommandOptions): Promise<Plan | Refused> {
  const { commit, sources } = await rulesAtRef(folder, options.against);
  const before = sources ? loaded(sources) : { rulebook: null, problems: [] };
  const then = commit.slice(0, 12);
  if (before.problems.length > 0) return { folder: `${relative(world.folder, folder) || '.'} at ${then}`, problems: before.problems };
  const home = options.baseline === undefined ? join(folder, 'baseline') : resolve(world.folder, options.baseline);
  const baseline = await readBaseline(home);
  if (!baseline.population) return { folder: relative(world.folder, home) || '.', problems: baseline.problems };
  const { population, drawing } = baseline;
  const progress = progressOf(world, 'Planning, in per cent:', world.terminal === null);
  try {
    return await planChange({ before: before.rulebook, after, population, eventTypes: drawing.eventTypes }, { now: world.clock.now(), days: options.days, pause: async (done) => progress.show(Math.floor(done * 100), 100) });
  } finally {
    progress.stop();
  }
}

/** As much of a plan as is needed to know that it is one; the core and the command line share the rest. */
const PlanShape = z.looseObject({
  after: z.string(),
  population: z.looseObject({ total: z.number() }),
  rules: z.array(z.unknown()),
  atOnce: z.looseObject({ segments: z.array(z.unknown()) }),
  forecast: z.looseObject({ days: z.number(), perDay: z.array(z.unknown()) }),
  notices: z.array(z.unknown()),
  limits: z.array(z.looseObject({ exceeded: z.boolean() })),
});

async function planWithCore(world: World, files: readonly RuleSource[], { url, days }: PlanCommandOptions): Promise<Plan> {
  const core = await connectToCore(world, url);
  return (await core.post('/v1/rulebook/plan', { files, days }, PlanShape)) as unknown as Plan;
}
