import { AppError } from '@tendril/kernel';
import type { Explanation, RuleSource, WhatWouldChange } from '@tendril/rulebook';
import { z } from 'zod';
import { connectToCore, type CoreClient } from './core-client.ts';
import { rulesAtRef } from './plan-git.ts';
import type { World } from './world.ts';

const inner = <T>() => z.custom<T>((value) => typeof value === 'object' && value !== null);

const Answer = z.object({
  lead: z.string(),
  at: z.string(),
  rulebook: z.string(),
  gitRevision: z.string().nullable(),
  notes: z.array(z.string()),
  explanation: inner<Explanation>(),
  wouldChange: inner<WhatWouldChange>(),
});

/** An explanation as of a moment, by a core or from files. */
export type AsOfAnswer = z.output<typeof Answer>;

const Found = z.object({ items: z.array(z.object({ id: z.string(), identities: z.array(z.object({ kind: z.string(), value: z.string() })) })) });

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What a rulebook that a core has stored can be named by. */
const STORED = /^[0-9a-f]{4,64}$/;

/** Asks a running core. `rules` is looked for among the rulebooks that it had, then in git: then the files are sent along. */
export async function askCore(world: World, lead: string, folder: string, options: { readonly at?: string; readonly rules?: string; readonly url?: string }): Promise<AsOfAnswer> {
  const core = await connectToCore(world, options.url);
  const path = `/v1/leads/${await findLead(core, lead)}/explain`;
  const at = options.at === undefined ? {} : { at: timeOf(options.at) };
  const { rules } = options;
  if (rules === undefined) return core.get(`${path}${query(at)}`, Answer);
  const stored = STORED.test(rules) ? await core.get(`${path}${query({ ...at, rulebook: rules })}`, Answer).catch(notStored) : undefined;
  if (stored) return stored;
  const { files, commit } = await filesAt(folder, rules);
  return { ...(await core.post(path, { ...at, files }, Answer)), gitRevision: commit };
}

/** The rule files of a folder as a git revision has them, and the commit that it names. */
export async function filesAt(folder: string, ref: string): Promise<{ readonly files: readonly RuleSource[]; readonly commit: string }> {
  const { sources, commit } = await rulesAtRef(folder, ref).catch((error: unknown) => {
    if (!(error instanceof AppError) || error.code !== 'ref-unknown') throw error;
    throw new AppError('rules-unknown', `"${ref}" is neither a rulebook that is known here nor a git revision`, {
      field: 'rules',
      hint: 'Name a branch, a tag or a commit of this repository, or the beginning of a hash that the core has had.',
    });
  });
  if (sources) return { files: sources, commit };
  throw new AppError('rules-missing', `The git revision "${ref}" has no rules in ${folder}`, { field: 'rules', hint: 'Name a later revision.' });
}

function notStored(error: unknown): undefined {
  if (error instanceof AppError && error.code === 'rulebook-unknown') return undefined;
  throw error;
}

/** The id of the lead that is named by its id, an e-mail address, a phone number or the company's own id. */
async function findLead(core: CoreClient, named: string): Promise<string> {
  if (UUID.test(named)) return named;
  const { items } = await core.post('/v1/leads/search', { named, limit: 10 }, Found);
  const [lead, ...others] = items;
  if (!lead) {
    throw new AppError('lead-unknown', `The core at ${core.url} knows no lead by the name "${named}"`, {
      hint: 'Name it by e-mail address, phone number, your own id, or its id in Tendril.',
    });
  }
  if (others.length === 0) return lead.id;
  const list = items.map(({ id, identities }) => `${id} (${identities.map(({ value }) => value).join(', ')})`);
  throw new AppError('lead-ambiguous', `${items.length} leads have the name "${named}"`, { hint: `Name one by its id: ${list.join('; ')}` });
}

function query(parameters: Readonly<Record<string, string>>): string {
  const text = new URLSearchParams(parameters).toString();
  return text === '' ? '' : `?${text}`;
}

/** A day alone, or a time without an offset, is meant in UTC. */
function timeOf(text: string): string {
  const whole = /^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : /T[\d:.]+$/.test(text) ? `${text}Z` : text;
  const seconds = whole.replace(/(T\d{2}:\d{2})(?=Z|[+-])/, '$1:00');
  if (!Number.isNaN(Date.parse(seconds))) return seconds;
  throw new AppError('time-unreadable', `"${text}" is not a time`, { field: 'at', hint: 'Write 2026-03-09, 2026-03-09T14:00 (UTC) or 2026-03-09T14:00:00+01:00.' });
}
