import { compileContent } from '@tendril/content';
import { HOUR } from '@tendril/kernel';
import { describe, expect, it } from 'vitest';
import { type Edits, FILES, leadOf, NOW, populationOf, rulesWith, view } from '../test/small-rules.ts';
import type { PopulationLead } from './population.ts';
import { countsOf, standingUnder, VirtualWorld } from './virtual-world.ts';

const segment = (id: string, comparison: object): Edits => ({ [`${id}.json`]: { id, version: 1, status: 'live', owner: 'growth', title: id, conditions: { all: [comparison] } } });
const AGAIN: Edits = {
  'journeys/again.json': { ...FILES['journeys/prices.json'], id: 'journeys/again', title: 'again', entry: { segment: 'segments/written' } },
};
const COMMITTEE = segment('segments/committee', { fact: 'accountCount', params: { condition: 'segments/keen' }, operator: 'atLeast', value: 2 });
const WRITTEN = segment('segments/written', { fact: 'touchpointCount', params: { state: 'accepted', within: '3d' }, operator: 'atLeast', value: 1 });

/** The leads as the rules find them; `woken` lets so many hours pass for some of them, and answers who is to be asked again. */
function worldOf(edits: Edits, leads: readonly PopulationLead[]) {
  const rulebook = rulesWith(edits);
  const ruling = { rulebook, content: compileContent(rulebook.content, rulebook.policies) };
  const population = populationOf(leads);
  const standing = standingUnder(ruling, population, leads.map((_, at) => at), countsOf(population, ruling, []));
  const world = new VirtualWorld(population, ruling, { standing, days: 3 });
  const woken = (hours: number, who: readonly number[]): string[] =>
    world.move(who.map((at) => world.leads[at]!), new Date(NOW.getTime() + hours * HOUR)).woken.map(({ lead }) => lead.id);
  const members = (id: string): string[] => world.leads.filter(({ state }) => Object.hasOwn(state.segments, id)).map(({ lead }) => lead.id);
  return { world, woken, members };
}

/** So many looks at the prices; with a forecast of three days, those of two days ago come again tomorrow. */
const inAccount = (id: string, account: string, looks: number, daysAgo: number): PopulationLead =>
  leadOf(id, Array.from({ length: looks }, () => view('/pricing', daysAgo)), { account: { id: account, attributes: {} } });

describe('accounts', () => {
  it('counts colleagues, itself among them, and nobody else’s', () => {
    const { world } = worldOf(COMMITTEE, [inAccount('a', 'one', 3, 0), inAccount('b', 'one', 3, 0), inAccount('c', 'two', 3, 0), leadOf('d', [])]);
    expect(world.leads.map((one) => world.snapshot(one).facts.accountCounts['segments/keen'] ?? 0)).toEqual([2, 2, 1, 0]);
  });

  it('wakes the colleagues when a member comes in, who then see it', () => {
    const { woken, members } = worldOf(COMMITTEE, [inAccount('a', 'one', 3, 0), inAccount('b', 'one', 2, 2), inAccount('c', 'two', 3, 0)]);
    expect(members('segments/committee')).toEqual([]);
    expect(woken(24, [1])).toEqual(['a', 'b']);
    expect(members('segments/committee')).toEqual([]);
    expect(woken(25, [0, 1])).toEqual([]);
    expect(members('segments/committee')).toEqual(['a', 'b']);
  });
});

/** Two looks at the prices, which come again in a day: at 16 points nobody is keen, with those to come they are. */
const TWICE = [view('/pricing', 2), view('/pricing', 2)];

describe('rules about touches', () => {
  it('are asked again when a touch is planned', () => {
    const { world, woken } = worldOf({ ...WRITTEN, ...AGAIN }, [leadOf('a', TWICE)]);
    expect(woken(24, [0])).toEqual(['a']);
    expect(world.leads[0]!.touchpoints).toMatchObject([{ state: 'accepted' }]);
  });

  it('are asked again when the gate let one go, although nothing else happened', () => {
    const waiting = { programme: 'journeys/prices', entry: 1, step: 'mail', visit: 1, channel: 'email', content: 'content/prices', state: 'planned', at: NOW, dueAt: new Date(NOW.getTime() + 5 * HOUR), expiresAt: null } as const;
    const { world, woken, members } = worldOf({ ...WRITTEN, ...AGAIN }, [leadOf('a', [], { touchpoints: [waiting] })]);
    expect([woken(4, [0]), woken(5, [0])]).toEqual([[], []]);
    expect(world.leads[0]!.touchpoints).toMatchObject([{ state: 'accepted' }]);
    expect(members('segments/written')).toEqual([]);
    expect(woken(6, [0])).toEqual(['a']);
    expect(members('segments/written')).toEqual(['a']);
    expect(world.leads[0]!.touchpoints).toHaveLength(2);
  });

  it('are not asked again where no rule asks', () => {
    expect(worldOf({}, [leadOf('a', TWICE)]).woken(24, [0])).toEqual([]);
  });
});

describe('rules about transitions', () => {
  const entered = (of: string, within = '7d') => ({ fact: 'eventCount', params: { event: 'segment_entered', where: { segment: of }, within }, operator: 'atLeast', value: 1 });

  it('are asked again when the transition comes, and see it then', () => {
    const { woken, members } = worldOf(segment('segments/greeted', entered('segments/keen')), [leadOf('a', TWICE), leadOf('b', [])]);
    expect(woken(24, [0, 1])).toEqual(['a']);
    expect(members('segments/greeted')).toEqual([]);
    expect(woken(25, [0])).toEqual([]);
    expect(members('segments/greeted')).toEqual(['a']);
  });

  it('let nobody be asked again and again who chases himself', () => {
    const flips = { not: { all: [entered('segments/flips', '2d')] } };
    const { world, woken } = worldOf(segment('segments/flips', flips), [leadOf('a', TWICE)]);
    const looks = Array.from({ length: 100 }, (_, hour) => (world.leads[0]!.nextAt <= NOW.getTime() + hour * HOUR ? woken(hour, [0]) : [])).flat();
    expect(looks.length).toBeLessThan(6);
  });
});
