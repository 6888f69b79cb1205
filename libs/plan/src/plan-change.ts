import { compileContent } from '@tendril/content';
import { DAY } from '@tendril/kernel';
import type { LeadChanges } from '@tendril/programmes';
import type { Rulebook } from '@tendril/rulebook';
import { atOnce, type Moment } from './at-once.ts';
import { checkLimits } from './blast-limits.ts';
import { compareCourses, type Course, passDays } from './forecast.ts';
import type { Ruling } from './gate-snapshot.ts';
import { exampleNamer } from './name-examples.ts';
import type { Noticing } from './noticing.ts';
import type { Notice, Plan } from './plan.ts';
import type { Population } from './population.ts';
import { programmeNotices } from './programme-notices.ts';
import { type FileChange, ruleChanges } from './rule-changes.ts';
import { scoringNotices } from './scoring-notices.ts';
import { isWhole, Sample } from './tally.ts';
import { countsOf, type Gated, type Standing, standingUnder, VirtualWorld } from './virtual-world.ts';

/** A change of rules, and the leads that it is to be shown for. */
export interface Change {
  /** Null where there were no rules. */
  readonly before: Rulebook | null;
  readonly after: Rulebook;
  readonly population: Population;
  /** Types of events that the population has; all that any rule reads when left out. */
  readonly eventTypes?: readonly string[];
}

/** How a plan is made. */
export interface PlanOptions {
  /** For the population's age. */
  readonly now: Date;
  /** Days of the forecast, at least 1. */
  readonly days: number;
  /** Called between batches with the share that is done, 0 to 1; what it waits for, the plan waits for. */
  readonly pause?: (done: number) => Promise<void>;
}

/** Leads in one call of `advance`. */
const BATCH = 1_000;

/** Parts of the work, as shares of its time. */
const STAND = 0.1;
const DAYS = 0.4;

/**
 * What a change of rules does: at once, exactly, and in the days that follow, under a virtual clock, both through the
 * `advance` and `gate` of production. Nothing is read but the arguments, and nothing is written.
 */
export async function planChange({ before, after, population, eventTypes }: Change, { now, days, pause = async () => undefined }: PlanOptions): Promise<Plan> {
  const [old, next] = [rulingOf(before ?? noRules(after)), rulingOf(after)];
  const sample = new Sample(population);
  const standing = await standAll(old, population, pause);
  const worlds = [old, next].map((ruling) => new VirtualWorld(population, ruling, { standing, days })) as [VirtualWorld, VirtualWorld];
  const { takenAt } = population;
  const changes = await changeAll(worlds[1], takenAt, (done) => pause(STAND * (1 + done)));
  const gated = worlds.map((world) => world.dispatch(world.leads, takenAt)) as [Gated[], Gated[]];
  const moment: Moment = { sample, before: old, after: next, standing, changes, gated: gated[1] };
  const immediate = await atOnce(moment, exampleNamer(moment, () => pause(2 * STAND)));
  const courses: Course[] = [];
  for (const [at, world] of worlds.entries()) {
    const part = (done: number): Promise<void> => pause(2 * STAND + DAYS * (at + done));
    courses.push(await passDays(world, sample, { days, first: gated[at] ?? [], pause: part }));
  }
  const forecast = compareCourses(sample, courses[0]!, courses[1]!, days);
  const files = ruleChanges(before, after);
  const stood = { before: standing.map(({ state }) => state), after: changes.map(({ decision }) => decision.state) };
  const stageMovers = changes.flatMap(({ decision }, lead) => (decision.transitions.some(({ kind }) => kind === 'stage') ? [lead] : []));
  return {
    before: before?.hash ?? null,
    after: after.hash,
    population: plannedFor(population, now),
    rules: files.map(ruleChangeOf),
    atOnce: immediate,
    forecast,
    notices: before ? noticesOf({ before, after, population, stood, changes: files, atOnce: immediate, eventTypes }) : [],
    limits: checkLimits((before ?? after).policies, sample, { atOnce: immediate, forecast, stageMovers }),
  };
}

function rulingOf(rulebook: Rulebook): Ruling {
  return { rulebook, content: compileContent(rulebook.content, rulebook.policies) };
}

/** The rulebook of a company that has none: everybody stays where they are. Policies are those to come: someone must be held out. */
function noRules(after: Rulebook): Rulebook {
  return {
    ...after,
    hash: '',
    sources: [],
    models: [],
    segments: [],
    stages: [],
    journeys: [],
    content: [],
    eventTypes: [],
    reads: { touchpoints: false, accounts: false, accountCounts: [], transitions: [] },
    evaluate: (leads) => leads.map(({ stage }) => ({ scores: {}, stage, segments: new Set<string>(), nextAt: null })),
  };
}

async function standAll(ruling: Ruling, population: Population, pause: (done: number) => Promise<void>): Promise<Standing[]> {
  const all = population.leads.map((_, lead) => lead);
  // Members of an account are known once they were evaluated, so rules that count them need another round, and rules that count those one more.
  let standing: Standing[] = [];
  for (let round = 0; round <= Math.min(MOST_ROUNDS, ruling.rulebook.reads.accountCounts.length); round++) {
    const counts = countsOf(population, ruling, standing);
    const next: Standing[] = [];
    for (let at = 0; at < all.length; at += BATCH) {
      next.push(...standingUnder(ruling, population, all.slice(at, at + BATCH), counts));
      await pause(STAND * (at / all.length));
    }
    standing = next;
  }
  return standing;
}

/** Segments that count members of segments that count members …: nobody writes more of them. */
const MOST_ROUNDS = 5;

async function changeAll(world: VirtualWorld, now: Date, pause: (done: number) => Promise<void>): Promise<LeadChanges[]> {
  const changes: LeadChanges[] = [];
  for (let at = 0; at < world.leads.length; at += BATCH) {
    changes.push(...world.evaluate(world.leads.slice(at, at + BATCH), now).changes);
    await pause(at / world.leads.length);
  }
  return changes;
}

function plannedFor(population: Population, now: Date): Plan['population'] {
  const { takenAt, total, leads, strata } = population;
  const ageInDays = Math.max(0, Math.floor((now.getTime() - takenAt.getTime()) / DAY));
  return { takenAt: takenAt.toISOString(), ageInDays, total, leads: leads.length, strata: strata.length, whole: isWhole(population) };
}

function ruleChangeOf({ before: _before, after: _after, meaning: _meaning, ...change }: FileChange): Plan['rules'][number] {
  return change;
}

function noticesOf(noticing: Noticing): Notice[] {
  const notices = [...scoringNotices(noticing), ...programmeNotices(noticing)];
  return notices.sort((a, b) => (a.file === b.file ? a.line - b.line || (a.message < b.message ? -1 : 1) : a.file < b.file ? -1 : 1));
}
