import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { closest } from '@tendril/events';
import { AppError, type JsonObject } from '@tendril/kernel';
import { caseWorld } from '@tendril/plan';
import { loadRulebook, parseCases, readRuleFolder, type Rulebook, type RuleSource } from '@tendril/rulebook';
import { fixSources } from './fix-rules.ts';
import { testRule } from './prove-rules.ts';
import { readCases } from './read-cases.ts';
import { copyRule } from './rule-copy.ts';
import { filesOf, FOLDERS, KINDS, type NewKind, pathOf, type RuleDraft } from './rule-draft.ts';
import { stubRule } from './rule-stub.ts';
import { countOf } from './say-problems.ts';
import type { World } from './world.ts';

/** What is to be made, and where. */
export interface NewRule {
  readonly kind: string;
  readonly id: string;
  /** The folder of rules; `rules` where the person stands. */
  readonly folder?: string | undefined;
}

/** What the command line may add to `rules new`. */
export interface NewOptions {
  /** Another rule of the kind to begin from. */
  readonly like?: string;
  readonly json?: boolean;
}

/**
 * Writes a rule, or a whole track, with content stubs and cases: drafts that are locked, laid out, load and pass their
 * cases. Nothing is written over, and nothing is written when one of the files is in the way.
 */
export async function newRule(world: World, wanted: NewRule, { like, json }: NewOptions): Promise<number> {
  const kind = kindOf(wanted.kind);
  const id = idOf(wanted.id, kind);
  const folder = resolve(world.folder, wanted.folder ?? 'rules');
  const shown = relative(world.folder, folder) || '.';
  const sources = [...(await readRuleFolder(folder)), ...(await readCases(folder))];
  const rulebook = loadedFrom(sources, shown);
  const casesOf = (rule: string): JsonObject[] => casesIn(sources.find(({ path }) => path === `${rule}.cases.json`));
  const drafts = like === undefined ? stubRule(kind, id, { rulebook, casesOf }) : copyRule(kind, id, like, sources);
  refuseInTheWay(drafts, sources, rulebook, shown);
  const { kept, leftOut } = await withCasesThatPass(drafts, sources, shown);
  const files = await laidOut(kept.flatMap(filesOf));
  for (const { path, text } of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text, { flag: 'wx' });
  }
  if (json) world.out(JSON.stringify({ ok: true, files: files.map(({ path }) => path), leftOut }));
  else say(world, shown, { files, drafts: kept, leftOut });
  return 0;
}

function kindOf(word: string): NewKind {
  const kind = KINDS.find((one) => one === word || FOLDERS[one] === word);
  if (kind) return kind;
  const meant = closest(word, KINDS);
  throw new AppError('kind-unknown', `There is no kind of rule "${word}"`, { hint: meant ? `Did you mean "${meant}"?` : `There are: ${KINDS.join(', ')}.` });
}

/** With or without its folder; what cannot be an id is refused with one that can. */
function idOf(text: string, kind: NewKind): string {
  const id = text.replace(new RegExp(`^${FOLDERS[kind]}/`), '');
  if (/^[a-z0-9][a-z0-9-]*(\/[a-z0-9][a-z0-9-]*)*$/.test(id)) return id;
  // Upper case first: it writes ß as SS.
  const plain = id.normalize('NFKD').replace(/\p{M}/gu, '').toUpperCase().toLowerCase();
  const words = plain.replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '');
  throw new AppError('id-wrong', `"${text}" cannot be an id`, { hint: `Write lower-case letters, digits and - only: ${words || 'healthcare'}` });
}

function loadedFrom(sources: readonly RuleSource[], shown: string): Rulebook {
  const { rulebook, problems } = loadRulebook(sources);
  if (rulebook) return rulebook;
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  throw new AppError('rules-broken', `The rules in ${shown} have ${countOf(errors, 'error')}, so nothing can be added to them`, { hint: 'See tendril rules check.' });
}

function casesIn(source: RuleSource | undefined): JsonObject[] {
  return source ? (JSON.parse(source.text) as { readonly cases: JsonObject[] }).cases : [];
}

function refuseInTheWay(drafts: readonly RuleDraft[], sources: readonly RuleSource[], rulebook: Rulebook, shown: string): void {
  const paths = drafts.flatMap(filesOf).map(({ path }) => path);
  const taken = sources.find(({ path }) => paths.includes(path));
  if (!taken) return;
  const rules = [...rulebook.segments, ...rulebook.models, ...rulebook.journeys, ...rulebook.content];
  const retired = rules.find(({ id }) => pathOf(id) === taken.path)?.retired;
  const why = retired ? `, retired on ${retired.on}: ${retired.reason}` : '';
  throw new AppError('in-the-way', `${shown}/${taken.path} is in the way${why}`, { hint: 'Choose another id; nothing was written.' });
}

interface Checked {
  readonly kept: readonly RuleDraft[];
  /** Cases that a copy does not pass, as `segments/x: name`. */
  readonly leftOut: readonly string[];
}

/** A copied case may no longer hold beside its model: of two messages at one time, a cap lets one go. */
async function withCasesThatPass(drafts: readonly RuleDraft[], sources: readonly RuleSource[], shown: string): Promise<Checked> {
  const all = drafts.flatMap(filesOf);
  const shared = caseWorld(loadedFrom([...sources, ...all], shown));
  const leftOut: string[] = [];
  const kept: RuleDraft[] = [];
  for (const draft of drafts) {
    const source = all.find(({ path }) => path === `${draft.id}.cases.json`);
    const cases = source ? (parseCases(source, shared.rulebook).cases?.cases ?? []) : [];
    const { failures } = await testRule({ of: draft.id, live: false, cases: cases.map((one) => ({ file: source?.path ?? '', one })) }, shared);
    const failed = failures.map(({ name }) => name);
    leftOut.push(...failed.map((name) => `${draft.id}: ${name}`));
    kept.push({ ...draft, cases: draft.cases.filter(({ name }) => !failed.includes(String(name))) });
  }
  return { kept, leftOut };
}

async function laidOut(files: readonly RuleSource[]): Promise<RuleSource[]> {
  const { fixed } = await fixSources(files);
  return files.map(({ path, text }) => ({ path, text: fixed.find((one) => one.path === path)?.text ?? text }));
}

function say(world: World, shown: string, { files, drafts, leftOut }: { files: readonly RuleSource[]; drafts: readonly RuleDraft[]; leftOut: readonly string[] }): void {
  for (const { path } of files) world.out(`${shown}/${path}`);
  for (const one of leftOut) world.out(`left out, because it does not hold for the copy: ${one}`);
  const rules = drafts.map(({ id }) => `${shown}/${pathOf(id)}`);
  const tested = drafts.find(({ cases }) => cases.length > 0)?.id;
  world.out(`${countOf(files.length, 'file')} made. Drafts reach nobody; their cases run all the same.`);
  world.out('Next:');
  world.out(`  1. Say what it is about: title, why and all the rest in ${rules.join(', ')}.`);
  world.out(`  2. tendril rules check, and tendril rules test${tested === undefined ? '' : ` --only ${tested}`}: change the cases with the rule.`);
  world.out('  3. Set "status": "live", run tendril rules fix, and propose it as a pull request.');
}
