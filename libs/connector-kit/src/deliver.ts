import type { Delivery, Outcome } from './contract.ts';
import { messageOf } from './kit-error.ts';
import { contextOf, type Opened, type Seen } from './opened.ts';
import { rejected, retry, unknown } from './outcome.ts';

/** An item that may go out, and its place in the batch that was asked for. */
interface Ready {
  readonly at: number;
  readonly delivery: Delivery<unknown>;
}

/**
 * Delivers a batch within the connector's limits; one outcome per item, in order.
 *
 * Calls go out a few at a time: together, so that a silent vendor costs one deadline and not fifty, but never more than the
 * breaker allows, so that it makes five touchpoints `unknown` and not fifty.
 */
export async function deliver(opened: Opened, batch: readonly Delivery<unknown>[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const ready: Ready[] = [];
  batch.forEach((delivery, at) => {
    const screened = screen(opened, delivery);
    if ('state' in screened) outcomes[at] = screened;
    else ready.push({ at, delivery: screened });
  });
  const calls = chunks(ready, opened.definition.limits.batch);
  for (let next = 0; next < calls.length; ) {
    const now = opened.transport.now();
    const granted = opened.breaker.stopped(now) === undefined ? opened.rate.take(Math.min(opened.breaker.width(), calls.length - next), now) : 0;
    const wave = calls.slice(next, next + granted);
    const answers = await Promise.all(wave.map((call) => deliverCall(opened, call.map(({ delivery }) => delivery))));
    wave.forEach((call, index) => call.forEach(({ at }, item) => (outcomes[at] = answers[index]?.[item] ?? unknown('no outcome was given'))));
    next += granted;
    if (granted === 0) {
      calls.slice(next).forEach((call, ahead) => call.forEach(({ at }) => (outcomes[at] = later(opened, now, ahead))));
      break;
    }
  }
  return outcomes;
}

/** Refuses what no vendor should see; otherwise the delivery with its content as the connector's schema reads it. */
function screen({ definition }: Opened, delivery: Delivery<unknown>): Delivery<unknown> | Outcome {
  // Line breaks in an address are how one recipient becomes two.
  if (/[\r\n\0]/.test(delivery.to) || delivery.to.trim() === '') return rejected('address', 'the address is empty or has a line break in it');
  const content = definition.content.safeParse(delivery.content);
  if (content.success) return { ...delivery, content: content.data };
  const problems = content.error.issues.map((issue) => `${issue.path.join('.') || 'content'}: ${issue.message}`);
  return rejected('content', `${definition.id} cannot carry this: ${problems.join('; ')}`);
}

/** Why a call is not made now. */
function later(opened: Opened, now: Date, ahead: number): Outcome {
  const stop = opened.breaker.stopped(now);
  if (stop !== undefined) return retry(stop.reason, stop.message, stop.after);
  return retry('limits', `${opened.definition.id} may make ${opened.definition.limits.perSecond} calls a second`, opened.rate.wait(ahead));
}

async function deliverCall(opened: Opened, items: readonly Delivery<unknown>[]): Promise<readonly Outcome[]> {
  const { context, seen } = contextOf(opened);
  let outcomes: readonly Outcome[];
  try {
    outcomes = await opened.definition.deliver(items, context);
    if (outcomes.length !== items.length) {
      const message = `${opened.definition.id} gave ${outcomes.length} outcomes for ${items.length} items`;
      opened.log(message);
      outcomes = items.map(() => unknown(message));
    }
  } catch (error) {
    opened.log(`${opened.definition.id} got no answer`, { error });
    const outcome = afterThrow(opened, error, seen);
    outcomes = items.map(() => outcome);
  }
  const hidden = outcomes.map((outcome) => redacted(opened, outcome));
  opened.breaker.heard(hidden, opened.transport.now());
  return hidden;
}

/** What follows when no outcome was given: only what certainly did not leave, or may leave twice, is tried again. */
function afterThrow({ definition }: Opened, error: unknown, { touched, failed }: Seen): Outcome {
  const message = messageOf(error);
  if (failed === undefined) return unknown(`${definition.id} failed: ${message}`);
  if (!touched) return retry(failed.code === 'forbidden' ? 'configuration' : 'vendor', failed.message);
  return definition.resend === 'idempotent' ? retry('vendor', failed.message) : unknown(failed.message);
}

function redacted({ redact }: Opened, outcome: Outcome): Outcome {
  return outcome.state === 'accepted' ? outcome : { ...outcome, message: redact.text(outcome.message) };
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));
}
