import type { JsonObject } from '@tendril/kernel';
import fc from 'fast-check';
import jsonc from 'jsonc-parser';
import type { RuleSource } from '../src/index.ts';

/** A rule file that somebody broke. */
export interface Broken {
  readonly path: string;
  readonly text: string;
  /** What was done to it, for the report. */
  readonly how: string;
}

/** A value of a JSON file: the keys that lead to it, and where it stands. */
interface Spot {
  readonly keys: readonly (string | number)[];
  readonly node: jsonc.Node;
}

/** One way to break a file: the spots that it fits, and what to write there. */
interface Fault {
  readonly how: string;
  readonly fits: (spot: Spot, path: string) => boolean;
  readonly write: (spot: Spot, text: string) => string;
}

/** Draws a broken version of one of the files. Every one of them must be refused. */
export function brokenFile(sources: readonly RuleSource[]): fc.Arbitrary<Broken> {
  const files = sources.filter(({ path }) => path.endsWith('.json'));
  const ways = files.flatMap((source) => {
    const spots = spotsOf(source.text);
    return FAULTS.flatMap((fault) => {
      const fitting = spots.filter((spot) => fault.fits(spot, source.path));
      return fitting.length > 0 ? [{ source, fault, fitting }] : [];
    });
  });
  return fc
    .tuple(fc.constantFrom(...FAULTS.filter((fault) => ways.some((way) => way.fault === fault))), fc.nat(), fc.nat())
    .map(([fault, which, where]) => {
      const mine = ways.filter((way) => way.fault === fault);
      const { source, fitting } = mine[which % mine.length]!;
      const spot = fitting[where % fitting.length]!;
      return { path: source.path, text: fault.write(spot, source.text), how: `${fault.how} at ${spot.keys.join('.') || 'the top'}` };
    });
}

function spotsOf(text: string): Spot[] {
  const spots: Spot[] = [];
  const walk = (node: jsonc.Node, keys: readonly (string | number)[]): void => {
    spots.push({ keys, node });
    node.children?.forEach((child, at) => {
      const value = node.type === 'object' ? child.children?.[1] : child;
      if (value) walk(value, [...keys, node.type === 'object' ? String(child.children?.[0]?.value) : at]);
    });
  };
  const tree = jsonc.parseTree(text);
  if (tree) walk(tree, []);
  return spots;
}

const replaced = (text: string, { node }: Spot, by: string): string => text.slice(0, node.offset) + by + text.slice(node.offset + node.length);
const value = ({ node }: Spot): unknown => jsonc.getNodeValue(node);
const key = ({ keys }: Spot): string => String(keys.at(-1) ?? '');
const isText = (spot: Spot): boolean => spot.node.type === 'string';
/** A connector's settings are checked by the connector, with its own words, when the rulebook is activated. */
const free = ({ keys }: Spot): boolean => keys.includes('settings') || keys.includes('secrets');
/** A journey names its steps as it likes. */
const isStep = ({ keys }: Spot): boolean => keys.at(0) === 'steps' && keys.at(-1) === 'id';
const isCondition = ({ node }: Spot): boolean => ['all', 'any', 'not', 'fact', 'condition'].some((name) => jsonc.findNodeAtLocation(node, [name]) !== undefined);

/** A list of one, emptied, may still be a list that means something. */
const alone = ({ node }: Spot): boolean => node.parent?.type === 'array' && node.parent.children?.length === 1;

/** Any value of any file, replaced by JSON that means nothing there. */
function instead(how: string, by: string): Fault {
  return { how, fits: (spot) => spot.keys.length > 0 && !free(spot) && !(by === '' && alone(spot)), write: (spot, text) => replaced(text, spot, by) };
}

/** Texts under one of these keys, changed. */
function renamed(how: string, keys: readonly string[], change: (name: string) => string): Fault {
  return { how, fits: (spot) => keys.includes(key(spot)) && isText(spot) && !free(spot) && !isStep(spot), write: (spot, text) => replaced(text, spot, JSON.stringify(change(String(value(spot))))) };
}

/** Numbers under one of these keys, replaced. */
function number(how: string, keys: readonly string[], by: string): Fault {
  return { how, fits: (spot) => keys.includes(key(spot)) && spot.node.type === 'number', write: (spot, text) => replaced(text, spot, by) };
}

/** An object, with a member put in front. */
function withMember(how: string, fits: Fault['fits'], member: string): Fault {
  return {
    how,
    fits: (spot, path) => spot.node.type === 'object' && (spot.node.children?.length ?? 0) > 0 && fits(spot, path),
    write: ({ node }, text) => `${text.slice(0, node.offset + 1)} ${member},${text.slice(node.offset + 1)}`,
  };
}

/** A conditions tree around or in place of the old one. */
function tree(how: string, write: (old: string) => string): Fault {
  return { how, fits: isCondition, write: (spot, text) => replaced(text, spot, write(text.slice(spot.node.offset, spot.node.offset + spot.node.length))) };
}

const NAMES = ['id', 'fact', 'operator', 'event', 'condition', 'model', 'segment', 'touch', 'status', 'regression', 'intent', 'type', 'group', 'topic'];
const DURATIONS = ['within', 'halfLife', 'after', 'expires'];
const REQUIRED = ['id', 'version', 'status', 'owner', 'title', 'conditions', 'fact', 'operator', 'value', 'params', 'scale', 'points', 'entry', 'reentry', 'steps', 'touch', 'channel', 'topic', 'intent', 'name', 'meaning', 'type', 'regression', 'stages', 'company', 'topics', 'holdout', 'salt', 'share', 'postalAddress', 'package'];

