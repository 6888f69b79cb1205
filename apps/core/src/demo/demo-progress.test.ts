import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { demoProgress } from './demo-progress.ts';

/** What is written while 20 days pass. */
function shown(stream: PassThrough): string {
  const progress = demoProgress(stream, 20, 10);
  for (let day = 1; day <= 20; day++) progress.show(day);
  progress.stop();
  return String(stream.read());
}

describe('demoProgress', () => {
  it('writes a plain line now and then where nobody watches', () => {
    expect(shown(new PassThrough())).toBe('Day 10 of 20\nDay 20 of 20\n');
  });

  it('draws a bar on a terminal', () => {
    const terminal = Object.assign(new PassThrough(), { isTTY: true, columns: 80, cursorTo: () => true, clearLine: () => true, moveCursor: () => true });
    expect(shown(terminal)).toContain('Day 20 of 20 █');
  });
});
