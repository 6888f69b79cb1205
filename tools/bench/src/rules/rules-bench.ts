import { createHash } from 'node:crypto';
import { AppError } from '@tendril/kernel';
import { type LeadFacts, loadRulebook, NO_TOUCHES, type Rulebook, type RuleSource } from '@tendril/rulebook';
import type { Figure, Found, Options } from '../figures.ts';
import { fiftyRules } from '../workload/fifty-rules.ts';
import { accountAt, BEGIN, leadAt } from '../workload/leads.ts';
import { type AskEngine, engineWithPaths, engineWithPlainFacts } from './ask-engine.ts';
import { countsOf, rulesOverCounts } from './counts-as-attributes.ts';

/** Leads that one call evaluates, about as many as a tick takes. */
const BATCH = 1000;
/** Leads of each round that json-rules-engine is asked about; it takes some 3 ms for one. */
const ASKED = 50;

/** Rounds that do not count: in them, the rules become machine code, which takes half a second of another processor. */
const WARMING = 2;

/**
 * How much less processor time the compiled rules take than json-rules-engine, a lead, over the same rules and facts. Unmodified,
 * the engine follows the rules' paths by JSONPath; besides, it is spared them. The counts of events are given to both as numbers;
 * besides, the compiled rules count events, which the engine always is spared.
 */
export async function rulesBench({ leads = 100_000, rounds = 10, say }: Options): Promise<Found> {
  const counting = load(fiftyRules());
  const given = load(rulesOverCounts(fiftyRules()));
  const engines = { plain: engineWithPlainFacts(given, BEGIN), paths: engineWithPaths(given, BEGIN) };
  const perRound = Math.ceil(leads / rounds);
  say(`rules: ${perRound * rounds} leads × ${given.segments.length} rules, ${rounds} rounds; json-rules-engine on ${ASKED} leads of each round`);
  const hashes = { given: createHash('sha256'), counting: createHash('sha256') };
  const taken: Round[] = [];
  let matches = 0;
  for (let round = -WARMING; round < rounds; round++) {
    const events = madeLeads((round < 0 ? rounds - 1 - round : round) * perRound, perRound);
    const counts = events.map((lead) => ({ ...lead, attributes: { ...lead.attributes, ...countsOf(lead.events, BEGIN) }, events: [] }));
    const one = timed(given, counts);
    const other = timed(counting, events);
    const some = counts.slice(0, ASKED);
    const plain = await askAndCompare(engines.plain, some, one.answers);
    const paths = await askAndCompare(engines.paths, some, one.answers);
    if (round < 0) continue;
    taken.push({ given: one.micros, counting: other.micros, plain, paths });
    hashes.given.update(one.answers.join('\n'));
    hashes.counting.update(other.answers.join('\n'));
    matches += one.answers.reduce((sum, answer) => sum + (answer === '' ? 0 : answer.split(' ').length), 0);
  }
  const [hash, again] = [hashes.given.digest('hex'), hashes.counting.digest('hex')];
  if (hash !== again) throw new AppError('bench-wrong', 'Rules that count events and rules that are given the counts should match the same leads');
  return found(taken, [
    `json-rules-engine matched the same rules for each of the ${2 * ASKED * rounds} leads that it was asked about; its rate is taken from those`,
    `the compiled rules matched ${matches} times over ${perRound * rounds} leads, from events and from counts alike (hash ${hash.slice(0, 12)})`,
  ]);
}

/** Microseconds of processor time a lead. */
interface Round {
  readonly given: number;
  readonly counting: number;
  readonly plain: number;
  readonly paths: number;
}

function found(taken: readonly Round[], checked: readonly string[]): Found {
  const runs = (of: (round: Round) => number): number[] => taken.map(of);
  const headline: Figure = { name: 'json-rules-engine ÷ compiled, both given the counts', unit: '×', runs: runs(({ paths, given }) => paths / given), goal: { atLeast: 1000 } };
  const figures: Figure[] = [
    headline,
    { name: 'the same, the compiled rules count events besides', unit: '×', runs: runs(({ paths, counting }) => paths / counting) },
    { name: 'the same, json-rules-engine spared its paths', unit: '×', runs: runs(({ plain, given }) => plain / given) },
    { name: 'compiled, given the counts, a lead', unit: 'µs', runs: runs(({ given }) => given) },
    { name: 'compiled, counting events, a lead', unit: 'µs', runs: runs(({ counting }) => counting) },
    { name: 'json-rules-engine, a lead', unit: 'µs', runs: runs(({ paths }) => paths) },
    { name: 'json-rules-engine spared its paths, a lead', unit: 'µs', runs: runs(({ plain }) => plain) },
  ];
  return { figures, headline, checked };
}

/** Microseconds of processor time that the engine takes a lead. @throws AppError `bench-wrong` when it answers otherwise than `answers` says */
export async function askAndCompare(engine: AskEngine, leads: readonly LeadFacts[], answers: readonly string[]): Promise<number> {
  const began = process.cpuUsage();
  const matched: string[][] = [];
  for (const lead of leads) matched.push(await engine(lead));
  const micros = microsSince(began) / leads.length;
  const wrong = matched.findIndex((ids, at) => ids.join(' ') !== answers[at]);
  if (wrong < 0) return micros;
  throw new AppError('bench-wrong', `json-rules-engine and the compiled rules differ about ${leads[wrong]?.id}: ${matched[wrong]?.join(' ')} and ${answers[wrong]}`);
}

function timed(rulebook: Rulebook, leads: readonly LeadFacts[]): { readonly micros: number; readonly answers: string[] } {
  const answers: ReturnType<Rulebook['evaluate']>[] = [];
  const began = process.cpuUsage();
  for (let at = 0; at < leads.length; at += BATCH) answers.push(rulebook.evaluate(leads.slice(at, at + BATCH), BEGIN));
  return { micros: microsSince(began) / leads.length, answers: answers.flat().map(({ segments }) => [...segments].sort().join(' ')) };
}

function microsSince(began: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(began);
  return user + system;
}

function madeLeads(from: number, count: number): LeadFacts[] {
  return Array.from({ length: count }, (_, at) => {
    const { id, account, attributes, events } = leadAt(from + at);
    return { id, attributes, account: account === null ? null : accountAt(account), events, stage: null, consents: {}, ...NO_TOUCHES };
  });
}

/** @throws AppError `bench-wrong` naming the first error of the rule files */
export function load(sources: readonly RuleSource[]): Rulebook {
  const { rulebook, problems } = loadRulebook(sources);
  const [first] = problems.filter(({ severity }) => severity === 'error');
  if (!rulebook) throw new AppError('bench-wrong', `The rules of the bench should be without errors: ${first?.file}:${first?.line} ${first?.message}`);
  return rulebook;
}
