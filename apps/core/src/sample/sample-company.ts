import type { IntakeEvent } from '@tendril/events';
import { DAY } from '@tendril/kernel';
import { LeadLives } from './lead-lives.ts';
import { type SampleAccount, type SampleLead, samplePeople } from './people.ts';

/** The weeks before `until`, in days, and how many leads came in them. */
export interface SampleRequest {
  readonly seed: string;
  readonly leads: number;
  readonly until: Date;
  readonly days: number;
}

/** A company's past: who came, and what they did, oldest event first. */
export interface SampleCompany {
  readonly accounts: readonly SampleAccount[];
  readonly leads: readonly SampleLead[];
  readonly events: readonly IntakeEvent[];
}

/**
 * The leads and events that an empty install is filled with, the same for the same request. Nobody was written to in
 * that past, but for addresses that an earlier mail tool found dead: those come as `suppressed` events.
 */
export function sampleCompany({ seed, leads: count, until, days }: SampleRequest): SampleCompany {
  const { accounts, leads } = samplePeople({ seed, leads: count, from: new Date(until.getTime() - days * DAY), to: until });
  const { events } = new LeadLives(seed, leads).until(until);
  const dead = leads.flatMap((lead) => deadAddress(lead, until));
  return { accounts, leads, events: [...events, ...dead].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)) };
}

/** Found out two days after the lead came, where that is already past. */
function deadAddress(lead: SampleLead, until: Date): IntakeEvent[] {
  const at = new Date(lead.arrives.getTime() + 2 * DAY);
  if (!lead.hidden.bounces || at > until) return [];
  return [
    {
      source: 'sample',
      key: `${lead.id}-bounced`,
      type: 'suppressed',
      at: at.toISOString(),
      lead: { id: lead.id, email: lead.email },
      properties: { channel: 'email', reason: 'bounced' },
    },
  ];
}
