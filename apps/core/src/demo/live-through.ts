import type { IntakeEvent } from '@tendril/events';
import { dispatchAll, evaluateAll, takeFeedback, takeIn, type World } from '@tendril/flows';
import { AppError, DAY, HOUR } from '@tendril/kernel';
import { acceptedSince } from '@tendril/store';
import type { LeadLives } from '../sample/lead-lives.ts';
import { type DemoWorld, OUTBOX } from './demo-world.ts';

/** How long the leads live, and what is told on the way. */
export interface Span {
  readonly days: number;
  /** Hours by which the clock moves at a time; they divide a day. */
  readonly tick: number;
  /** Awaited at the end of each day, counted from 1. */
  readonly onDay: (day: number) => Promise<void>;
}

/** What came in from the leads. */
export interface Heard {
  readonly events: number;
  readonly feedback: number;
}

/** As many events as one request of the API may bring. */
const INTAKE_BATCH = 1_000;

/**
 * Moves the clock tick by tick. In each tick the leads live up to the new time, what they did is taken in, and the flows
 * evaluate and dispatch exactly as the schedules of production would; what a lead receives changes what it does next.
 */
export async function liveThrough({ world, clock }: DemoWorld, lives: LeadLives, { days, tick, onDay }: Span): Promise<Heard> {
  const heard = { events: 0, feedback: 0 };
  for (let day = 1; day <= days; day++) {
    for (let hour = 0; hour < DAY; hour += tick * HOUR) {
      const before = clock.now();
      clock.advance(tick * HOUR);
      const { events, feedback } = lives.until(clock.now());
      heard.events += await takeInAll(world, events);
      heard.feedback += await takeFeedback(world, OUTBOX, feedback);
      await evaluateAll(world);
      const { accepted } = await dispatchAll(world);
      if (accepted > 0) for (const message of await acceptedSince(world.store.db, before)) lives.receive(message);
    }
    await onDay(day);
  }
  return heard;
}

async function takeInAll(world: World, events: readonly IntakeEvent[]): Promise<number> {
  let stored = 0;
  for (let next = 0; next < events.length; next += INTAKE_BATCH) {
    const result = await takeIn(world, events.slice(next, next + INTAKE_BATCH));
    stored += result.stored;
    const [refusal] = result.refused;
    if (!refusal) continue;
    throw new AppError('demo-refused', `The rules refuse an event of the sample company: ${refusal.message}`, {
      field: refusal.field,
      hint: 'The demo plays the company that rules/ came with. Bring back what was taken out of rules/tracking-plan.json.',
    });
  }
  return stored;
}
