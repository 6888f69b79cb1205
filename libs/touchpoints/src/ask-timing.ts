import { clockIn } from '@tendril/kernel';
import { type Cap, quietAt, weekdayOf } from '@tendril/rulebook';
import { type Asked, type FullCap, fullCap } from './caps.ts';
import { no, type Answered, yes } from './answered.ts';
import { nextSlot, zonesOf } from './next-slot.ts';
import type { GateCandidate, GateSnapshot, GateWorld } from './types.ts';

/** Would this be more than the policies allow? Held until one more may go; ended where that is too late. */
export function askCaps(candidate: GateCandidate, snapshot: GateSnapshot, { now, policies }: GateWorld): Answered | null {
  if (!policies.caps?.length) return null;
  const asked = askedOf(candidate, snapshot, policies);
  const full = fullCap(policies.caps, asked, now);
  if (!full) return yes('No cap is full.');
  return wait(candidate, 'capped', capInWords(full), { zone: asked.zones[0]!, until: nextSlot(asked, policies, now) });
}

/** Is this a time at which the lead is left in peace? */
export function askQuietHours(candidate: GateCandidate, snapshot: GateSnapshot, { now, policies }: GateWorld): Answered | null {
  if (!policies.quietHours?.length && !policies.holidays?.length) return null;
  const asked = askedOf(candidate, snapshot, policies);
  const quiet = quietAt(policies, candidate.channel, asked.zones, now);
  if (!quiet) return yes(`It is ${asked.zones.map((zone) => timeInWords(now, zone)).join(' and ')}, which is not quiet.`);
  const { zone, why } = quiet;
  return wait(candidate, 'quiet', `It is ${timeInWords(now, zone)}, and ${why}`, { zone, until: nextSlot(asked, policies, now) });
}

function askedOf(candidate: GateCandidate, { zone, sent }: GateSnapshot, policies: GateWorld['policies']): Asked {
  return { candidate, sent, zones: zonesOf(zone, policies) };
}

/** Held, unless it is of no use by then: that is said now, while the reason is known. */
function wait({ expiresAt }: GateCandidate, reason: string, found: string, { zone, until }: { zone: string; until: Date }): Answered {
  const then = timeInWords(until, zone);
  if (expiresAt === null || until < expiresAt) return no(`${found}: held until ${then}.`, { go: 'hold', reason, until });
  const answer = `${found}: it could go at ${then}, but it is of use until ${timeInWords(expiresAt, zone)} only.`;
  return no(answer, { go: 'end', state: 'expired', reason });
}

function capInWords({ cap, count }: FullCap): string {
  const what = [...(cap.channel === undefined ? [] : [`by ${cap.channel}`]), ...(cap.topic === undefined ? [] : [`about ${cap.topic}`])];
  return [String(count), ...what, 'went out', `${windowInWords(cap)}, at most ${cap.max} may`].join(' ');
}

const UNITS: Readonly<Record<string, string>> = { m: 'minutes', h: 'hours', d: 'days' };

function windowInWords({ within, days }: Cap): string {
  if (within === undefined) return days === 1 ? 'today' : `in ${days} days, today among them`;
  const [count, unit] = [within.slice(0, -1), UNITS[within.slice(-1)] ?? ''];
  return `in the last ${count === '1' ? unit.slice(0, -1) : `${count} ${unit}`}`;
}

/** Such as `Tuesday 2026-03-10 09:14 (Europe/Berlin)`. */
function timeInWords(at: Date, zone: string): string {
  const shown = clockIn(zone, at);
  const weekday = weekdayOf(shown);
  return `${weekday.charAt(0).toUpperCase()}${weekday.slice(1)} ${shown.toISOString().slice(0, 16).replace('T', ' ')} (${zone})`;
}
