import { factKey } from '../load/check-guards.ts';
import { literalText } from './comparison-text.ts';
import type { Finding } from './find-dead.ts';
import type { JsonPath } from '../load/json-file.ts';
import type { Judge } from './judge.ts';
import type { Literal } from './normal-form.ts';
import type { Core, Met } from './refute.ts';

/** What a tree decides, for the end of a sentence. */
export type Deciding = 'segment' | 'points' | 'stage' | 'first stage' | 'guard';

/** A finding for people; the path leads to the place in the file. */
export interface Said {
  readonly path: JsonPath;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly hint: string;
}

/** Says what was found out about a tree, and what to write instead. The judge knows why single values are never reached. */
export function sayDead(finding: Finding, deciding: Deciding, judge: Judge): Said {
  const { kind, cores, byPlan } = finding;
  const path = placeOf(finding);
  if (kind === 'implied' || kind === 'covered') return { path, severity: 'warning', ...needless(finding) };
  if (kind === 'always') return { path, severity: 'error', message: `${EVERYBODY[deciding]}: ${listed(cores.map(alwaysText))}`, hint: ON_PURPOSE[deciding] };
  const never = listed(cores.map((core) => clashText(core, path, judge)), '; ');
  const end = kind === 'dead' ? NOBODY[deciding] : 'so this branch never holds';
  const plan = byPlan ? ' by tracking-plan.json' : '';
  return {
    path,
    severity: byPlan ? 'warning' : 'error',
    message: `${never}${plan}, ${end}`,
    hint: byPlan ? 'Correct one of them, or the plan. Only attributes that are older than the plan could make it hold.' : remedy(cores, kind, judge),
  };
}

const NOBODY: Readonly<Record<Deciding, string>> = {
  segment: 'so nobody can be in this segment',
  points: 'so nobody gets these points',
  stage: 'so nobody reaches this stage',
  'first stage': 'so nobody is in this stage',
  guard: 'so nobody enters this stage',
};

const EVERYBODY: Readonly<Record<Deciding, string>> = {
  segment: 'Every lead is in this segment',
  points: 'Every lead gets these points',
  stage: 'Every lead is in this stage or a later one',
  'first stage': 'Every lead is in this stage or a later one',
  guard: 'This lets every lead in',
};

const KNOWN_OR_NOT = '{ "any": [ { …, "operator": "isSet", "value": true }, { …, "operator": "isNotSet", "value": true } ] } of one fact';

const ON_PURPOSE: Readonly<Record<Deciding, string>> = {
  segment: `Ask for something that not every lead has. A segment of everybody is written as ${KNOWN_OR_NOT}.`,
  points: `Ask for something that not every lead has. Points for everybody are written as ${KNOWN_OR_NOT}.`,
  stage: 'Ask for something that not every lead has; the stages before this one would stay empty.',
  'first stage': 'Leave "conditions" out: the first stage may stand open.',
  guard: 'Remove it, or ask for something that not every lead has.',
};

/** The comparison to blame, its value where it can never hold by itself; the whole node where there is more to it. */
function placeOf({ kind, form, cores }: Finding): JsonPath {
  const [core, ...more] = cores;
  if (kind === 'implied' || kind === 'covered' || !core) return form.written.path;
  // What every way of making it hold runs into.
  if (more.length > 0) return core.find((met) => kind === 'dead' && more.every((other) => other.some((one) => isSame(one, met))))?.written.at ?? form.written.path;
  const [only] = core;
  if (core.length === 1 && only) return only.written.via === null && 'fact' in only.asked ? [...only.written.at, 'value'] : only.written.at;
  return kind === 'dead' ? latest(core).written.at : form.written.path;
}

function isSame(one: Met, other: Met): boolean {
  return one.atom === other.atom && one.written.at === other.written.at;
}

/** The one that stands last in the file. */
function latest(core: Core): Met {
  return core.reduce((a, b) => (isLater(b.written.at, a.written.at) ? b : a));
}

