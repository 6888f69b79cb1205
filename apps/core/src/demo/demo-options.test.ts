import { describe, expect, it } from 'vitest';
import { demoOptions } from './demo-options.ts';

describe('demoOptions', () => {
  it('plays 2,000 leads for 60 days unless told otherwise', () => {
    expect(demoOptions([])).toEqual({ leads: 2000, days: 60, tick: 12, seed: '1', json: false, help: false });
    expect(demoOptions(['--leads', '50', '--days=7', '--tick', '6', '--seed', 'x', '--json'])).toEqual({
      leads: 50,
      days: 7,
      tick: 6,
      seed: 'x',
      json: true,
      help: false,
    });
  });

  it.each([
    [['--leads', '0'], '--leads cannot be "0"', 'from 1 to 20,000'],
    [['--leads', '2e3'], '--leads cannot be "2e3"', 'from 1 to 20,000'],
    [['--days', '366'], '--days cannot be "366"', 'from 1 to 365'],
    [['--tick', '5'], '--tick cannot be 5', '1, 2, 3, 4, 6, 8, 12 or 24'],
    [['--led', '5'], "Unknown option '--led'", '--help'],
    [['60'], "Unexpected argument '60'", '--help'],
  ])('refuses %j and says what to write', (args, message, hint) => {
    expect(() => demoOptions(args)).toThrow(
      expect.objectContaining({ code: 'demo-option', message: expect.stringContaining(message), hint: expect.stringContaining(hint) }),
    );
  });
});
