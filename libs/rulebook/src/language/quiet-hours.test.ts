import { instantOf } from '@tendril/kernel';
import { describe, expect, it } from 'vitest';
import { quietAt } from './quiet-hours.ts';
import type { QuietHours } from './types.ts';

const NIGHT: QuietHours = { from: '20:00', to: '08:00' };
const BERLIN = 'Europe/Berlin';

/** Until when it is quiet, in the zone's own time; null when it is not. */
function quiet(line: QuietHours, time: string, zone = BERLIN, holidays: readonly string[] = []): string | null {
  const at = instantOf(time, zone) ?? expect.fail(`there is no ${time}`);
  const found = quietAt({ quietHours: [line], holidays }, 'email', [zone], at);
  return found && found.until.toISOString();
}

describe('quietAt', () => {
  it.each<[string, QuietHours, string, string | null]>([
    ['begins with its first minute', NIGHT, '2026-03-02T20:00', '2026-03-02T23:00:00.000Z'],
    ['not a minute before', NIGHT, '2026-03-02T19:59:59', null],
    ['goes on after midnight', NIGHT, '2026-03-03T00:00', '2026-03-03T07:00:00.000Z'],
    ['ends before its last minute', NIGHT, '2026-03-03T08:00', null],
    ['may lie within a day', { from: '12:00', to: '14:00' }, '2026-03-02T13:00', '2026-03-02T13:00:00.000Z'],
    ['may last to the end of the day', { from: '12:00', to: '24:00' }, '2026-03-02T23:59', '2026-03-02T23:00:00.000Z'],
    ['may be whole days', { weekdays: ['saturday', 'sunday'] }, '2026-03-07T10:00', '2026-03-07T23:00:00.000Z'],
    ['on no other day', { weekdays: ['saturday', 'sunday'] }, '2026-03-09T00:00', null],
    ['may be some hours of some days', { from: '14:00', to: '24:00', weekdays: ['friday'] }, '2026-03-06T15:00', '2026-03-06T23:00:00.000Z'],
    ['and not of others', { from: '14:00', to: '24:00', weekdays: ['friday'] }, '2026-03-05T15:00', null],
    ['concerns the channel that it names', { ...NIGHT, channel: 'email' }, '2026-03-02T21:00', '2026-03-02T23:00:00.000Z'],
    ['and no other', { ...NIGHT, channel: 'sms' }, '2026-03-02T21:00', null],
  ])('a quiet time %s', (_what, line, time, until) => {
    expect(quiet(line, time)).toBe(until);
  });

  it('ends with the jump when its end is skipped', () => {
    // On 29 March clocks in Berlin go from 02:00 to 03:00, at 01:00 UTC.
    expect(quiet({ from: '22:00', to: '02:30' }, '2026-03-29T01:30')).toBe('2026-03-29T01:00:00.000Z');
    expect(quiet({ from: '22:00', to: '02:30' }, '2026-03-29T03:00')).toBeNull();
  });

  it('is quiet twice when the hour comes twice', () => {
    // On 25 October clocks in Berlin go from 03:00 back to 02:00, at 01:00 UTC.
    const line: QuietHours = { from: '22:00', to: '02:30' };
    const quietAtUtc = (time: string): boolean => quietAt({ quietHours: [line] }, 'email', [BERLIN], new Date(`2026-10-25T${time}Z`)) !== null;
    expect(['00:29', '00:30', '00:59', '01:00', '01:29', '01:30'].map(quietAtUtc)).toEqual([true, false, false, true, true, false]);
  });

  it('keeps holidays by the calendar of the lead', () => {
    expect(quiet({ ...NIGHT, channel: 'sms' }, '2026-12-25T00:00', BERLIN, ['2026-12-25'])).toBe('2026-12-25T23:00:00.000Z');
    expect(quiet({ ...NIGHT, channel: 'sms' }, '2026-12-25T23:59', 'Asia/Tokyo', ['2026-12-25'])).toBe('2026-12-25T15:00:00.000Z');
    expect(quiet({ ...NIGHT, channel: 'sms' }, '2026-12-26T00:00', 'Asia/Tokyo', ['2026-12-25'])).toBeNull();
  });

  it('asks in every zone where the lead may be, and says where and why', () => {
    const zones = ['America/Los_Angeles', BERLIN];
    const at = (time: string): object | null => quietAt({ quietHours: [NIGHT] }, 'email', zones, new Date(`2026-03-02T${time}:00Z`));
    expect([at('15:59'), at('16:00'), at('18:59'), at('19:00')]).toEqual([
      { zone: 'America/Los_Angeles', why: '20:00 to 08:00 is quiet', until: new Date('2026-03-02T16:00:00Z') },
      null,
      null,
      { zone: BERLIN, why: '20:00 to 08:00 is quiet', until: new Date('2026-03-02T23:00:00Z') },
    ]);
  });
});
