/** What a question that is not passed does to the touchpoint. */
export type Stop =
  | { readonly go: 'hold'; readonly reason: string; readonly until: Date }
  | { readonly go: 'end'; readonly state: 'suppressed' | 'expired' | 'cancelled'; readonly reason: string };

/** An answer in words, and what follows when the question is not passed. */
export interface Answered {
  readonly answer: string;
  readonly stop: Stop | null;
}

/** The question is passed. */
export function yes(answer: string): Answered {
  return { answer, stop: null };
}

/** The question is not passed. */
export function no(answer: string, stop: Stop): Answered {
  return { answer, stop };
}
