import { type Decision, segmentsEntered } from '@tendril/decisions';
import { durationMs } from '@tendril/kernel';
import type { Journey, Rulebook } from '@tendril/rulebook';
import { factsThen } from './facts-then.ts';
import type { Campaign, Enrolment, LeadChanges, LeadSnapshot, WantedTouch } from './types.ts';

/** One programme that takes the lead in now, and the contact it wants. */
interface Plan {
  readonly enrolment: Enrolment;
  readonly touch: WantedTouch;
}

/**
 * Which journeys and campaigns take the lead in after this decision, and the touches they want, journeys first.
 * A journey takes a lead that entered its segment in this very decision, unless its `reentry` forbids;
 * a campaign takes a lead that is in its audience now and that it never had.
 */
export function planProgrammes(
  snapshot: LeadSnapshot,
  decision: Decision,
  rulebook: Pick<Rulebook, 'journeys'>,
  now: Date,
): Pick<LeadChanges, 'enrolments' | 'touches'> {
  const entered = new Set(segmentsEntered(decision));
  const plans = [
    ...rulebook.journeys
      .filter((journey) => journey.status === 'live' && entered.has(journey.entry.segment))
      .filter((journey) => mayEnter(journey, snapshot.enrolments, now))
      .map((journey) => planJourney(journey, snapshot, decision, now)),
    ...snapshot.campaigns
      .filter((campaign) => enrolmentsIn(campaign.id, snapshot.enrolments).length === 0)
      .flatMap((campaign) => planCampaign(campaign, snapshot, decision, now)),
  ];
  return { enrolments: plans.map(({ enrolment }) => enrolment), touches: plans.map(({ touch }) => touch) };
}

function enrolmentsIn(programme: string, enrolments: readonly Enrolment[]): Enrolment[] {
  return enrolments.filter((enrolment) => enrolment.programme === programme);
}

/** The wait is counted from the newest entry, however that one ended. */
function mayEnter(journey: Journey, enrolments: readonly Enrolment[], now: Date): boolean {
  const previous = enrolmentsIn(journey.id, enrolments);
  if (previous.length === 0) return true;
  if (journey.reentry === 'never') return false;
  const newest = Math.max(...previous.map(({ at }) => at.getTime()));
  return now.getTime() - newest >= durationMs(journey.reentry.after);
}

function planJourney(journey: Journey, snapshot: LeadSnapshot, decision: Decision, now: Date): Plan {
  const { id: programme, version } = journey;
  const [{ id: step, touch: content, channel, expires }] = journey.steps;
  const entry = 1 + Math.max(0, ...enrolmentsIn(programme, snapshot.enrolments).map((enrolment) => enrolment.entry));
  return {
    enrolment: { programme, version, entry, at: now },
    touch: {
      programme,
      version,
      entry,
      step,
      visit: 1,
      channel,
      content,
      dueAt: now,
      expiresAt: expires === undefined ? null : new Date(now.getTime() + durationMs(expires)),
      because: {
        kind: 'journey',
        programme,
        version,
        file: `${programme}.json`,
        entered: journey.entry.segment,
        facts: factsThen(snapshot, decision),
      },
    },
  };
}

/** Empty when the lead is not in the campaign's audience. */
function planCampaign(campaign: Campaign, snapshot: LeadSnapshot, decision: Decision, now: Date): Plan[] {
  const inSegment = (id: string): boolean => Object.hasOwn(decision.state.segments, id);
  const included = campaign.include.find(inSegment);
  if (included === undefined || campaign.exclude.some(inSegment)) return [];
  const { id: programme, version, content, channel, expiresAt } = campaign;
  return [
    {
      enrolment: { programme, version, entry: 1, at: now },
      touch: {
        programme,
        version,
        entry: 1,
        step: 'send',
        visit: 1,
        channel,
        content,
        dueAt: now,
        expiresAt,
        because: { kind: 'campaign', programme, version, included, facts: factsThen(snapshot, decision) },
      },
    },
  ];
}