const FAULTS: readonly Fault[] = [
  instead('null', 'null'),
  instead('an empty object', '{}'),
  instead('a list in a list', '[[1]]'),
  instead('NaN', 'NaN'),
  instead('a number with a comma', '1,5'),
  instead('a number that no double holds', '1e400'),
  instead('a text in single quotes', "'text'"),
  instead('nothing', ''),
  instead('undefined', 'undefined'),
  instead('a template', '{{value}}'),
  instead('a text that does not end', '"text'),
  { how: 'a comment', fits: () => true, write: ({ node }, text) => `${text.slice(0, node.offset)}/* really? */${text.slice(node.offset)}` },
  { how: 'a comma before the end', fits: ({ node }) => (node.children?.length ?? 0) > 0, write: ({ node }, text) => `${text.slice(0, node.offset + node.length - 1)},${text.slice(node.offset + node.length - 1)}` },
  { how: 'no closing bracket', fits: ({ node }) => node.type === 'object' || node.type === 'array', write: ({ node }, text) => text.slice(0, node.offset + node.length - 1) + text.slice(node.offset + node.length) },
  { how: 'cut off', fits: ({ keys }) => keys.length > 0, write: ({ node }, text) => text.slice(0, node.offset + 1) },
  { how: 'something after the end', fits: ({ keys }) => keys.length === 0, write: (_spot, text) => `${text}{}` },
  {
    how: 'a key twice',
    fits: ({ node }) => node.type === 'object' && (node.children?.length ?? 0) > 0,
    write: ({ node }, text) => {
      const first = node.children?.[0];
      const member = first ? text.slice(first.offset, first.offset + first.length) : '';
      return `${text.slice(0, node.offset + 1)} ${member},${text.slice(node.offset + 1)}`;
    },
  },
  {
    how: 'a required key left out',
    fits: ({ node, keys }) => {
      const stays = keys.some((one) => ['where', 'properties', 'attributes', 'account', 'settings', 'events', 'topics'].includes(String(one)) && one === keys.at(-1));
      // A connector's settings are its own; a cap and quiet hours may leave out the channel.
      const optional = keys.some((one) => ['settings', 'caps', 'quietHours'].includes(String(one)));
      return node.type === 'object' && !stays && !optional && REQUIRED.some((name) => jsonc.findNodeAtLocation(node, [name]));
    },
    write: ({ node }, text) => {
      const named = REQUIRED.find((name) => jsonc.findNodeAtLocation(node, [name])) ?? '';
      const kept = { ...(jsonc.getNodeValue(node) as JsonObject) };
      delete (kept as Record<string, unknown>)[named];
      return text.slice(0, node.offset) + JSON.stringify(kept) + text.slice(node.offset + node.length);
    },
  },
  withMember('an unknown key at the top', ({ keys }) => keys.length === 0, '"colour": "red"'),
  withMember('__proto__ at the top', ({ keys }) => keys.length === 0, '"__proto__": { "status": "live" }'),
  withMember('an unknown key in a condition', isCondition, '"comment": "see the wiki"'),
  withMember('constructor in a condition', isCondition, '"constructor": {}'),
  withMember('a second kind of condition', (spot) => isCondition(spot) && !jsonc.findNodeAtLocation(spot.node, ['any']), '"any": [{ "condition": "segments/x" }]'),
  withMember('an unknown parameter', (spot) => key(spot) === 'params', '"minimum": 2'),
  withMember('an unknown key in a line of points', ({ keys }) => keys.at(-2) === 'rules', '"weight": 2'),
  withMember('a test of an unknown property', (spot) => key(spot) === 'where', '"pathh": "/x"'),
  tree('all of nothing', () => '{ "all": [] }'),
  tree('any of nothing', () => '{ "any": [] }'),
  tree('a bare list', (old) => `[${old}]`),
  tree('not of a list', (old) => `{ "not": [${old}] }`),
  tree('all of an object', (old) => `{ "all": ${old} }`),
  tree('a segment that is not there', () => '{ "condition": "segments/nobody-wrote-this" }'),
  tree('a fact that is not there', () => '{ "all": [{ "fact": "mood", "operator": "equal", "value": "good" }] }'),
  tree('too deep', (old) => `${'{ "not": '.repeat(70)}${old}${' }'.repeat(70)}`),
  renamed('a letter too many', NAMES, (name) => `${name}x`),
  renamed('two letters swapped', ['fact', 'operator', 'event', 'status', 'intent'], (name) => name.replace(/(.)(.)$/, (_all, a: string, b: string) => (a === b ? `${a}${b}x` : b + a))),
  renamed('upper case', NAMES, (name) => name.toUpperCase()),
  renamed('__proto__', NAMES, () => '__proto__'),
  renamed('an unknown attribute', ['path'], (path) => (path.startsWith('$.') ? `${path}Unknown` : '$.x')),
  renamed('a duration in words', DURATIONS, () => '7 days'),
  renamed('a negative duration', DURATIONS, () => '-7d'),
  renamed('a duration of nothing', DURATIONS, () => '0d'),
  number('a version of zero', ['version'], '0'),
  number('half a version', ['version'], '1.5'),
  number('a fourth decimal', ['points'], '0.12345'),
  number('more than half held out', ['share'], '0.6'),
  number('a cap below nothing', ['max'], '-1e9'),
];
