import jsonc from 'jsonc-parser';
import { checkText, placeIn } from './check-text.ts';
import type { Problem, RuleSource } from '../language/types.ts';

/** Keys and indexes from the top of a JSON file to one of its values. */
export type JsonPath = readonly (string | number)[];

/** A JSON file that was read, and still knows where everything stands in its text. */
export interface JsonFile {
  readonly path: string;
  readonly text: string;
  readonly value: unknown;
  readonly tree: jsonc.Node;
}

/** Deeper than any rule that a person can read; reading is recursive, so depth must have an end. */
const DEEPEST = 64;

/** Reads plain JSON in UTF-8 with LF: no comments, no trailing commas, no key twice, no more than 64 levels. */
export function parseJsonFile(source: RuleSource): { file: JsonFile | null; problems: Problem[] } {
  const unreadable = checkText(source);
  if (unreadable.length > 0) return { file: null, problems: unreadable };
  const tooDeep = deeperThan(DEEPEST, source.text);
  if (tooDeep !== undefined) {
    const message = `This lies more than ${DEEPEST} levels deep`;
    const hint = 'Name parts of it as segments, and refer to them with { "condition": "segments/…" }';
    return { file: null, problems: [{ file: source.path, ...placeIn(source.text, tooDeep), severity: 'error', message, hint }] };
  }
  const errors: jsonc.ParseError[] = [];
  const tree = jsonc.parseTree(source.text, errors, { disallowComments: true, allowTrailingComma: false });
  const [first] = errors;
  if (first || !tree) return { file: null, problems: [syntaxProblem(source, first)] };
  const file: JsonFile = { path: source.path, text: source.text, value: valueOf(tree), tree };
  const problems = duplicateKeys(file, tree);
  return { file: problems.length > 0 ? null : file, problems };
}

/** A problem at the value that the path leads to, or as near to it as the file goes. */
export function problemAt(file: JsonFile, path: JsonPath, message: string, hint?: string, severity: Problem['severity'] = 'error'): Problem {
  return problem(file, nodeAt(file, path), severity, message, hint);
}

/** A problem at the key, rather than at what it holds. */
export function problemAtKey(file: JsonFile, path: JsonPath, message: string, hint?: string): Problem {
  const node = nodeAt(file, path);
  const property = node.parent?.type === 'property' ? node.parent : undefined;
  return problem(file, property?.children?.[0] ?? node, 'error', message, hint);
}

/** Is there a value at the path? */
export function hasPath(file: JsonFile, path: JsonPath): boolean {
  return jsonc.findNodeAtLocation(file.tree, [...path]) !== undefined;
}

/** The value at the path; undefined when there is none. */
export function valueAt(file: JsonFile, path: JsonPath): unknown {
  const node = jsonc.findNodeAtLocation(file.tree, [...path]);
  return node && valueOf(node);
}

/**
 * The file's text with other values at the top level, the rest left as it stands. Values are JSON texts; a key that is not
 * there yet comes behind the one before it in the list.
 */
export function replaceIn(file: JsonFile, values: readonly (readonly [path: readonly [string], json: string])[]): string {
  const edits = values.map(([[key], json], at) => {
    const node = jsonc.findNodeAtLocation(file.tree, [key]);
    if (node) return { offset: node.offset, length: node.length, content: json };
    const { offset, length } = nodeAt(file, values[at - 1]?.[0] ?? []);
    return { offset: offset + length, length: 0, content: `, ${JSON.stringify(key)}: ${json}` };
  });
  // An edit behind another one leaves its place as it is; of two at one place, the later comes behind.
  const backward = edits.map((edit, at) => ({ ...edit, at })).sort((a, b) => b.offset - a.offset || b.at - a.at);
  return backward.reduce((text, { offset, length, content }) => text.slice(0, offset) + content + text.slice(offset + length), file.text);
}

function nodeAt(file: JsonFile, path: JsonPath): jsonc.Node {
  for (let length = path.length; length > 0; length--) {
    const node = jsonc.findNodeAtLocation(file.tree, path.slice(0, length));
    if (node) return node;
  }
  return file.tree;
}

