import { civilTime } from '@tendril/kernel';
import { type ConditionExplanation, type Contribution, explainLead, type LeadCase, type StageAnswer } from '@tendril/rulebook';
import { touchesOf } from './judge-case.ts';
import { type CaseWorld, type Life, liveThrough, type LivedTouch } from '@tendril/plan';

/**
 * Why a case came out as it did, line by line: each comparison with the value found, by json-rules-engine, when the case
 * asks; for a journey that wanted a touch, at that moment, and the gate's answers too.
 */
export async function traceCase(one: LeadCase, of: string, life: Life, world: CaseWorld): Promise<string[]> {
  const { rulebook } = world;
  const [wanted] = touchesOf(life, of);
  const { facts, at } = wanted ? liveThrough({ ...one, now: wanted.touch.dueAt }, world) : life;
  const explained = await explainLead(rulebook, facts, at);
  const head = `at ${civilTime(at, one.zone)} ${one.zone}:`;
  const segmentLines = (id: string): string[] =>
    explained.segments.filter(({ segment }) => segment === id).flatMap(({ segment, member, conditions }) => [answer(member, segment), ...tree(conditions, 1)]);
  switch (one.expected.kind) {
    case 'segments':
      return [head, ...segmentLines(of)];
    case 'scoring': {
      const parts = explained.scores.find(({ model }) => model === of)?.contributions ?? [];
      return [head, ...parts.flatMap(contributionLines)];
    }
    case 'stages':
      return [head, ...explained.stage.stages.flatMap(stageLines)];
    case 'journeys': {
      const entry = rulebook.journeys.find(({ id }) => id === of)?.entry.segment ?? '';
      return [head, ...segmentLines(entry), ...touchesOf(life, of).flatMap((lived) => gateLines(lived, one.zone))];
    }
  }
}

function stageLines({ name, holds, conditions, guard }: StageAnswer): string[] {
  const guarded = guard ? [`  ${guard.asked ? 'guard' : 'guard, not asked of a lead that is there already'}:`, ...tree(guard.conditions, 2)] : [];
  return [answer(holds, name), ...(conditions ? tree(conditions, 1) : []), ...guarded];
}

function contributionLines(part: Contribution): string[] {
  const points = part.milli / 1000;
  if (part.kind === 'scale') return [`${points} by the scale`];
  if (part.kind === 'axis') return [`grade ${part.grade ?? 'none'} by ${part.model}`];
  if (part.kind === 'cap') return [`${points} by the cap of ${part.name}`];
  const below = part.kind === 'rule' ? tree(part.conditions, 1) : part.events.map((one) => `  ${one.milli / 1000} for the one of ${one.at}`);
  return [`${points} ${part.name}`, ...below];
}

function gateLines({ touch, at, verdict }: LivedTouch, zone: string): string[] {
  const state = verdict.go === 'send' ? 'went out' : `${verdict.go === 'hold' ? 'held' : verdict.state} (${verdict.reason})`;
  const answers = verdict.answers.map(({ asked, passed, answer: said }) => `  ${answer(passed, `${asked}: ${said}`)}`);
  return [`${touch.content} by ${touch.channel} ${state} at ${civilTime(at, zone)}:`, ...answers];
}

/** One line a node, indented by its depth; a comparison says what it found. */
function tree(node: ConditionExplanation, depth: number): string[] {
  const line = (text: string): string => `${'  '.repeat(depth)}${answer(node.holds, text)}`;
  if ('all' in node) return [line('all of'), ...node.all.flatMap((inner) => tree(inner, depth + 1))];
  if ('any' in node) return [line('any of'), ...node.any.flatMap((inner) => tree(inner, depth + 1))];
  if ('not' in node) return [line('not'), ...tree(node.not, depth + 1)];
  if ('condition' in node) return [line(node.condition)];
  const other = 'compared' in node ? `, compared with ${JSON.stringify(node.compared)}` : '';
  return [line(`${leafInWords(node)}: found ${'found' in node ? JSON.stringify(node.found) : 'nothing'}${other}`)];
}

function answer(holds: boolean, text: string): string {
  return `${holds ? 'yes' : 'no '} ${text}`;
}

/** A comparison on one line: fact, path or params, operator, value. */
export function leafInWords(leaf: object): string {
  const { fact, path, params, operator, value, condition } = leaf as Readonly<Record<string, unknown>>;
  if (condition !== undefined) return String(condition);
  return [fact, path, params && JSON.stringify(params), operator, JSON.stringify(value)].filter((part) => part !== undefined).join(' ');
}
