import { describe, expect, it } from 'vitest';

import { asksToStart, asksToStop } from './stop-words.ts';

describe('words that stop', () => {
  it.each([
    'STOP', 'stop', ' Stop! ', '"STOP"', 'STOPALL', 'unsubscribe', 'End', 'quit', 'cancel.', 'revoke', 'optout', 'Opt-out', 'opt  out', 'Arrêt', 'TD', 'remove',
    'STOP PLEASE', 'stop texting me', 'Unsubscribe me from this', 'opt out of all', 'remove me',
  ])('"%s"', (text) => {
    expect(asksToStop(text)).toBe(true);
  });

  it.each(['', 'Who is this?', 'The end of the month suits me', 'Cancel my demo and book another', 'stopping by tomorrow', 'START'])('but not "%s"', (text) => {
    expect(asksToStop(text)).toBe(false);
  });
});

describe('words that start', () => {
  it.each(['START', 'unstop', 'Start!'])('"%s"', (text) => {
    expect(asksToStart(text)).toBe(true);
    expect(asksToStop(text)).toBe(false);
  });
});
