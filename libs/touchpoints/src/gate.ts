import { AppError } from '@tendril/kernel';
import type { Stop } from './answered.ts';
import { QUESTIONS } from './gate-questions.ts';
import type { GateAnswer, GateCandidate, GateSnapshot, GateWorld, SentTouch, Verdict } from './types.ts';

/**
 * Decides about due touchpoints, one verdict per candidate, in order: what goes counts against the caps of those after it. The
 * first question that is not passed decides; every answer up to it is in `answers`. Asked before a touchpoint is claimed; what
 * may change until `sending` is committed is asked again there.
 */
export function gate(snapshots: readonly GateSnapshot[], world: GateWorld): Verdict[] {
  return snapshots.flatMap((snapshot) => gateLead(snapshot, world));
}

function gateLead(snapshot: GateSnapshot, world: GateWorld): Verdict[] {
  const sent: SentTouch[] = [...snapshot.sent];
  return snapshot.candidates.map((candidate) => {
    const verdict = judge(candidate, { ...snapshot, sent }, world);
    if (verdict.go === 'send') sent.push({ channel: candidate.channel, topic: candidate.topic, at: world.now });
    return verdict;
  });
}

function judge(candidate: GateCandidate, snapshot: GateSnapshot, world: GateWorld): Verdict {
  const answers: GateAnswer[] = [];
  for (const { asked, ask } of QUESTIONS) {
    const found = ask(candidate, snapshot, world);
    if (!found) continue;
    const { answer, stop } = found;
    answers.push({ asked, passed: stop === null, answer });
    if (stop) return stopped(candidate, answers, stop);
  }
  return send(candidate, answers);
}

function stopped(candidate: GateCandidate, answers: readonly GateAnswer[], stop: Stop): Verdict {
  return { touchpoint: candidate.id, answers, ...stop };
}

function send({ id, connector, address, consent }: GateCandidate, answers: readonly GateAnswer[]): Verdict {
  if (connector === null || address === null) {
    throw new AppError('gate-hole', `Touchpoint ${id} passed the gate without an address or a connector`, {
      hint: 'Nothing was sent. This is a fault in the gate’s list of questions: report it.',
    });
  }
  return { touchpoint: id, answers, go: 'send', connector, address, consent: consent?.id ?? null };
}
