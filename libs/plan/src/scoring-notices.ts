import { durationMs, stableJson } from '@tendril/kernel';
import { type EventScoring, mostEvents, type Rulebook, type ScoringModel, type ScoringRule } from '@tendril/rulebook';
import { comparisonsOf, conditionsOf, noticeAt, type Noticing } from './noticing.ts';
import type { Notice } from './plan.ts';
import { leadsInWords } from './plan-words.ts';

/** What a change of points means for caps, grades and the comparisons that read the score. */
export function scoringNotices(noticing: Noticing): Notice[] {
  const { before, after } = noticing;
  return after.models
    .filter(({ status, axes }) => status === 'live' && !axes)
    .flatMap((model) => {
      const was = before.models.find(({ id, status }) => id === model.id && status === 'live');
      return [
        ...model.rules.flatMap((rule, at) => lineNotices(noticing, { model, was, rule, at })),
        ...groupNotices(noticing, model, was),
        ...gradeNotices(noticing, model, was),
        ...readerNotices(noticing, model, was),
      ];
    });
}

interface Line {
  readonly model: ScoringModel;
  readonly was: ScoringModel | undefined;
  readonly rule: ScoringRule;
  readonly at: number;
}

function lineNotices(noticing: Noticing, { model, was, rule, at }: Line): Notice[] {
  const old = was?.rules.find(({ name }) => name === rule.name);
  const place = (key: string, message: string): Notice => noticeAt(noticing, `${model.id}.json`, ['rules', at, key], message);
  const notices: Notice[] = [];
  if ('per' in rule && rule.max !== undefined && stableJson(old) !== stableJson(rule)) {
    const [full, earlier] = [mostEvents(rule), old && 'per' in old ? mostEvents(old) : undefined];
    const before = earlier === undefined || earlier === full ? '' : `, was ${Number.isFinite(earlier) ? earlier : 'never'}`;
    if (before !== '') notices.push(place('points', `${rule.points} points, max ${rule.max}: full after ${full} fresh ${rule.per.event}${before}`));
    const reached = full * rule.points;
    if (reached !== rule.max) notices.push(place('max', `${rule.name} never fills its max of ${rule.max}: ${full} × ${rule.points} is ${reached}`));
  }
  const cap = rule.group === undefined ? model.scale.max : (model.groups[rule.group]?.max ?? Infinity);
  const capBefore = old?.group === undefined ? was?.scale.max : was?.groups[old.group]?.max;
  const share = mostOf(rule) / cap;
  const shareBefore = old && capBefore !== undefined ? mostOf(old) / capBefore : 0;
  if (was && share >= LARGE_SHARE && share > shareBefore) {
    const most = Math.min(mostOf(rule), cap);
    notices.push(place('points', `${rule.group === undefined ? 'the scale ends' : `${rule.group} is capped`} at ${cap}; ${rule.name} alone can fill ${most === cap ? 'all' : most} of it`));
  }
  return notices;
}

/** A rule that can fill this much of its group leaves little to the others. */
const LARGE_SHARE = 0.75;

/** The most points of a rule; Infinity without a max. */
function mostOf(rule: ScoringRule): number {
  if (!('per' in rule)) return Math.max(0, rule.points);
  return rule.points <= 0 ? 0 : mostEvents(rule) * rule.points;
}

/** The most points of each group before its cap; the key of what is in no group is empty. */
function groupSums({ rules }: ScoringModel): Map<string, number> {
  const sums = new Map<string, number>();
  for (const rule of rules) sums.set(rule.group ?? '', (sums.get(rule.group ?? '') ?? 0) + mostOf(rule));
  return sums;
}

function groupNotices(noticing: Noticing, model: ScoringModel, was: ScoringModel | undefined): Notice[] {
  if (!was) return [];
  const capped = (one: ScoringModel, group: string): boolean => (groupSums(one).get(group) ?? 0) > (one.groups[group]?.max ?? Infinity);
  const groups = Object.entries(model.groups).filter(([name]) => capped(model, name) && !capped(was, name));
  return groups.map(([name, { max }]) =>
    noticeAt(noticing, `${model.id}.json`, ['groups', name], `${name} is capped at ${max} from now on: its rules together can give ${groupSums(model).get(name) ?? 0}`),
  );
}

