import { asRulesSee, type LeadEvent } from '@tendril/events';
import { AppError, type JsonObject } from '@tendril/kernel';
import { type LeadFacts, NO_TOUCHES, type Rulebook } from '@tendril/rulebook';
import type { Client } from 'pg';

interface Stored {
  readonly id: string;
  readonly attributes: JsonObject;
  readonly account: JsonObject | null;
  readonly at: Date;
  readonly next: Date | null;
  readonly stage: string | null;
  readonly scores: JsonObject | null;
  readonly segments: readonly string[] | null;
}

/**
 * Evaluates these leads from all their events, past everything that Tendril keeps of them, and compares with what it decided:
 * scores, grade, stage, segments and the time at which they are next looked at.
 *
 * @throws AppError `bench-wrong` for the first that differs
 */
export async function checkAgainstFull(client: Client, rulebook: Rulebook, leads: readonly string[]): Promise<void> {
  const { rows } = await client.query<Stored>(
    `select l.id, l.attributes, a.attributes as account, s.evaluated_at as at, s.next_at as next, s.stage,
       (select jsonb_object_agg(model, jsonb_build_array(milli, grade)) from score where lead = l.id) as scores,
       (select array_agg(segment order by segment collate "C") from membership where lead = l.id) as segments
     from lead l join lead_state s on s.lead = l.id left join account a on a.id = l.account where l.id = any($1::uuid[]) order by l.id`,
    [leads],
  );
  if (rows.length !== leads.length) throw new AppError('bench-wrong', `${leads.length} leads were evaluated, but ${rows.length} are there`);
  const events = await eventsOf(client, leads);
  for (const row of rows) {
    const known = (events.get(row.id) ?? []).filter(({ at }) => at <= row.at);
    const facts: LeadFacts = { id: row.id, attributes: row.attributes, account: row.account, events: known, stage: null, consents: {}, ...NO_TOUCHES };
    const [full] = rulebook.evaluate([facts], row.at);
    const scores = Object.fromEntries(Object.entries(full?.scores ?? {}).map(([model, { milli, grade }]) => [model, [milli, grade]]));
    const fresh = JSON.stringify([full?.stage, scores, [...(full?.segments ?? [])].sort(), full?.nextAt]);
    const kept = JSON.stringify([row.stage, row.scores ?? {}, row.segments ?? [], row.next]);
    if (fresh !== kept) throw new AppError('bench-wrong', `Lead ${row.id} evaluated from its events is ${fresh}, but ${kept} was decided`);
  }
}

async function eventsOf(client: Client, leads: readonly string[]): Promise<Map<string, LeadEvent[]>> {
  const { rows } = await client.query<LeadEvent & { lead: string }>(
    'select lead, type, occurred_at as at, properties from event where lead = any($1::uuid[]) order by lead, occurred_at, seq',
    [leads],
  );
  const byLead = new Map<string, LeadEvent[]>();
  for (const { lead, ...event } of rows) byLead.set(lead, [...(byLead.get(lead) ?? []), asRulesSee(event)]);
  return byLead;
}
