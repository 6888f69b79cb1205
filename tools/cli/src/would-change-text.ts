import type { Alternative, WhatWouldChange } from '@tendril/rulebook';
import { momentText } from './moment-text.ts';

/** What would change the answers, for people: the ways that were found, and what time does alone. */
export function wouldChangeText({ segments, stage, grades }: WhatWouldChange): string[] {
  const lines = [
    ...(stage ? alternativeText(`Stage ${stage.next}`, stage, (to) => `the stage becomes ${to ?? 'none'}`) : []),
    ...grades.flatMap((one) => alternativeText(`Grade ${one.next} in ${one.model}`, one, (to) => `the grade becomes ${to ?? 'none'}`)),
    ...segments.flatMap((one) =>
      alternativeText(one.member ? `Out of ${one.segment}` : `Into ${one.segment}`, one, () => (one.member ? 'leaves by itself' : 'enters by itself')),
    ),
  ];
  return lines.length === 0 ? ['What would change it: no small change was found.'] : ['What would change it', ...lines];
}

function alternativeText(title: string, { ways, alone }: Alternative, byItself: (to: string | null) => string): string[] {
  const because = alone && alone.because.length > 0 ? `: ${alone.because.join(', ')}` : '';
  const lines = [
    ...ways.map(({ words }, at) => `    ${at === 0 ? '' : 'or '}${words}`),
    ...(alone ? [`    ${momentText(alone.at)}: ${byItself(alone.to)}${because}`] : []),
  ];
  return lines.length === 0 ? [] : [`  ${title}`, ...lines];
}
