import type { LeadState } from '@tendril/decisions';
import type { Score } from '@tendril/rulebook';

/**
 * A lead's scores and segments as one text: what an evaluation reads of them. Rows of `score` and `membership` say the same, for
 * finding leads by them; reading these instead cost two more queries and some eight rows a lead.
 */
export type Answers = Pick<LeadState, 'scores' | 'segments'>;

type Packed = readonly [scores: Readonly<Record<string, readonly [milli: number, grade: string | null]>>, segments: Readonly<Record<string, number>>];

/** Instants become Unix milliseconds. */
export function packAnswers({ scores, segments }: Answers): string {
  const packed: Packed = [
    Object.fromEntries(Object.entries(scores).map(([model, { milli, grade }]) => [model, [milli, grade]])),
    Object.fromEntries(Object.entries(segments).map(([segment, since]) => [segment, since.getTime()])),
  ];
  return JSON.stringify(packed);
}

export function unpackAnswers(text: string): Answers {
  const [scores, segments] = JSON.parse(text) as Packed;
  return {
    scores: Object.fromEntries(Object.entries(scores).map(([model, [milli, grade]]): [string, Score] => [model, { milli, grade }])),
    segments: Object.fromEntries(Object.entries(segments).map(([segment, since]) => [segment, new Date(since)])),
  };
}
