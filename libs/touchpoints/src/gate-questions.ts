import { HOUR, MINUTE } from '@tendril/kernel';
import { type Answered, no, type Stop, yes } from './answered.ts';
import { askCaps, askQuietHours } from './ask-timing.ts';
import type { GateCandidate, GateSnapshot, GateWorld } from './types.ts';

/** One question of the gate. */
export interface Question {
  readonly asked: string;
  /** Null: there is no policy that asks it. */
  ask(candidate: GateCandidate, snapshot: GateSnapshot, world: GateWorld): Answered | null;
}

/**
 * The gate's questions in the order in which they are asked: what can never be sent ends before what can be mended waits,
 * and expiry is asked before anything else that holds, so that nothing is held for ever.
 */
export const QUESTIONS: readonly Question[] = [
  {
    asked: 'kill switch',
    ask: (_candidate, _snapshot, { now, stopped }) =>
      stopped ? no('Sending is stopped for everybody.', hold('stopped', now, MINUTE)) : yes('Sending is not stopped.'),
  },
  {
    asked: 'erased',
    ask: (_candidate, { erased }) => (erased ? no('The lead was erased.', suppress('erased')) : yes('The lead was not erased.')),
  },
  {
    asked: 'address',
    ask: ({ address, channel }) =>
      address === null ? no(`The lead has no address for ${channel}.`, suppress('no-address')) : yes(`The lead has an address for ${channel}.`),
  },
  {
    asked: 'suppression',
    ask: ({ suppressed }) =>
      suppressed === null ? yes('The address is not suppressed.') : no(`The address is suppressed: ${suppressed}.`, suppress(suppressed)),
  },
  { asked: 'consent', ask: askConsent },
  {
    asked: 'holdout',
    ask: (_candidate, { holdout }) =>
      holdout ? no('The lead is in the holdout, which is never contacted.', suppress('holdout')) : yes('The lead is not in the holdout.'),
  },
  {
    asked: 'programme',
    ask: ({ programme, programmeActive }) =>
      programmeActive ? yes(`${programme} is active.`) : no(`${programme} has ended.`, end('cancelled', 'programme-ended')),
  },
  { asked: 'expiry', ask: askExpiry },
  { asked: 'caps', ask: askCaps },
  { asked: 'quiet hours', ask: askQuietHours },
  {
    asked: 'content',
    ask: ({ content, channel, contentProblem }, _snapshot, { now }) =>
      contentProblem === null ? yes(`${content} fits ${channel}.`) : no(contentProblem, hold('content', now, HOUR)),
  },
  {
    asked: 'connector',
    ask: ({ channel, connector }, _snapshot, { now }) =>
      connector === null
        ? no(`No connector is installed for ${channel}.`, hold('no-connector', now, HOUR))
        : yes(`${connector} serves ${channel}.`),
  },
];

function askConsent({ channel, topic, consent }: GateCandidate): Answered {
  const subject = `Consent for ${channel} about ${topic}`;
  if (consent === null) return no(`${subject}: never asked.`, suppress('no-consent'));
  return consent.state === 'granted' ? yes(`${subject}: granted.`) : no(`${subject}: denied.`, suppress('consent-denied'));
}

function askExpiry({ expiresAt }: GateCandidate, _snapshot: GateSnapshot, { now }: GateWorld): Answered {
  if (expiresAt === null) return yes('It does not expire.');
  const time = expiresAt.toISOString();
  return now >= expiresAt ? no(`It was of use until ${time}.`, end('expired', 'expired')) : yes(`It is of use until ${time}.`);
}

function hold(reason: string, now: Date, milliseconds: number): Stop {
  return { go: 'hold', reason, until: new Date(now.getTime() + milliseconds) };
}

function end(state: 'suppressed' | 'expired' | 'cancelled', reason: string): Stop {
  return { go: 'end', state, reason };
}

function suppress(reason: string): Stop {
  return end('suppressed', reason);
}
