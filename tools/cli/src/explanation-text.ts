import { type ConditionExplanation, type Contribution, type Explanation, inWords, type ScoreExplanation } from '@tendril/rulebook';
import type { AsOfAnswer } from './ask-explanation.ts';
import { momentText } from './moment-text.ts';
import { wouldChangeText } from './would-change-text.ts';

/** An explanation for people, line by line: scores as sums, every comparison with what was found, what would change the answers. `named`: as the lead was asked for. */
export function explanationText({ lead, at, rulebook, gitRevision, notes, explanation, wouldChange }: AsOfAnswer, named: string): string[] {
  const revision = gitRevision === null ? '' : `, git revision ${gitRevision.slice(0, 12)}`;
  return [
    `Lead ${named === lead ? lead : `${named} (${lead})`} as of ${momentText(at)}, by rulebook ${rulebook.slice(0, 12)}${revision}`,
    ...notes,
    ...explanation.scores.flatMap((score) => ['', ...scoreText(score)]),
    '',
    ...stageText(explanation.stage),
    ...section('In', explanation.segments.filter(({ member }) => member)),
    ...section('Not in', explanation.segments.filter(({ member }) => !member)),
    '',
    ...wouldChangeText(wouldChange),
    '',
    explanation.nextAt === null ? 'Time alone changes nothing.' : `Time alone may change something next on ${momentText(explanation.nextAt)}.`,
  ];
}

function scoreText({ model, title, milli, grade, contributions }: ScoreExplanation): string[] {
  const grades = grade === null ? '' : `grade ${grade}`;
  if (contributions.some(({ kind }) => kind === 'axis')) {
    return [`${title} (${model}): ${grades || 'no grade'}`, ...contributions.flatMap((part) => (part.kind === 'axis' ? [`    grade ${part.grade ?? 'none'} of ${part.model}`] : []))];
  }
  const number = columnOf([...contributions.map((part) => part.milli), milli]);
  return [
    `${title} (${model}): ${points(milli)}${grades && `, ${grades}`}`,
    ...contributions.flatMap((part) => [`  ${number(part.milli)}  ${nameOf(part)}`, ...detailsOf(part).map((line) => `  ${' '.repeat(number(0).length)}  ${line}`)]),
    `  ${'─'.repeat(number(0).length)}`,
    `  ${number(milli)}`,
  ];
}

/** Numbers under each other, point under point, with as many decimals as one of them needs. */
function columnOf(milli: readonly number[]): (milli: number) => string {
  const decimals = Math.max(...milli.map((one) => String(Math.abs(one) / 1000).split('.')[1]?.length ?? 0));
  const write = (one: number): string => (one / 1000).toFixed(decimals);
  const width = Math.max(...milli.map((one) => write(one).length));
  return (one) => write(one).padStart(width);
}

function points(milli: number): string {
  return `${milli / 1000} ${milli === 1000 ? 'point' : 'points'}`;
}

function nameOf(part: Contribution): string {
  switch (part.kind) {
    case 'cap':
      return `the cap of group ${part.name}`;
    case 'scale':
      return 'the ends of the scale';
    case 'axis':
      return part.model;
    default:
      return part.group === undefined ? part.name : `${part.name} (group ${part.group})`;
  }
}

function detailsOf(part: Contribution): string[] {
  if (part.kind === 'rule') return treeText(part.conditions, 1);
  if (part.kind !== 'events') return [];
  const kept = part.events.map(({ at, ageInDays, factor, milli }) => {
    const left = factor === 1 ? '' : `, ${Math.round(factor * 1000) / 10} % left`;
    return `  ${milli / 1000} for ${momentText(at)} (${ageInDays} ${ageInDays === 1 ? 'day' : 'days'} old${left})`;
  });
  const beyond = part.beyondMax === 0 ? [] : [`  ${part.beyondMax} older ${part.beyondMax === 1 ? 'one is' : 'ones are'} beyond the max`];
  return kept.length === 0 ? ['  ✗ no such event'] : [...kept, ...beyond];
}

function stageText({ stage, before, kept, stages }: Explanation['stage']): string[] {
  const came = before === stage ? '' : ` (before: ${before ?? 'none'})`;
  const why = kept ? ', kept because there is no way back' : '';
  return [
    `Stage: ${stage ?? 'none'}${came}${why}`,
    ...stages.flatMap(({ name, holds, conditions, guard }) => (conditions ? [`  ${mark(holds)} ${name}`, ...treeText(conditions, 2), ...guardText(guard)] : [])),
  ];
}

function guardText(guard: Explanation['stage']['stages'][number]['guard']): string[] {
  if (!guard) return [];
  return [`    its guard${guard.asked ? '' : ', not asked of a lead that is here or further'}`, ...treeText(guard.conditions, 3)];
}

function section(word: string, segments: Explanation['segments']): string[] {
  return segments.flatMap(({ segment, title, member, conditions }) => ['', `${mark(member)} ${word} ${segment} (${title})`, ...treeText(conditions, 1)]);
}

/** One line a node; under each the deciding ones first. The node at the top is left out when it only says "all of". */
export function treeText(node: ConditionExplanation, depth: number): string[] {
  if ('all' in node && depth <= 2) return decidingFirst(node.all, node.holds).flatMap((inner) => nodeText(inner, depth));
  return nodeText(node, depth);
}

function nodeText(node: ConditionExplanation, depth: number): string[] {
  const line = (text: string): string => `${'  '.repeat(depth)}${mark(node.holds)} ${text}`;
  const below = (inner: readonly ConditionExplanation[]): string[] => decidingFirst(inner, node.holds).flatMap((one) => nodeText(one, depth + 1));
  if ('all' in node) return [line('all of'), ...below(node.all)];
  if ('any' in node) return [line('any of'), ...below(node.any)];
  if ('not' in node) return [line('not'), ...nodeText(node.not, depth + 1)];
  if ('condition' in node) return [line(inWords(node))];
  return [line(`${inWords(node)}: found ${'found' in node ? JSON.stringify(node.found) : 'nothing'}`)];
}

/** What came out as the whole did decided it: all of a true "all", one of a true "any", one of a false "all". */
function decidingFirst(nodes: readonly ConditionExplanation[], holds: boolean): ConditionExplanation[] {
  return [...nodes.filter((node) => node.holds === holds), ...nodes.filter((node) => node.holds !== holds)];
}

function mark(holds: boolean): string {
  return holds ? '✓' : '✗';
}