/** The most points that a model can give. */
function reachable(model: ScoringModel): number {
  const sums = [...groupSums(model)].map(([group, sum]) => Math.min(sum, model.groups[group]?.max ?? Infinity));
  return Math.min(model.scale.max, sums.reduce((all, one) => all + one, 0));
}

function gradeNotices(noticing: Noticing, model: ScoringModel, was: ScoringModel | undefined): Notice[] {
  const most = reachable(model);
  const points = noticing.stood.after.map(({ scores }) => (scores[model.id]?.milli ?? 0) / 1000);
  const highest = points.reduce((a, b) => Math.max(a, b), -Infinity);
  const counts = (states: typeof noticing.stood.after, letter: string): number => states.filter(({ scores }) => scores[model.id]?.grade === letter).length;
  return Object.entries(model.grades ?? {}).flatMap(([letter, least]) => {
    const place = (message: string): Notice[] => [noticeAt(noticing, `${model.id}.json`, ['grades', letter], message)];
    if (least > most && !(was && (was.grades?.[letter] ?? Infinity) > reachable(was))) return place(`${letter} begins at ${least} points, but the rules give ${most} at most`);
    const [before, after] = [counts(noticing.stood.before, letter), counts(noticing.stood.after, letter)];
    const all = points.length;
    if (all === 0 || before === after) return [];
    if (after === 0) return place(`nobody of ${leadsInWords(all)} reaches ${letter} (${least} points): the highest has ${highest}`);
    return after === all ? place(`all ${leadsInWords(all)} have the grade ${letter}: it tells nobody apart`) : [];
  });
}

/** Comparisons of this model's score: do its points last as long as the events beside them count? What cannot be reached is refused by the loader. */
function readerNotices(noticing: Noticing, model: ScoringModel, was: ScoringModel | undefined): Notice[] {
  const known = new Set(was ? readersOf(noticing.before, was).map(({ key }) => key) : []);
  return readersOf(noticing.after, model).flatMap(({ of, file, path, key, windows }) => {
    const notices: Notice[] = [];
    for (const rule of model.rules) {
      if (!('per' in rule) || rule.halfLife === undefined) continue;
      const window = windows.find(({ event, within }) => event === rule.per.event && durationMs(within) > durationMs(rule.halfLife ?? within));
      const old = was?.rules.find(({ name }) => name === rule.name);
      if (!window || (known.has(key) && sameFading(rule, old))) continue;
      notices.push(
        noticeAt(noticing, file, path, `${of} looks back ${window.within} for ${window.event}, but the points of ${rule.name} that it asks for too halve in ${rule.halfLife}`),
      );
    }
    return notices;
  });
}

function sameFading(rule: EventScoring, old: ScoringRule | undefined): boolean {
  return old !== undefined && 'per' in old && old.halfLife === rule.halfLife;
}

interface Reader {
  readonly of: string;
  readonly file: string;
  readonly path: readonly (string | number)[];
  /** What it asks, with its neighbours. */
  readonly key: string;
  /** Events that the same condition counts in a window. */
  readonly windows: readonly { readonly event: string; readonly within: string }[];
}

function readersOf(rulebook: Rulebook, { id }: ScoringModel): Reader[] {
  return conditionsOf(rulebook).flatMap((placed) => {
    const comparisons = comparisonsOf(placed);
    const windows = comparisons.flatMap(({ leaf: { params } }) =>
      typeof params?.['event'] === 'string' && typeof params['within'] === 'string' ? [{ event: params['event'], within: params['within'] }] : [],
    );
    return comparisons.flatMap(({ leaf, path }): Reader[] => {
      if (leaf.fact !== 'score' || leaf.params?.['model'] !== id || typeof leaf.value !== 'number' || !AT_LEAST.includes(leaf.operator)) return [];
      return [{ of: placed.of, file: placed.file, path, key: stableJson([placed.of, leaf, windows]), windows }];
    });
  });
}

const AT_LEAST: readonly string[] = ['atLeast', 'greaterThan', 'greaterThanInclusive'];
