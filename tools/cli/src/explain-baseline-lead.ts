import { closest } from '@tendril/events';
import { AppError } from '@tendril/kernel';
import type { Population, PopulationLead } from '@tendril/plan';
import { explainLead, type LeadFacts, loadRulebook, type Problem, readRuleFolder, type Rulebook, type RuleSource, touchFacts, whatWouldChange } from '@tendril/rulebook';
import { type AsOfAnswer, filesAt } from './ask-explanation.ts';
import { readBaseline } from './read-baseline.ts';

/** The pseudonyms that leads of a baseline have. */
export function isBaselineLead(name: string): boolean {
  return /^lead-\d+$/.test(name);
}

/** Explains a lead of a baseline, as of the moment at which it was drawn, by the rules of the folder or of a git revision. Needs no core. */
export async function explainBaselineLead(
  name: string,
  { folder, baseline }: { readonly folder: string; readonly baseline: string },
  { at, rules }: { readonly at?: string; readonly rules?: string },
): Promise<AsOfAnswer> {
  if (at !== undefined) {
    throw new AppError('baseline-time', 'A baseline knows its leads at one moment only', { field: 'at', hint: 'Leave out --at, or ask a running core about a lead of yours.' });
  }
  const { population, problems } = await readBaseline(baseline);
  if (!population) return broken('The baseline', problems);
  const lead = leadNamed(population, name);
  const { files, commit } = rules === undefined ? { files: await readRuleFolder(folder), commit: null } : await filesAt(folder, rules);
  const rulebook = rulebookOf(files);
  const facts = factsOf(lead, population);
  return {
    lead: lead.id,
    at: population.takenAt.toISOString(),
    rulebook: rulebook.hash,
    gitRevision: commit,
    notes: ['A lead of the baseline: as it was when that was drawn, with what was kept of it.'],
    explanation: await explainLead(rulebook, facts, population.takenAt),
    wouldChange: whatWouldChange(rulebook, facts, population.takenAt),
  };
}

function leadNamed({ leads }: Population, name: string): PopulationLead {
  const lead = leads.find(({ id }) => id === name);
  if (lead) return lead;
  const meant = closest(name, leads.map(({ id }) => id));
  throw new AppError('lead-unknown', `The baseline has no lead "${name}"`, {
    hint: meant === undefined ? 'Its leads are named lead-0001 and so on; "rules plan" names them.' : `Did you mean "${meant}"?`,
  });
}

function rulebookOf(sources: readonly RuleSource[]): Rulebook {
  const { rulebook, problems } = loadRulebook(sources);
  return rulebook ?? broken('The rules', problems.filter(({ severity }) => severity === 'error'));
}

function broken(what: string, problems: readonly Problem[]): never {
  const [first] = problems;
  const where = first ? `: ${first.file}:${first.line}:${first.column} ${first.message}` : '';
  throw new AppError('files-broken', `${what} cannot be read${where}`, { hint: first?.hint ?? 'Mend it first.', data: problems });
}

/** What the rules may ask about a lead of a population. How many colleagues are in which segment a sample cannot tell. */
function factsOf(lead: PopulationLead, { takenAt }: Population): LeadFacts {
  const { id, attributes, account, stage, consents, touchpoints } = lead;
  return {
    id,
    attributes,
    account: account?.attributes ?? null,
    events: lead.events.filter((event) => event.at <= takenAt),
    stage,
    consents,
    ...touchFacts(touchpoints),
    accountCounts: {},
  };
}
