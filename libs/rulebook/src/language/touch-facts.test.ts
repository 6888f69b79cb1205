import { describe, expect, it } from 'vitest';
import { touchFacts } from './touch-facts.ts';

const touch = (programme: string, state: string, minute: number) => ({ programme, channel: 'email', content: 'content/a', state, at: new Date(minute * 60_000) });

describe('touchFacts', () => {
  it.each(['planned', 'held', 'claimed', 'sending'])('keeps a lead in its journey while a touch is %s', (state) => {
    expect(touchFacts([touch('journeys/b', state, 2), touch('journeys/a', state, 1), touch('journeys/b', state, 3)]).journeys).toEqual(['journeys/a', 'journeys/b']);
  });

  it.each(['accepted', 'rejected', 'unknown', 'cancelled', 'suppressed', 'expired'])('lets it go when the touch is %s', (state) => {
    expect(touchFacts([touch('journeys/a', state, 1)]).journeys).toEqual([]);
  });

  it('takes a campaign for no journey', () => {
    expect(touchFacts([touch('campaigns/1', 'planned', 1)]).journeys).toEqual([]);
  });

  it('puts the oldest first, and counts what is being sent as planned', () => {
    const { touchpoints } = touchFacts([touch('campaigns/1', 'sending', 2), touch('journeys/a', 'accepted', 1), touch('journeys/a', 'claimed', 3)]);
    expect(touchpoints.map(({ state, at }) => [state, at.getTime() / 60_000])).toEqual([['accepted', 1], ['planned', 2], ['planned', 3]]);
  });
});
