import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from './clock.ts';
import { civilTime, clockIn, instantOf, isZone, nextClockChange, whenClocksReach } from './time.ts';

describe('instantOf', () => {
  it.each([
    ['2026-03-27T16:00', 'Europe/Berlin', '2026-03-27T15:00:00.000Z'],
    ['2026-03-29T01:59', 'Europe/Berlin', '2026-03-29T00:59:00.000Z'],
    ['2026-03-29T03:00', 'Europe/Berlin', '2026-03-29T01:00:00.000Z'],
    ['2026-10-25T02:30', 'Europe/Berlin', '2026-10-25T00:30:00.000Z'],
    ['2026-10-25T03:00', 'Europe/Berlin', '2026-10-25T02:00:00.000Z'],
    ['2026-07-01T09:00:30', 'Asia/Kathmandu', '2026-07-01T03:15:30.000Z'],
    ['2026-03-02T09:00', 'UTC', '2026-03-02T09:00:00.000Z'],
    ['2026-03-02T09:00Z', 'America/New_York', '2026-03-02T09:00:00.000Z'],
    ['2026-03-02T09:00+02:00', 'America/New_York', '2026-03-02T07:00:00.000Z'],
  ])('%s in %s is %s', (text, zone, instant) => {
    expect(instantOf(text, zone)?.toISOString()).toBe(instant);
  });

  it.each([
    ['2026-03-29T02:30', 'Europe/Berlin'],
    ['2026-02-30T09:00', 'UTC'],
    ['2026-02-30T09:00Z', 'UTC'],
    ['2026-03-02T24:00', 'UTC'],
  ])('there is no %s in %s', (text, zone) => {
    expect(instantOf(text, zone)).toBeNull();
  });

  it('finds what any zone’s clocks show at any minute, or that minute’s first pass', () => {
    const zones = fc.constantFrom('Europe/Berlin', 'America/St_Johns', 'Australia/Lord_Howe', 'Pacific/Apia', 'Asia/Kolkata', 'UTC');
    const minutes = fc.integer({ min: Date.UTC(2000, 0) / 60_000, max: Date.UTC(2040, 0) / 60_000 });
    fc.assert(
      fc.property(zones, minutes, (zone, minute) => {
        const instant = new Date(minute * 60_000);
        const found = instantOf(civilTime(instant, zone), zone) ?? expect.fail('not found');
        expect(civilTime(found, zone)).toBe(civilTime(instant, zone));
        expect(found <= instant).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});

it('knows zones by their names', () => {
  expect(['Europe/Berlin', 'UTC', 'Europe/Berln', '', '+02:00'].map(isZone)).toEqual([true, true, false, false, false]);
});

describe('the clocks of all zones, around a day on which they may change', () => {
  const RUNS = Number(process.env['TENDRIL_RUNS'] ?? 300);
  const zone = fc.constantFrom(...Intl.supportedValuesOf('timeZone'));
  const instant = fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2035, 11, 31) }).map((at) => new Date(at));
  const nearChange = fc.tuple(zone, instant, fc.integer({ min: -2 * HOUR, max: 2 * HOUR })).map(([name, at, step]) => {
    const change = nextClockChange(name, at) ?? at;
    return [name, new Date(change.getTime() + step)] as const;
  });

  it('show what an independent implementation says', () => {
    fc.assert(
      fc.property(nearChange, ([name, at]) => {
        expect(clockIn(name, at).toISOString()).toBe(shownByIntl(name, at));
      }),
      { numRuns: RUNS },
    );
  });

  it('keep their distance from UTC until the next change, and not at it', () => {
    fc.assert(
      fc.property(zone, instant, (name, at) => {
        const change = nextClockChange(name, at);
        const ahead = (when: Date): number => clockIn(name, when).getTime() - when.getTime();
        if (!change) return;
        expect(change > at).toBe(true);
        expect(ahead(new Date(change.getTime() - 1))).toBe(ahead(at));
        expect(ahead(change)).not.toBe(ahead(at));
      }),
      { numRuns: RUNS },
    );
  });

  it('reach a time at the first moment that shows it or a later one', () => {
    fc.assert(
      fc.property(nearChange, fc.integer({ min: -4 * 60, max: 40 * 60 }), ([name, at], minutes) => {
        const wanted = new Date(clockIn(name, at).getTime() + minutes * MINUTE);
        const found = whenClocksReach(name, wanted, at);
        expect(clockIn(name, found) >= wanted).toBe(true);
        expect(found >= at).toBe(true);
        if (found > at) expect(clockIn(name, new Date(found.getTime() - 1)) < wanted).toBe(true);
      }),
      { numRuns: RUNS },
    );
  });
});

/** By the platform's own formatter, which the code under test does not use. */
function shownByIntl(zone: string, at: Date): string {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hourCycle: 'h23', dateStyle: 'short', timeStyle: 'medium' });
  const [day = '', time = ''] = format.format(at).split(', ');
  const milliseconds = String(at.getUTCMilliseconds()).padStart(3, '0');
  return `${day.split('/').reverse().join('-')}T${time}.${milliseconds}Z`;
}
