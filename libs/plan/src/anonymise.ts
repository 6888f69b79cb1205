import { MINUTE } from '@tendril/kernel';
import { askedValues, type Rulebook } from '@tendril/rulebook';
import type { Replacement } from './baseline-schema.ts';
import { Mask } from './mask.ts';
import type { Population, PopulationLead, PopulationTouchpoint } from './population.ts';

/** A population without names, and what was done for it. */
export interface Anonymised {
  readonly population: Population;
  readonly replaced: readonly Replacement[];
}

/**
 * Takes away who they are, and leaves what rules ask: ids become pseudonyms, personal and rare values placeholders, what the
 * tracking plan does not know goes. Times keep their age in whole minutes, the unit of every duration in rules, so that no
 * event enters or leaves a window. Under the rulebook every lead keeps its scores, grades, stage and segments, unless rules
 * compare personal values: see {@link personalComparisons}. What remains is pseudonymous, not anonymous: see the README.
 */
export function anonymise(population: Population, rulebook: Rulebook): Anonymised {
  const mask = new Mask(population, rulebook);
  const { takenAt, leads } = population;
  const accounts = new Map<string, string>();
  const nameOf = (account: string): string => {
    const name = accounts.get(account) ?? pseudonym('account', accounts.size + 1, leads.length);
    accounts.set(account, name);
    return name;
  };
  const masked = leads.map((lead, index) => ({
    ...maskLead(lead, mask, takenAt),
    id: pseudonym('lead', index + 1, leads.length),
    account: lead.account && { id: nameOf(lead.account.id), attributes: mask.values('account', lead.account.attributes) },
  }));
  return { population: { ...population, leads: masked }, replaced: mask.replaced };
}

/**
 * The personal values that rules of the rulebook compare, such as `lead.email`: in a baseline those comparisons see
 * placeholders, so the leads that they are true for are others. `isSet` and `isNotSet` see what they saw.
 */
export function personalComparisons(rulebook: Rulebook): string[] {
  const { attributes, account, events } = rulebook.trackingPlan;
  const plans = { lead: attributes, lead_updated: attributes, account, ...Object.fromEntries(Object.entries(events).map(([type, { properties }]) => [type, properties])) };
  const personal = Object.entries(plans).flatMap(([of, plan]) => Object.entries(plan).flatMap(([name, one]) => (one.personal ? [`${of}.${name}`] : [])));
  const compared = askedValues(rulebook).filter(({ operator }) => operator !== 'isSet' && operator !== 'isNotSet');
  return personal.filter((place) => compared.some((one) => one.place === place));
}

function pseudonym(word: string, n: number, of: number): string {
  return `${word}-${String(n).padStart(Math.max(4, String(of).length), '0')}`;
}

function maskLead(lead: PopulationLead, mask: Mask, takenAt: Date): Omit<PopulationLead, 'id' | 'account'> {
  const then = (at: Date): Date => new Date(takenAt.getTime() - Math.floor((takenAt.getTime() - at.getTime()) / MINUTE) * MINUTE);
  const { stratum, stage, channels, events, enrolments, touchpoints } = lead;
  return {
    stratum,
    stage,
    channels,
    zone: mask.zone(lead.zone),
    attributes: mask.values('lead', lead.attributes),
    consents: Object.fromEntries(Object.entries(lead.consents).filter(([key]) => mask.knowsTopic(key.slice(key.indexOf(':') + 1)))),
    suppressed: Object.fromEntries(Object.entries(lead.suppressed).map(([channel, reason]) => [channel, mask.text('suppressed.reason', reason)])),
    events: events.filter(({ type }) => mask.knows(type)).map(({ type, at, properties }) => ({ type, at: then(at), properties: mask.values(type, properties) })),
    enrolments: enrolments.map((one) => ({ ...one, programme: mask.programme(one.programme), at: then(one.at) })),
    touchpoints: touchpoints.map(
      (one): PopulationTouchpoint => ({
        ...one,
        programme: mask.programme(one.programme),
        at: then(one.at),
        dueAt: then(one.dueAt),
        expiresAt: one.expiresAt && then(one.expiresAt),
      }),
    ),
  };
}
