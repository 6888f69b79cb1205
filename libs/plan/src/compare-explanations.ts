import { stableJson } from '@tendril/kernel';
import { type ComparisonExplanation, type ConditionExplanation, type Contribution, type Explanation, inWords } from '@tendril/rulebook';
import { askedInWords, pairUp, subjectInWords, subjectKey, valueInWords } from './leaf-words.ts';

/** One lead, explained under both rulebooks. */
export interface BothExplanations {
  readonly before: Explanation;
  readonly after: Explanation;
}

/** A reason in words, and how near the lead is to what is asked: 0 is on it. */
export interface Reason {
  readonly words: string;
  readonly distance: number;
}

type Leaf = ComparisonExplanation | { readonly condition: string; readonly holds: boolean };

/** A reason is followed this far: a segment because of the stage, the stage because of a score. */
const DEEPEST = 3;

/** How many reasons a sentence gives. */
const MOST_REASONS = 2;

/** A distance for reasons that have no number. */
const FAR = 1;

/** Why a segment took the lead in, or let it go. */
export function segmentReason(id: string, both: BothExplanations, depth = 0): Reason {
  const [before, after] = [both.before, both.after].map(({ segments }) => segments.find(({ segment }) => segment === id)?.conditions);
  if (!before && after) return { words: `the segment is new: ${heldInWords(after)}`, distance: FAR };
  if (before && !after) return { words: 'the segment is no longer live', distance: FAR };
  return reasonOf(before, after, both, depth);
}

/** Why the lead is in another stage. */
export function stageReason(both: BothExplanations, depth = 0): Reason {
  const { before, after } = { before: both.before.stage, after: both.after.stage };
  const names = [after.stage, before.stage].filter((name) => name !== null);
  const reasons = names.map((name) => {
    const [then, now] = [before, after].map(({ stages }) => stages.find((one) => one.name === name));
    if (!then !== !now) return { words: `the stage ${name} is ${now ? 'new' : 'gone'}`, distance: FAR };
    return reasonOf(then?.conditions, now?.conditions, both, depth);
  });
  return reasons.find(({ words }) => words !== '') ?? { words: 'the order of the stages changed', distance: FAR };
}

/** Why a model gives other points or another grade: the contributions that differ, the largest difference first. */
export function scoreReason(model: string, both: BothExplanations): Reason {
  const [before, after] = [both.before, both.after].map(({ scores }) => scores.find((score) => score.model === model));
  if (!before || !after) return { words: after ? 'the model is new' : 'the model is no longer live', distance: FAR };
  const pairs = pairUp<Contribution>(before.contributions, after.contributions, [contributionKey]);
  const changed = pairs
    .map(([was, is]) => ({ part: (is ?? was)!, was: was?.milli ?? 0, is: is?.milli ?? 0 }))
    .filter(({ was, is }) => was !== is)
    .sort((a, b) => Math.abs(b.is - b.was) - Math.abs(a.is - a.was));
  const words = changed.slice(0, MOST_REASONS).map(({ part, was, is }) => `${contributionInWords(part)} gives ${is / 1000}, was ${was / 1000}`);
  const distance = Math.abs(after.milli - before.milli) / 1000;
  if (words.length === 0) return axisReason(before.contributions, after.contributions, distance);
  return { words: words.join(' and '), distance };
}

function axisReason(before: readonly Contribution[], after: readonly Contribution[], distance: number): Reason {
  const changed = pairUp(before, after, [contributionKey]).flatMap(([was, is]) =>
    was?.kind === 'axis' && is?.kind === 'axis' && was.grade !== is.grade ? [`${is.model} is ${is.grade ?? 'without grade'}, was ${was.grade ?? 'without'}`] : [],
  );
  return { words: changed.join(' and ') || 'the grades begin at other points', distance };
}

function contributionKey(part: Contribution): string {
  return `${part.kind === 'events' ? 'rule' : part.kind} ${'name' in part ? part.name : 'model' in part ? part.model : ''}`;
}

function contributionInWords(part: Contribution): string {
  if (part.kind === 'scale') return 'the scale';
  return part.kind === 'cap' ? `the cap of ${part.name}` : 'name' in part ? part.name : part.model;
}