function isLater(path: JsonPath, other: JsonPath): boolean {
  const at = path.findIndex((step, index) => step !== other[index]);
  return at >= 0 && Number(path[at]) > Number(other[at]);
}

function clashText(core: Core, place: JsonPath, judge: Judge): string {
  const [only] = core;
  if (core.length === 1 && only) {
    const limits = judge.familyOf(only)?.limits;
    return `${literalText(only)} can never hold${limits === undefined ? '' : `: ${limits}`}`;
  }
  const inside = core.filter(({ written }) => isPlace(written.at, place));
  const last = latest(inside.length > 0 ? inside : core);
  const others = core.filter((one) => one !== last);
  const beside = others.some(({ written }) => written.via === null) ? ' beside it' : '';
  return `${listed([last, ...others].map(literalText))}${beside} cannot ${core.length === 2 ? 'both' : 'all'} hold`;
}

function isPlace(path: JsonPath, place: JsonPath): boolean {
  return place.length <= path.length && place.every((step, at) => step === path[at]);
}

/** Refuted is the opposite: that none of them holds. */
function alwaysText(core: Core): string {
  return `${core.map((met) => literalText(asWritten(met))).join(' or ')} always holds`;
}

function asWritten(met: Met): Literal {
  return { ...met, wanted: met.flipped ? !met.wanted : met.wanted };
}

/** What stands beside a node that changes nothing, and makes it needless. */
function needless({ kind, form, cores }: Finding): { message: string; hint: string } {
  const flipped = kind === 'covered';
  const others = new Set(cores.flat().filter((met) => met.flipped === flipped && !isPlace(met.written.at, form.written.path)).map(nameOf));
  const hint = 'Remove it, or correct it.';
  if (others.size === 0) return { message: `This changes nothing: ${listed(cores.map(alwaysText))}`, hint };
  const named = listed([...others]);
  if (flipped) return { message: `This changes nothing: wherever it holds, ${named} holds too`, hint };
  return { message: `This changes nothing: it holds wherever ${named} ${others.size === 1 ? 'does' : 'do'}`, hint };
}

/** A segment that is referred to by its id, anything else as it is written. */
function nameOf(met: Met): string {
  return met.written.via ?? literalText(asWritten(met));
}

function remedy(cores: readonly Core[], kind: 'dead' | 'branch', judge: Judge): string {
  const [core = [], ...more] = cores;
  const values = more.length === 0 ? equals(core) : null;
  if (values) return `Keep one of them, or ask for either with "operator": "in", "value": ${JSON.stringify(values)}.`;
  const branch = kind === 'branch' ? 'Remove this branch, or correct' : 'Correct';
  const [only] = core;
  if (only && core.length === 1 && more.length === 0) return judge.familyOf(only)?.remedy ?? `${branch} the value.`;
  return `${branch} one of them; if either is enough, put them into an "any".`;
}

/** The values of comparisons that ask for different ones of the same fact. */
function equals(core: Core): unknown[] | null {
  const leaves = core.flatMap(({ asked, wanted }) => ('fact' in asked && wanted && ['equal', 'in'].includes(asked.operator) ? [asked] : []));
  const [first] = leaves;
  const same = first && leaves.length > 1 && leaves.length === core.length && leaves.every((leaf) => factKey(leaf) === factKey(first));
  const [value] = leaves.flatMap((leaf) => leaf.value);
  return same && typeof value !== 'boolean' ? [...new Set(leaves.flatMap((leaf) => leaf.value))] : null;
}

function listed(texts: readonly string[], comma = ', '): string {
  const shown = texts.length > 4 ? [...texts.slice(0, 3), `${texts.length - 3} more`] : texts;
  if (shown.length < 2) return shown.join('');
  return comma === ', ' ? `${shown.slice(0, -1).join(', ')} and ${String(shown.at(-1))}` : shown.join(comma);
}
