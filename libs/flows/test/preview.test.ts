import { activateRulebook } from '@tendril/store';
import { sql } from '@tendril/store/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compileRulebook } from '../src/active-rulebook.ts';
import { evaluateAll } from '../src/evaluate-leads.ts';
import { takeIn } from '../src/intake.ts';
import { previewInWords, previewRulebook } from '../src/preview-rulebook.ts';
import { event, RULES, smallCompany } from './small-company.ts';

let company: Awaited<ReturnType<typeof smallCompany>>;
beforeEach(async () => {
  company = await smallCompany();
  const now = company.clock.now();
  const reading = ['/pricing', '/pricing/teams', '/blog'].map((path, n) => event(now, 'page_viewed', { path }, { id: `crm-${n}` }));
  await takeIn(company.world, reading);
  await evaluateAll(company.world);
});
afterEach(() => company.store.close());

/** The rules with one text replaced by another in every file. */
function changed(from: string, to: string): { files: typeof RULES; gitRevision: null } {
  return { files: RULES.map(({ path, text }) => ({ path, text: path.startsWith('segments/') ? text.replace(from, to) : text })), gitRevision: null };
}

describe('previewRulebook', () => {
  it('says exactly what activating it then does, and writes nothing', async () => {
    const next = compileRulebook(changed('"/pricing"', '"/"'));
    const preview = await previewRulebook(company.world, next);
    expect(preview).toMatchObject({
      leads: 3,
      moved: 1,
      segments: [{ id: 'segments/pricing', entering: 1, leaving: 0 }],
      touches: [{ programme: 'journeys/pricing', channel: 'email', planned: 1 }],
    });
    expect(previewInWords(preview).join('\n')).toContain('1 of 3 leads change');
    const count = sql<{ n: number }>`select count(*) as n from touchpoint`;
    const before = (await count.execute(company.store.db)).rows[0]!.n;
    expect(before).toBe(2);
    const { rulebook } = next;
    await company.store.transaction((db) => activateRulebook(db, { hash: rulebook.hash, gitRevision: null, files: rulebook.sources }, company.clock.now(), 'test'));
    expect(await evaluateAll(company.world)).toMatchObject({ leads: 3, planned: 1 });
  });

  it('of the active rulebook says that nothing changes', async () => {
    const preview = await previewRulebook(company.world, compileRulebook({ files: RULES, gitRevision: null }));
    expect(previewInWords(preview)).toEqual(['Nothing changes for any of 3 leads.']);
  });

  it('counts who leaves when a condition becomes narrower', async () => {
    const preview = await previewRulebook(company.world, compileRulebook(changed('"/pricing"', '"/pricing/teams"')));
    expect(preview.segments).toEqual([{ id: 'segments/pricing', entering: 0, leaving: 1 }]);
    expect(preview.touches).toEqual([]);
  });
});
