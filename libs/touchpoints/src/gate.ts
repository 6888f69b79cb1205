import { AppError } from '@tendril/kernel';
import { QUESTIONS, type Stop } from './gate-questions.ts';
import type { GateAnswer, GateCandidate, GateSnapshot, GateWorld, Verdict } from './types.ts';

/**
 * Decides about due touchpoints, one verdict per candidate, in order. The first question that is not passed decides;
 * every answer up to it is in `answers`. Asked once before a touchpoint is claimed, and again in the transaction that
 * commits `sending`.
 */
export function gate(snapshots: readonly GateSnapshot[], world: GateWorld): Verdict[] {
  return snapshots.flatMap((snapshot) => snapshot.candidates.map((candidate) => judge(candidate, snapshot, world)));
}

function judge(candidate: GateCandidate, snapshot: GateSnapshot, world: GateWorld): Verdict {
  const answers: GateAnswer[] = [];
  for (const { asked, ask } of QUESTIONS) {
    const { answer, stop } = ask(candidate, snapshot, world);
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
