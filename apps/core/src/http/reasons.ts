import type { Because } from '@tendril/programmes';
import type { TouchpointView } from '@tendril/store';
import { whyInWords } from '@tendril/touchpoints';

/** Why a touchpoint exists and what the gate found, in sentences for people. */
export function reasonsOf({ because, answers, ...view }: TouchpointView): string[] {
  return whyInWords({ ...view, because: because as unknown as Because, answers: answers ?? [] });
}
