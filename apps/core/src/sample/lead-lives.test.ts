import { DAY, HOUR } from '@tendril/kernel';
import { describe, expect, it } from 'vitest';
import { LeadLives } from './lead-lives.ts';
import type { Lived } from './life.ts';
import { samplePeople } from './people.ts';

const from = new Date('2026-09-01T00:00:00Z');
const to = new Date(from.getTime() + 60 * DAY);
const OUTCOMES = new Set(['trial_started', 'demo_booked', 'deal_won']);

/** Lives 60 days in ticks of this length; with `nurture`, each lead gets three mails in its first ten days. */
function live(leads: number, tick: number, nurture = false): Lived {
  const people = samplePeople({ seed: 'lives', leads, from, to }).leads;
  const lives = new LeadLives('lives', people);
  const all: Lived = { events: [], feedback: [] };
  for (let now = from.getTime() + tick; now <= to.getTime(); now += tick) {
    const { events, feedback } = lives.until(new Date(now));
    all.events.push(...events);
    all.feedback.push(...feedback);
    if (!nurture) continue;
    for (const { id, arrives } of people) {
      const day = Math.floor((now - arrives.getTime()) / DAY);
      if (![1, 4, 9].includes(day) || now - arrives.getTime() - day * DAY >= tick) continue;
      lives.receive({ touchpoint: `${id}:${day}`, lead: id, content: `content/day-${day}`, channel: 'email', at: new Date(now) });
    }
  }
  return all;
}

/** The share of leads with an outcome. */
function converted({ events }: Lived, leads: number): number {
  return new Set(events.filter(({ type }) => OUTCOMES.has(type)).map(({ lead }) => lead.id)).size / leads;
}

describe('LeadLives', () => {
  const alone = live(2000, 12 * HOUR);
  const nurtured = live(2000, 12 * HOUR, true);

  it('does not depend on the size of a tick', () => {
    const sorted = ({ events }: Lived) => events.map(({ key, at }) => `${at} ${key}`).sort();
    expect(sorted(live(300, HOUR))).toEqual(sorted(live(300, 60 * DAY)));
  });

  it('tells the same again, reactions included', () => {
    const again = live(2000, 12 * HOUR, true);
    expect(again.events).toEqual(nurtured.events);
    expect(again.feedback).toEqual(nurtured.feedback);
  });

  it('tells nothing from the future, and feedback only after the message', () => {
    const lives = new LeadLives('x', samplePeople({ seed: 'x', leads: 200, from, to }).leads);
    const now = new Date(from);
    while (now.getTime() < from.getTime() + 20 * DAY) {
      now.setTime(now.getTime() + HOUR / 2);
      expect(lives.until(now).events.filter(({ at }) => at > now.toISOString())).toEqual([]);
    }
    lives.receive({ touchpoint: 't', lead: 'crm-1001', content: 'content/x', channel: 'sms', at: now });
    expect(lives.until(now).feedback).toEqual([]);
    const { feedback } = lives.until(to);
    expect(feedback.length).toBeGreaterThan(0);
    expect(feedback.every(({ at, touchpoint }) => at > now && touchpoint === 't')).toBe(true);
  });

  it('has six to eleven leads in a hundred reach an outcome when left alone', () => {
    expect(converted(alone, 2000)).toBeGreaterThan(0.06);
    expect(converted(alone, 2000)).toBeLessThan(0.11);
  });

  it('gives nurturing a modest effect: three to ten in a hundred more', () => {
    const lift = converted(nurtured, 2000) - converted(alone, 2000);
    expect(lift).toBeGreaterThan(0.03);
    expect(lift).toBeLessThan(0.1);
  });

  it('reacts to mail as people do: some open, fewer click, few leave, dead addresses bounce', () => {
    const count = (kind: string) => nurtured.feedback.filter((heard) => heard.kind === kind && !heard.machine).length;
    const delivered = count('delivered');
    expect(count('opened') / delivered).toBeGreaterThan(0.25);
    expect(count('opened') / delivered).toBeLessThan(0.5);
    expect(count('clicked') / delivered).toBeGreaterThan(0.06);
    expect(count('clicked') / delivered).toBeLessThan(0.2);
    expect(count('unsubscribed') / delivered).toBeGreaterThan(0.002);
    expect(count('unsubscribed') / delivered).toBeLessThan(0.02);
    expect(count('bounced') / (delivered + count('bounced'))).toBeCloseTo(0.03, 1);
    const bounced = nurtured.feedback.filter(({ kind }) => kind === 'bounced');
    expect(bounced.every(({ permanent }) => permanent)).toBe(true);
  });

  it('names a lead that it does not have', () => {
    const message = { touchpoint: 't', lead: 'crm-1', content: 'content/x', channel: 'email', at: from };
    expect(() => new LeadLives('x', []).receive(message)).toThrow('The sample has no lead "crm-1"');
  });
});
