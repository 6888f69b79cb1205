import { describe, expect, it } from 'vitest';
import { sentences, table } from './text-layout.ts';

describe('table', () => {
  it('sets names left and numbers right', () => {
    expect(table([['', 'leads'], ['day 1', '7'], ['day 10', '1,234']])).toEqual(['          leads', '  day 1       7', '  day 10  1,234']);
  });

  it('sets the last columns left when told to', () => {
    expect(table([['a', '1', 'x y'], ['b', '20', 'z']], 2)).toEqual(['  a   1  x y', '  b  20  z']);
  });
});

describe('sentences', () => {
  it('breaks between words, within 96 columns, the indent included', () => {
    const lines = sentences(Array.from({ length: 60 }, (_, n) => `word${n}`), '    ');
    expect(lines.every((line) => line.startsWith('    ') && line.length <= 96)).toBe(true);
    expect(lines[0]!.length).toBeGreaterThan(96 - 'word99'.length - 1);
    expect(lines.join(' ').split(/ +/).filter(Boolean)).toHaveLength(60);
  });

  it('gives no line for no sentence', () => {
    expect(sentences([])).toEqual([]);
  });
});