function problem(file: JsonFile, node: jsonc.Node, severity: Problem['severity'], message: string, hint?: string): Problem {
  return { file: file.path, ...placeIn(file.text, node.offset), severity, message, ...(hint !== undefined && { hint }) };
}

/** Where the text first opens a list or object beyond this depth; by tokens, because a parser would recurse. */
function deeperThan(levels: number, text: string): number | undefined {
  const scanner = jsonc.createScanner(text, true);
  let depth = 0;
  for (scanner.scan(); scanner.getTokenLength() > 0; scanner.scan()) {
    const first = text[scanner.getTokenOffset()]; // of a text it is the quote
    if (first === '{' || first === '[') depth += 1;
    if (first === '}' || first === ']') depth -= 1;
    if (depth > levels) return scanner.getTokenOffset();
  }
  return undefined;
}

/** Like JSON.parse: a key `__proto__` is data, not a prototype. */
function valueOf(node: jsonc.Node): unknown {
  if (node.type === 'array') return (node.children ?? []).map(valueOf);
  if (node.type !== 'object') return node.value as unknown;
  const object: Record<string, unknown> = {};
  for (const { children } of node.children ?? []) {
    const [key, value] = children ?? [];
    if (!key || !value) continue;
    Object.defineProperty(object, String(key.value), { value: valueOf(value), enumerable: true, writable: true, configurable: true });
  }
  return object;
}

function duplicateKeys(file: JsonFile, node: jsonc.Node): Problem[] {
  const seen = new Set<string>();
  const problems: Problem[] = [];
  for (const child of node.children ?? []) {
    const key = node.type === 'object' ? child.children?.[0] : undefined;
    if (key && seen.has(String(key.value))) {
      problems.push(problem(file, key, 'error', `The key "${String(key.value)}" is here twice`, 'Keep one: of two, the first would be lost.'));
    }
    if (key) seen.add(String(key.value));
    problems.push(...duplicateKeys(file, child));
  }
  return problems;
}

const SENTENCES: Readonly<Record<string, readonly [message: string, hint: string]>> = {
  InvalidCommentToken: ['Rule files are plain JSON, without comments', 'Say it in "why" or "title".'],
  CommaExpected: ['A comma is missing before this', 'Write a comma after the value before.'],
  ColonExpected: ['A colon is missing before this', 'Write "key": value.'],
  CloseBraceExpected: ['A } is missing', 'Close every { with a }.'],
  CloseBracketExpected: ['A ] is missing', 'Close every [ with a ].'],
  EndOfFileExpected: ['Something follows the end of the JSON', 'Remove it: one file holds one object.'],
  UnexpectedEndOfString: ['A text does not end on its line', 'Close it with a quotation mark.'],
  PropertyNameExpected: ['A key in quotation marks is missing here', 'Write "key": value.'],
  ValueExpected: ['A value is missing here', 'Write a text in quotation marks, a number, true, false, null, {…} or […].'],
};

function syntaxProblem(source: RuleSource, error: jsonc.ParseError | undefined): Problem {
  const { path: file, text } = source;
  const told = (offset: number, [message, hint]: readonly [string, string]): Problem => ({
    file,
    ...placeIn(text, offset),
    severity: 'error',
    message,
    hint,
  });
  if (text.trim() === '' || !error) return told(0, ['The file is empty', 'Write a JSON object, or delete the file.']);
  const comma = trailingComma(text, error.offset);
  if (comma !== undefined) return told(comma, ['A comma stands before a closing bracket', 'Remove the comma.']);
  return told(error.offset, SENTENCES[jsonc.printParseErrorCode(error.error)] ?? NOT_JSON);
}

const NOT_JSON = ['This is not JSON', 'Texts stand in "quotation marks"; true, false and null are lower-case.'] as const;

/** Where the comma stands that the closing bracket at the offset follows. */
function trailingComma(text: string, offset: number): number | undefined {
  const before = text.slice(0, offset).trimEnd();
  return /[\]}]/.test(text[offset] ?? '') && before.endsWith(',') ? before.length - 1 : undefined;
}
