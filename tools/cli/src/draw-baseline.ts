import { access, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { AppError } from '@tendril/kernel';
import { BASELINE_FILES, type Drawing, parseBaseline, type Population } from '@tendril/plan';
import type { RuleSource } from '@tendril/rulebook';
import { z } from 'zod';
import { connectToCore } from './core-client.ts';
import { countOf } from './say-problems.ts';
import type { World } from './world.ts';

/** What may be said behind `rules baseline`. */
export interface BaselineOptions {
  readonly size: string;
  readonly url?: string;
  readonly json?: boolean;
}

const [HEAD, LEADS] = BASELINE_FILES;

const Drawn = z.object({
  files: z.tuple([z.object({ path: z.literal(HEAD), text: z.string() }), z.object({ path: z.literal(LEADS), text: z.string() })]),
  compared: z.array(z.string()),
});

/** Draws a baseline from a running core into `<folder>/baseline/`, in the place of the one that is there, and says what it is. */
export async function drawBaseline(world: World, named: string | undefined, options: BaselineOptions): Promise<number> {
  const folder = resolve(world.folder, named ?? 'rules');
  const shown = relative(world.folder, folder) || '.';
  await assertRules(folder, shown);
  if (!/^[1-9]\d{0,6}$/.test(options.size)) {
    throw new AppError('size-invalid', `"${options.size}" is no number of leads`, { field: 'size', hint: 'Write a whole number: --size 2000.' });
  }
  const core = await connectToCore(world, options.url);
  const { files, compared } = await core.get(`/v1/baseline?size=${options.size}`, Drawn);
  const { population, drawing } = understood(files, core.url);
  const before = await readBaseline(folder);
  await writeBaseline(folder, files);
  const sizes = files.map(({ path, text }) => ({ path: `${shown}/${path}`, bytes: Buffer.byteLength(text) }));
  const { leads, ...drawn } = population;
  if (options.json) world.out(JSON.stringify({ files: sizes, leads: leads.length, ...drawn, ...drawing, compared, before }));
  else for (const line of inWords({ population, drawing, compared, before, sizes })) world.out(line);
  return 0;
}

async function assertRules(folder: string, shown: string): Promise<void> {
  await access(join(folder, 'tracking-plan.json')).catch((cause: unknown) => {
    throw new AppError('rules-unreadable', `There are no rules in ${shown}: it has no tracking-plan.json`, { hint: 'Name the folder of your rules.', cause });
  });
}

/** The core anonymises; what it sends is checked before it takes the place of anything. */
function understood(files: readonly RuleSource[], url: string): { population: Population; drawing: Drawing } {
  const parsed = parseBaseline(files);
  if (parsed.population) return parsed;
  const [first] = parsed.problems;
  throw new AppError('answer-not-understood', `The baseline of ${url} cannot be read: ${first?.file}:${first?.line}:${first?.column} ${first?.message}`, {
    hint: 'The command line and the core should be of the same version.',
  });
}

interface Before {
  readonly leads: number;
  readonly takenAt: Date;
}

/** The baseline that is there; null for none, or for one that cannot be read. */
async function readBaseline(folder: string): Promise<Before | null> {
  const found = await Promise.all(
    BASELINE_FILES.map(async (path) => ({ path, text: await readFile(join(folder, path), 'utf8').catch(() => '') })),
  );
  const { population } = parseBaseline(found);
  return population && { leads: population.leads.length, takenAt: population.takenAt };
}

/** Both files are on the disk before the first is put in its place, so that neither is ever there by halves. */
async function writeBaseline(folder: string, files: readonly RuleSource[]): Promise<void> {
  const targets = files.map(({ path, text }) => ({ target: join(folder, path), text }));
  const part = (target: string): string => join(dirname(target), `.${basename(target)}.part`);
  for (const { target, text } of targets) {
    await mkdir(dirname(target), { recursive: true });
    await writeFile(part(target), text);
  }
  for (const { target } of targets) await rename(part(target), target);
}

interface Said {
  readonly population: Population;
  readonly drawing: Drawing;
  readonly compared: readonly string[];
  readonly before: Before | null;
  readonly sizes: readonly { readonly path: string; readonly bytes: number }[];
}

function inWords({ population, drawing, compared, before, sizes }: Said): string[] {
  const { leads, total, takenAt, strata } = population;
  const { eventsPerLead, cutLeads, replaced } = drawing;
  const width = Math.max(...strata.map(({ name }) => name.length), 0);
  return [
    `${number(leads.length)} of ${number(total)} leads, as they stood at ${takenAt.toISOString()}:`,
    ...strata.map(({ name, total: all, sampled }) => `  ${name.padEnd(width)}  ${number(sampled)} of ${number(all)}${sampled < all ? `, each stands for ${(all / sampled).toFixed(1)}` : ''}`),
    ...(cutLeads > 0 ? [`${number(cutLeads)} of them had more than ${eventsPerLead} events; the newest were kept.`] : []),
    ...WORDS.flatMap(([why, words]) => listed(words, replaced.filter((one) => one.why === why).map(({ what, values }) => `${what} ${number(values)}`))),
    ...listed('Warning: rules compare personal values, and see placeholders here', compared),
    ...sizes.map(({ path, bytes }) => `Wrote ${path}: ${number(Math.ceil(bytes / 1000))} kB.`),
    ...(before ? [`The one before had ${countOf(before.leads, 'lead')}, as of ${before.takenAt.toISOString()}.`] : []),
    'These are people’s lives without their names: keep the repository private. The README of libs/plan says what this hides and what it cannot.',
  ];
}

const WORDS = [
  ['personal', 'Personal values replaced'],
  ['rare', 'Rare values replaced'],
  ['unknown', 'Left out, because the tracking plan does not know them'],
  ['kept', 'Warning: rare, but kept because a rule tells them apart'],
] as const;

function listed(words: string, items: readonly string[]): string[] {
  return items.length === 0 ? [] : [`${words}: ${items.join(', ')}.`];
}

function number(n: number): string {
  return n.toLocaleString('en-GB');
}
