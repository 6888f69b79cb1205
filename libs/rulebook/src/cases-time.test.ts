import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { civilTime, instantOf, isZone } from './cases-time.ts';

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
  expect(['Europe/Berlin', 'UTC', 'Europe/Berln', ''].map(isZone)).toEqual([true, true, false, false]);
});