function leavesOf(node: ConditionExplanation | undefined): Leaf[] {
  if (!node) return [];
  if ('all' in node) return node.all.flatMap(leavesOf);
  if ('any' in node) return node.any.flatMap(leavesOf);
  if ('not' in node) return leavesOf(node.not);
  return [node];
}

function definition(leaf: Leaf): string {
  if ('condition' in leaf) return leaf.condition;
  const { fact, params = null, path = null, operator, value } = leaf;
  return stableJson([fact, params, path, operator, value]);
}

function subject(leaf: Leaf): string {
  return 'condition' in leaf ? leaf.condition : subjectKey(leaf);
}

/** Comparisons whose answer turned come first, then what is asked no longer or anew. */
function reasonOf(before: ConditionExplanation | undefined, after: ConditionExplanation | undefined, both: BothExplanations, depth: number): Reason {
  const pairs = pairUp(leavesOf(before), leavesOf(after), [definition, subject]);
  const turned = pairs.flatMap(([was, is]) => (was && is && was.holds !== is.holds ? [turnInWords(was, is, both, depth)] : []));
  const others = pairs.flatMap(([was, is]) => {
    if (was && !is) return [{ words: `no longer asked: ${inWords(was)}${found(was)}`, distance: FAR }];
    return is && !was ? [{ words: `asked anew: ${inWords(is)}${found(is)}`, distance: FAR }] : [];
  });
  const all = [...turned, ...others];
  // The stage's reason may say the same as the next comparison.
  const reasons = all.filter(({ words }, at) => !all.some((other, place) => place !== at && other.words.includes(words) && (other.words !== words || place < at))).slice(0, MOST_REASONS);
  return { words: reasons.map(({ words }) => words).join(', and '), distance: Math.min(FAR, ...reasons.map(({ distance }) => distance)) };
}

function turnInWords(was: Leaf, is: Leaf, both: BothExplanations, depth: number): Reason {
  if ('condition' in is || 'condition' in was) {
    const id = 'condition' in is ? is.condition : '';
    const why = depth < DEEPEST ? segmentReason(id, both, depth + 1) : { words: '', distance: FAR };
    return { words: `it is ${is.holds ? 'now' : 'no longer'} in ${id}${inBrackets(why.words)}`, distance: why.distance };
  }
  const distance = distanceOf(is);
  const [before, after] = [subjectInWords(was), subjectInWords(is)];
  const head = `${after} is ${valueInWords(is.found)}`;
  if (before !== after) return { words: `${head}, asked ${askedInWords(is)}; before, ${before} was ${valueInWords(was.found)}, asked ${askedInWords(was)}`, distance };
  if (definition(was) !== definition(is)) return { words: `${head}, asked ${askedInWords(is)}; before ${askedInWords(was)}`, distance };
  return { words: `${head}, was ${valueInWords(was.found)}, asked ${askedInWords(is)}${inBrackets(causeOf(is, both, depth))}`, distance };
}

/** Why a fact that rules make has another value. */
function causeOf({ fact, params = {} }: ComparisonExplanation, both: BothExplanations, depth: number): string {
  if (depth >= DEEPEST) return '';
  if (fact === 'score' || fact === 'grade') return scoreReason(String(params['model']), both).words;
  return fact === 'stage' ? stageReason(both, depth + 1).words : '';
}

function distanceOf({ found: value, value: asked }: ComparisonExplanation): number {
  if (typeof value !== 'number' || typeof asked !== 'number') return FAR;
  return Math.min(FAR, Math.abs(value - asked) / Math.max(1, Math.abs(asked)));
}

function found(leaf: Leaf): string {
  return 'condition' in leaf ? ` (${leaf.holds ? 'in it' : 'not in it'})` : ` (found ${valueInWords(leaf.found)})`;
}

/** What holds of a tree: for a segment that is new. */
function heldInWords(tree: ConditionExplanation): string {
  const held = leavesOf(tree).filter(({ holds }) => holds);
  return held
    .slice(0, MOST_REASONS)
    .map((leaf) => ('condition' in leaf ? leaf.condition : `${subjectInWords(leaf)} is ${valueInWords(leaf.found)}, asked ${askedInWords(leaf)}`))
    .join(', and ');
}

function inBrackets(words: string): string {
  return words === '' ? '' : ` (${words})`;
}
