import type { CampaignReason, FactsThen, JourneyReason } from '@tendril/programmes';
import { describe, expect, it } from 'vitest';
import { type Why, whyInWords } from './why.ts';

const FACTS: FactsThen = {
  stage: 'awareness',
  scores: { 'scoring/engagement': 12, 'scoring/fit': 1 },
  grades: { 'scoring/engagement': 'C' },
  segments: ['segments/new-leads'],
  lastEvent: { type: 'page_viewed', at: '2026-03-02T09:00:00.000Z' },
};
const NOTHING_KNOWN: FactsThen = { stage: null, scores: {}, grades: {}, segments: [], lastEvent: null };
const JOURNEY: JourneyReason = {
  kind: 'journey',
  programme: 'journeys/welcome',
  version: 1,
  file: 'journeys/welcome.json',
  entered: 'segments/new-leads',
  facts: FACTS,
};
const CAMPAIGN: CampaignReason = { kind: 'campaign', programme: 'campaigns/spring', version: 2, included: 'segments/old', facts: NOTHING_KNOWN };
const CONSENT = { asked: 'consent', passed: true, answer: 'Consent for email about product: granted.' };

function whyOf(parts: Partial<Why>): Why {
  return { because: JOURNEY, rulebook: '0123456789abcdef', gitRevision: null, gatedRulebook: null, gatedRevision: null, answers: [], ...parts };
}

describe('whyInWords', () => {
  it('tells of the journey, the facts, consent, the gate and the rulebook', () => {
    const answers = [CONSENT, { asked: 'connector', passed: true, answer: 'mail serves email.' }];
    expect(whyInWords(whyOf({ answers, gitRevision: 'fedcba98765432100000' }))).toEqual([
      'Journey journeys/welcome (rules/journeys/welcome.json, version 1): the lead entered segments/new-leads.',
      'Stage awareness; engagement 12 points (grade C); fit 1 point; last event page_viewed at 2026-03-02 09:00 UTC.',
      'Consent for email about product: granted.',
      'All 2 questions of the gate were passed.',
      'Planned by rulebook 0123456789ab, git revision fedcba987654.',
    ]);
  });

  it('tells of a campaign for a lead of whom nothing is known, before the gate was asked', () => {
    expect(whyInWords(whyOf({ because: CAMPAIGN }))).toEqual([
      'Campaign campaigns/spring (version 2): the lead is in segments/old.',
      'Planned by rulebook 0123456789ab.',
    ]);
  });

  it('says the grade alone of a model that puts two others’ grades together', () => {
    const facts = { ...NOTHING_KNOWN, scores: { 'scoring/fit': 80, 'scoring/grid': 0, 'scoring/web': 0 }, grades: { 'scoring/fit': 'A', 'scoring/grid': 'A1' } };
    const because = { ...CAMPAIGN, facts };
    expect(whyInWords(whyOf({ because }))[1]).toBe('Fit 80 points (grade A); grid grade A1; web 0 points.');
  });

  it('names what stopped it, and consent besides', () => {
    const answers = [CONSENT, { asked: 'holdout', passed: false, answer: 'The lead is in the holdout, which is never contacted.' }];
    expect(whyInWords(whyOf({ answers })).slice(2, 4)).toEqual([
      'Consent for email about product: granted.',
      'The gate stopped it: The lead is in the holdout, which is never contacted.',
    ]);
  });

  it('says until when a cap holds it', () => {
    const answer = '2 by email went out in the last 7 days, at most 2 may: held until Tuesday 2026-03-10 09:14 (Europe/Berlin).';
    expect(whyInWords(whyOf({ answers: [CONSENT, { asked: 'caps', passed: false, answer }] })).slice(2, 4)).toEqual([
      'Consent for email about product: granted.',
      `The gate stopped it: ${answer}`,
    ]);
  });

  it('says a missing consent once', () => {
    const answers = [{ asked: 'consent', passed: false, answer: 'Consent for email about product: never asked.' }];
    expect(whyInWords(whyOf({ answers })).slice(2, -1)).toEqual(['The gate stopped it: Consent for email about product: never asked.']);
  });

  it('names the rulebook that gated it when that is another one', () => {
    const last = (parts: Partial<Why>): string | undefined => whyInWords(whyOf({ answers: [CONSENT], ...parts })).at(-1);
    expect(last({ gatedRulebook: 'aaaabbbbccccdddd', gatedRevision: 'fedcba98765432100000' })).toBe(
      'Gated and worded by rulebook aaaabbbbcccc, git revision fedcba987654, which was active by then.',
    );
    expect(last({ gatedRulebook: '0123456789abcdef' })).toBe('Planned by rulebook 0123456789ab.');
  });

  it('reads the same from the database as before it was stored', () => {
    const why = whyOf({ answers: [CONSENT] });
    expect(whyInWords(JSON.parse(JSON.stringify(why)) as Why)).toEqual(whyInWords(why));
  });
});
