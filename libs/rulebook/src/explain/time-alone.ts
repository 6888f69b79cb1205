import { DAY, durationMs } from '@tendril/kernel';
import { matching } from './engine-facts.ts';
import type { LeafProbe, Probed } from './leaf-probe.ts';
import type { Leaf } from '../evaluate/rule-graph.ts';
import type { LeadFacts } from '../language/types.ts';
import { eventInWords, momentInWords, pointsInWords } from './way-in-words.ts';

/** A moment at which an answer becomes another although nothing happens. */
export interface TimeAlone {
  /** RFC 3339. */
  readonly at: string;
  /** What the answer becomes: the grade, the stage; null for none, or for a segment that is left. */
  readonly to: string | null;
  /** What time does to which comparison, in sentences without an end. */
  readonly because: readonly string[];
}

/** How far ahead time is followed, in turns of an answer and in milliseconds. */
const MOST_TURNS = 200;
const HORIZON = 400 * DAY;

/** A moment ahead and what the rules answer then, if nothing happens until then. */
export interface Ahead {
  readonly at: Date;
  readonly answer: Probed;
  /** Just before it. */
  readonly before: Probed;
}

/** The moments ahead at which time alone changes an answer of the rules, one after the other, each from the stage that the one before it found. */
export function momentsAhead(lead: LeadFacts, now: Date, probe: LeafProbe): Ahead[] {
  const moments: Ahead[] = [];
  let before = probe(lead, now);
  for (let at = before.nextAt; at && moments.length < MOST_TURNS && at.getTime() - now.getTime() <= HORIZON; at = before.nextAt) {
    const answer = probe({ ...lead, stage: before.stage }, at);
    moments.push({ at, answer, before });
    before = answer;
  }
  return moments;
}

/** Why comparisons that decide a question come out otherwise at that moment. */
export function becauseOfTime(leaves: readonly Leaf[], lead: LeadFacts, { at, answer, before }: Ahead): string[] {
  const turned = leaves.filter((leaf) => answer.holds(leaf) !== before.holds(leaf));
  return [...new Set(turned.map((leaf) => reason(leaf, lead, { at, answer, before })))];
}

function reason(leaf: Leaf, lead: LeadFacts, { at, answer, before }: Ahead): string {
  const { fact, params = {}, path = '' } = leaf;
  const within = params['within'];
  const model = String(params['model']);
  switch (fact) {
    case 'score':
      return `${model} goes from ${pointsInWords(before.scores[model]?.milli ?? 0)} to ${pointsInWords(answer.scores[model]?.milli ?? 0)} points`;
    case 'grade':
      return `the grade in ${model} goes from ${before.scores[model]?.grade ?? 'none'} to ${answer.scores[model]?.grade ?? 'none'}`;
    case 'stage':
      return `the stage goes from ${before.stage ?? 'none'} to ${answer.stage ?? 'none'}`;
    case 'daysSince':
      return `${eventInWords(params)} is ${String(leaf.value)} days ago`;
    default: {
      if (typeof within !== 'string') return `the window of ${path === '' ? fact : path.replace(/^\$\./, '')} turns`;
      const happened = new Date(at.getTime() - durationMs(within));
      const [gone] = matching(lead, params, happened).filter((event) => event.at.getTime() === happened.getTime());
      return gone ? `the ${eventInWords(params)} of ${momentInWords(happened)} runs out of its ${within}` : `a window of ${within} turns`;
    }
  }
}
