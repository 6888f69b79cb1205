import type { Policies } from '@tendril/rulebook';
import type { AtOnce, Forecast, LimitCheck } from './plan.ts';
import { type Count, NONE, type Sample } from './tally.ts';

/** What a plan is held against. */
export interface Blast {
  readonly atOnce: AtOnce;
  readonly forecast: Pick<Forecast, 'touchedByChange'>;
  /** Leads of the population whose stage changes. */
  readonly stageMovers: readonly number[];
}

/** Each limit of a policies.json against what the plan found; of the segments, the one that most leads enter. None without limits. */
export function checkLimits({ blastLimits = {} }: Pick<Policies, 'blastLimits'>, sample: Sample, { atOnce, forecast, stageMovers }: Blast): LimitCheck[] {
  const check = (limit: LimitCheck['limit'], leads: Count, segment: string | null = null): LimitCheck[] => {
    const allowed = blastLimits[limit];
    if (allowed === undefined) return [];
    const found = sample.population.total === 0 ? 0 : leads.n / sample.population.total;
    return [{ limit, segment, allowed, found, leads, exceeded: found > allowed }];
  };
  const fullest = atOnce.segments.reduce<AtOnce['segments'][number] | undefined>((most, one) => (most && most.entering.n >= one.entering.n ? most : one), undefined);
  return [
    ...check('touched', forecast.touchedByChange),
    ...check('entering', fullest?.entering ?? NONE, fullest?.segment ?? null),
    ...check('stageMoves', sample.countLeads(stageMovers)),
  ];
}

const WHAT: Readonly<Record<LimitCheck['limit'], string>> = {
  touched: 'of all leads are sent something within 24 hours because of the change',
  entering: 'of all leads enter',
  stageMoves: 'of all leads change their stage',
};

/** A limit in words: `blastLimits.entering: 31 % of all leads enter segments/x, allowed are 20 %`. */
export function limitInWords({ limit, segment, allowed, found, exceeded }: LimitCheck): string {
  const what = limit === 'entering' ? `${WHAT.entering} ${segment ?? 'any segment'}` : WHAT[limit];
  const over = exceeded ? `, ${percent(found - allowed)} too many` : '';
  return `blastLimits.${limit}: ${percent(found)} ${what}, allowed are ${percent(allowed)}${over}`;
}

/** With one decimal where it tells something. */
export function percent(share: number): string {
  const hundredths = Math.round(share * 1000) / 10;
  return `${hundredths === 0 && share > 0 ? 'under 0.1' : hundredths} %`;
}
