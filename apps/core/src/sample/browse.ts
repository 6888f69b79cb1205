import type { Random } from '@tendril/kernel';
import { chance, weighted, whole } from './draw.ts';
import type { Industry } from './names.ts';
import type { SampleLead } from './people.ts';

/** Where each trade is at home on the site. */
const OWN_PAGES: Readonly<Record<Industry, Readonly<Record<string, number>>>> = {
  clinics: { '/clinics': 12, '/clinics/reminders': 9, '/clinics/rota': 7, '/guides/no-shows': 6 },
  retail: { '/forecasting': 12, '/forecasting/shops': 9, '/retail': 7, '/guides/forecasting': 6 },
  logistics: { '/forecasting': 12, '/forecasting/depots': 9, '/logistics': 7, '/guides/forecasting': 6 },
  hospitality: { '/rota': 10, '/guides/rota': 8 },
  other: { '/rota': 8, '/blog/what-is-a-rota': 12 },
};

const ANYBODY: Readonly<Record<string, number>> = { '/': 14, '/product': 9, '/guides': 8, '/blog/planning-a-week': 6, '/customers': 4, '/about': 3 };

/** The guides that each trade takes home. */
const GUIDES: Readonly<Record<Industry, string>> = {
  clinics: 'no-shows',
  retail: 'forecasting',
  logistics: 'forecasting',
  hospitality: 'rota',
  other: 'rota',
};

/** The paths of one visit. Whoever wants to buy looks at prices and integrations; whoever wants a job does not. */
export function browse(random: Random, lead: SampleLead, intent: number): string[] {
  const weights: Record<string, number> = lead.hidden.looksForJob
    ? { '/careers': 30, '/careers/open-roles': 20, '/about': 10, '/': 10 }
    : { ...ANYBODY, ...OWN_PAGES[lead.industry], '/pricing': 2 + 34 * intent ** 1.5, '/integrations': 1 + 12 * intent };
  const views = Math.min(12, whole(random, 1, 3) + (chance(random, intent) ? whole(random, 1, 4) : 0));
  return Array.from({ length: views }, () => weighted(random, weights));
}

/** The guide that suits a lead. */
export function guideFor(lead: SampleLead): string {
  return GUIDES[lead.industry];
}
