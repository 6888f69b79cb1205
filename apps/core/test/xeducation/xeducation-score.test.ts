import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { BUILT_IN_EVENTS, checkAttributes, checkEvent, type Consents, type IntakeEvent } from '@tendril/events';
import { checkHeader, mapRow, parseImportMap, readCsv } from '@tendril/flows';
import type { JsonObject } from '@tendril/kernel';
import { type Evaluation, type LeadFacts, loadRulebook, NO_TOUCHES, readRuleFolder, type Rulebook } from '@tendril/rulebook';
import { beforeAll, describe, expect, it } from 'vitest';

/** The real leads stay outside the repository: their licence is unstated. */
const LEADS = fileURLToPath(new URL('../../../../../shared/data/xeducation/Leads.csv', import.meta.url));
const HERE = new URL('./', import.meta.url);
const NOW = new Date('2026-03-27T12:00:00Z');
const map = parseImportMap(JSON.parse(readFileSync(new URL('map.json', HERE), 'utf8')));

interface Imported {
  readonly facts: LeadFacts;
  readonly suppressed: boolean;
  readonly row: Readonly<Record<string, string>>;
}

async function importLeads(): Promise<Imported[]> {
  const { header, batches } = await readCsv(createReadStream(LEADS));
  expect(checkHeader(map, header)).toEqual([]);
  const leads: Imported[] = [];
  for await (const { rows, rejects } of batches) {
    expect(rejects).toEqual([]);
    for (const { line, record } of rows) {
      const mapped = mapRow(map, record, { line }, NOW);
      if (!mapped.ok) expect.fail(`line ${line}: ${mapped.reason}`);
      const suppressed = mapped.optOuts.some(({ type }) => type === 'suppressed');
      leads.push({ facts: factsOf([...mapped.optOuts, ...mapped.events]), suppressed, row: record });
    }
  }
  return leads;
}

function factsOf(events: readonly IntakeEvent[]): LeadFacts {
  const updated = events.find(({ type }) => type === 'lead_updated');
  const consents = events.flatMap(({ type, properties }) =>
    type === 'consent_changed' ? [[`${String(properties['channel'])}:${String(properties['topic'])}`, properties['state']]] : [],
  );
  return {
    id: updated?.lead.id ?? '',
    attributes: (updated?.properties['attributes'] ?? {}) as JsonObject,
    account: null,
    events: events.map(({ type, at, properties }) => ({ type, at: new Date(at), properties })),
    stage: null,
    consents: Object.fromEntries(consents) as Consents,
    ...NO_TOUCHES,
  };
}

/** Chance that a random lead that converted scores above a random one that did not; ties count half (Mann-Whitney U). */
function areaUnderCurve(scored: readonly { readonly score: number; readonly converted: boolean }[]): number {
  const sorted = [...scored].sort((a, b) => a.score - b.score);
  let rankSum = 0;
  for (let from = 0; from < sorted.length; ) {
    const to = sorted.findLastIndex(({ score }) => score === sorted[from]?.score) + 1;
    rankSum += ((from + 1 + to) / 2) * sorted.slice(from, to).filter(({ converted }) => converted).length;
    from = to;
  }
  const converted = scored.filter((lead) => lead.converted).length;
  return (rankSum - (converted * (converted + 1)) / 2) / (converted * (scored.length - converted));
}

describe.skipIf(!existsSync(LEADS))(`X Education's rules over its 9,240 real leads (skipped where ${LEADS} is absent)`, () => {
  let leads: Imported[];
  let rulebook: Rulebook;
  let answers: Evaluation[];

  beforeAll(async () => {
    leads = await importLeads();
    const loaded = loadRulebook(await readRuleFolder(fileURLToPath(new URL('rules', HERE))));
    expect(loaded.problems).toEqual([]);
    if (!loaded.rulebook) return expect.fail('the rules do not load');
    rulebook = loaded.rulebook;
    answers = rulebook.evaluate(leads.map(({ facts }) => facts), NOW);
  });

  const scored = (from: number, to: number) =>
    leads.slice(from, to).map(({ row }, index) => {
      const scores = answers[from + index]?.scores;
      const score = (scores?.['scoring/fit']?.milli ?? 0) + (scores?.['scoring/engagement']?.milli ?? 0);
      return { score, converted: row['Converted'] === '1' };
    });

  it('fit + engagement rank the last 30 % of the rows, which the author of the rules did not look at, with AUC ≥ 0.83', () => {
    const cut = Math.floor(leads.length * 0.7);
    const [seen, unseen] = [areaUnderCurve(scored(0, cut)), areaUnderCurve(scored(cut, leads.length))];
    console.info(`AUC of fit + engagement: ${seen.toFixed(4)} on the first 70 %, ${unseen.toFixed(4)} on the last 30 %`);
    expect(leads).toHaveLength(9_240);
    expect(unseen).toBeGreaterThanOrEqual(0.83);
  });

  it('does not score by the outcome, nor by what sales wrote down afterwards', () => {
    const read = JSON.stringify(map);
    for (const column of ['Tags', 'Lead Quality', 'Lead Profile', 'Asymmetrique']) expect(read).not.toContain(column);
    const unknowing = leads.map(({ facts }) => ({ ...facts, events: facts.events.filter(({ type }) => type !== 'enrolled') }));
    expect(rulebook.evaluate(unknowing, NOW).map(({ scores }) => scores)).toEqual(answers.map(({ scores }) => scores));
  });

  it('takes every bounced, unsubscribed and "Do Not Email" lead off the list, and nobody else', () => {
    const left = leads.filter(({ row }) => {
      const activities = [row['Last Activity'], row['Last Notable Activity']];
      return row['Do Not Email'] === 'Yes' || activities.includes('Email Bounced') || activities.includes('Unsubscribed');
    });
    expect(leads.filter(({ suppressed }) => suppressed)).toEqual(left);
    expect(left.length).toBeGreaterThan(700);
    const wanted = (out: boolean) => (out ? { 'email:*': 'denied' } : { 'email:courses': 'granted' });
    expect(leads.map(({ facts }) => facts.consents)).toEqual(leads.map(({ suppressed }) => wanted(suppressed)));
  });

  it('says nothing that the tracking plan does not know', () => {
    const problems = leads.flatMap(({ facts }) => [
      ...checkAttributes(rulebook.trackingPlan, facts.attributes),
      ...facts.events.filter(({ type }) => !(type in BUILT_IN_EVENTS) && type !== 'suppressed').flatMap((event) => checkEvent(rulebook.trackingPlan, event)),
    ]);
    expect(problems).toEqual([]);
  });

  it('takes "Select" for missing', () => {
    expect(JSON.stringify(leads.map(({ facts }) => facts.attributes))).not.toContain('"Select"');
  });

  it('puts leads into every stage and every segment', () => {
    const inStage = rulebook.stages.map(({ name }) => [name, answers.filter(({ stage }) => stage === name).length] as const);
    const counts = rulebook.segments.map(({ id }) => [id, answers.filter(({ segments }) => segments.has(id)).length] as const);
    console.info('Leads in', Object.fromEntries([...inStage, ...counts]));
    expect(inStage).toHaveLength(4);
    expect([...inStage, ...counts].filter(([, count]) => count < 50)).toEqual([]);
  });
});
