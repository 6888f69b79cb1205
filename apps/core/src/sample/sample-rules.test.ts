import { compileContent, contentProblems, render } from '@tendril/content';
import { loadRulebook, readRuleFolder } from '@tendril/rulebook';
import { describe, expect, it } from 'vitest';

const { rulebook, problems } = loadRulebook(await readRuleFolder(new URL('../../../../rules', import.meta.url).pathname));
if (!rulebook) expect.fail(`rules/ does not load: ${JSON.stringify(problems)}`);

const unsubscribeUrl = 'https://nurture.example/u/token';
const known = {
  lead: { firstName: 'Ada', company: 'Ashdown Clinic', trialEndsAt: '2026-12-01T00:00:00Z' },
  account: { sites: 3 },
  unsubscribeUrl,
};
/** What the entry segments guarantee and nothing else: shops-and-depots-exploring asks for the account's sites. */
const barelyKnown = { lead: {}, account: { sites: 2 }, unsubscribeUrl };

describe('the rules of the sample company', () => {
  it('load without problems or warnings, content included', () => {
    expect([...problems, ...contentProblems(rulebook.content, rulebook.trackingPlan)]).toEqual([]);
  });

  const library = compileContent(rulebook.content, rulebook.policies);
  const sendable = rulebook.content.flatMap(({ id, templates }) => [
    ...('email.hbs' in templates ? [[id, 'email']] : []),
    ...('sms.hbs' in templates ? [[id, 'sms']] : []),
  ]) as [string, string][];

  it.each(sendable)('write %s for %s, however little is known about the lead', (id, channel) => {
    for (const input of [known, barelyKnown]) {
      const rendered = render(library, id, channel, input);
      expect(rendered).toMatchObject({ ok: true });
      expect(JSON.stringify(rendered)).not.toMatch(/undefined|\{\{|NaN/);
    }
  });

  it('keep text messages within two parts', () => {
    const rendered = render(library, 'content/sales-call', 'sms', known);
    expect(rendered.ok && rendered.message.text.length).toBeLessThanOrEqual(306);
  });
});
