import { activeRulebook } from '@tendril/store';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type CoreUnderTest, coreUnderTest } from '../../test/core-under-test.ts';
import { type RulesFolder, rulesFolder } from '../../test/rules-folder.ts';
import { consentOf, eventOf } from '../../test/said.ts';
import { offerChange, type Watching } from './watch-rules.ts';

let rules: RulesFolder;
let core: CoreUnderTest;
let printed: string[];
const applied = vi.fn();

/** Ana read about prices and was mailed. */
beforeEach(async () => {
  rules = rulesFolder();
  core = await coreUnderTest({ rules: rules.folder });
  await core.call('POST', '/v1/events', [consentOf('email'), eventOf('page_viewed', { path: '/pricing' })]);
  await core.settled();
  printed = [];
  applied.mockClear();
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await core.close();
  rules.remove();
});

/** Offers what lies in the folder to a person who types this; undefined where nobody can. Returns what was printed. */
async function offer(typed: string | undefined): Promise<string> {
  const ask: Watching['ask'] = typed === undefined ? undefined : async () => typed;
  await offerChange(core.world, { folder: rules.folder, ask, applied });
  return printed.join('');
}

const active = async (): Promise<string | undefined> => (await activeRulebook(core.world.store.db))?.hash;

/** A journey to those at the prices, where the segment is entered anew. */
function addJourney(): void {
  rules.write('segments/readers.json', { ...rules.read('segments/pricing.json'), id: 'segments/readers' });
  rules.write('journeys/readers.json', { ...rules.read('journeys/pricing.json'), id: 'journeys/readers', entry: { segment: 'segments/readers' } });
}

describe('a saved change of the rules', () => {
  it('is shown, and applied on y', async () => {
    const before = await active();
    addJourney();
    const said = await offer('y');
    expect(said).toContain('1 of 1 lead change at once: 1 enter segments/readers');
    expect(said).toContain('Read from the whole database, 1 lead, as of');
    expect(said).toMatch(/content\/pricing by email, journeys\/readers +1 +1\n/);
    expect(said).toMatch(/rules\/segments\/readers\.json:1/);
    expect(said).toContain('Applied.');
    expect(await active()).not.toBe(before);
    expect(applied).toHaveBeenCalledOnce();
  });

  it.each(['n', '', 'yes, but later'])('is not applied on "%s"', async (typed) => {
    const before = await active();
    addJourney();
    expect(await offer(typed)).toContain('Not applied.');
    expect(await active()).toBe(before);
    expect(applied).not.toHaveBeenCalled();
  });

  it('is shown and not applied where nobody can answer', async () => {
    const before = await active();
    addJourney();
    const said = await offer(undefined);
    expect(said).toContain('1 enter segments/readers');
    expect(said).toContain('no terminal');
    expect(await active()).toBe(before);
  });

  it('that cannot be read is printed with file, line and column, and asked about never', async () => {
    const before = await active();
    rules.write('segments/pricing.json', '{\n  "id": "segments/pricing",\n  "version": one\n}');
    const ask = vi.fn(async () => 'y');
    await offerChange(core.world, { folder: rules.folder, ask, applied });
    expect(printed.join('')).toMatch(/rules\/segments\/pricing\.json:3:14 {2}\S/);
    expect(ask).not.toHaveBeenCalled();
    expect(await active()).toBe(before);
  });

  it('whose connector is not there is refused when it is to be applied', async () => {
    const before = await active();
    rules.write('connectors.json', { connectors: [{ name: 'outbox', package: 'nobody-wrote-this' }] });
    expect(await offer('y')).toContain('npm install nobody-wrote-this');
    expect(await active()).toBe(before);
    expect(applied).not.toHaveBeenCalled();
  });

  it('that leaves everything as it was is not mentioned', async () => {
    rules.write('README.md', 'Not a rule.');
    expect(await offer('y')).toBe('');
  });
});
