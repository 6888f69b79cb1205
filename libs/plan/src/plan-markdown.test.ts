import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { FILES, leadOf, looks, NOW, points, populationOf, rulesWith } from '../test/small-rules.ts';
import type { Plan } from './plan.ts';
import { planChange } from './plan-change.ts';
import { PLAN_MARKER, planMarkdown } from './plan-markdown.ts';
import { planText } from './plan-text.ts';

const PEOPLE = populationOf([leadOf('lead-0001', looks(2, 0)), leadOf('lead-0002', looks(1, 0)), leadOf('lead-0003', []), leadOf('lead-0004', looks(2, 6), { consents: {} })], [400]);
const twelve = (): Promise<Plan> => planOf(points({ points: 12, max: 36 }));

function planOf(edits: Parameters<typeof rulesWith>[0], people = PEOPLE): Promise<Plan> {
  return planChange({ before: rulesWith(), after: rulesWith(edits), population: people }, { now: new Date('2026-03-09T09:00:00Z'), days: 3 });
}

async function golden(name: string, text: string): Promise<void> {
  await expect(text).toMatchFileSnapshot(`../test/golden/${name}`);
}

describe('a plan of "8 → 12 points"', () => {
  it('as a comment', async () => golden('points.md', planMarkdown(await twelve(), 'rules')));
  it('in a terminal', async () => golden('points.txt', `${planText(await twelve(), 'rules').join('\n')}\n`));

  it('begins with the marker that the workflow looks for', async () => {
    expect(planMarkdown(await twelve(), 'rules').startsWith(`${PLAN_MARKER}\n`)).toBe(true);
    expect(await readFile(new URL('../../../.github/post-comment.sh', import.meta.url), 'utf8')).toContain(PLAN_MARKER);
  });
});

describe('a plan of nothing', () => {
  it('is one line', async () => {
    const plan = await planOf({});
    expect(planText(plan, 'rules')).toEqual(['Nothing changes for any of 400 leads, at once or in 3 days.']);
    expect(planMarkdown(plan, 'rules')).toBe(`${PLAN_MARKER}\n\n**Nothing changes for any of 400 leads, at once or in 3 days.**\n`);
  });
});

describe('a comment', () => {
  const NASTY = '<img src=x onerror=alert(1)> @everyone #1 [a](http://evil.example) | `code` **bold** <!-- --> www.evil.example \n# title ~~x~~ $x$ &amp; \u202e';

  it('lets nothing that others wrote break out', async () => {
    const engagement = FILES['scoring/engagement.json'];
    const edits = { 'scoring/engagement.json': { ...engagement, version: 2, rules: [{ ...engagement.rules[0], name: NASTY, points: 12 }] } };
    const text = planMarkdown(await planOf(edits, populationOf([leadOf(NASTY, looks(2, 0))])), 'rules');
    for (const raw of ['<img', '@everyone', '#1', '[a]', 'http://', '`code', '**bold', '<!-- -->', 'www.evil', '\u202e', '~~x', '$x']) {
      const places = text.split(raw).length - 1;
      expect([raw, text.replaceAll(`\\${raw}`, '').split(raw).length - 1]).toEqual([raw, raw === '**bold' ? places : 0]);
    }
    expect(text.split('\n').filter((line) => line.startsWith('# '))).toEqual([]);
    const cells = (line: string | undefined): number => (line ?? '').split(/(?<!\\)\|/).length;
    for (const table of text.split('\n\n').map((part) => part.split('\n')).filter(([first]) => first?.startsWith('| '))) {
      expect(table.map(cells)).toEqual(table.map(() => cells(table[0])));
    }
  });

  it('stays below what GitHub takes, whatever the plan', async () => {
    const plan = await twelve();
    const long = 'x'.repeat(5000);
    const many = <Item>(item: Item): Item[] => Array.from({ length: 3000 }, () => item);
    const [segment] = plan.atOnce.segments;
    const huge: Plan = {
      ...plan,
      notices: many({ file: long, line: 1, message: long }),
      rules: many({ ...plan.rules[0]!, changes: [long, long] }),
      atOnce: { ...plan.atOnce, segments: many({ ...segment!, segment: long, examples: many({ lead: long, sentence: long }) }) },
    };
    const text = planMarkdown(huge, 'rules');
    expect(text.length).toBeLessThan(65_536);
    expect(text).toContain('The rest is too long for a comment');
    expect(text).toContain('leads change at once');
  });

  it('says first which limit is exceeded', async () => {
    const limits = { 'policies.json': { ...FILES['policies.json'], blastLimits: { entering: 0.1 } } };
    const plan = await planChange({ before: rulesWith(limits), after: rulesWith({ ...limits, ...points({ points: 12 }) }), population: PEOPLE }, { now: NOW, days: 1 });
    expect(planMarkdown(plan, 'rules')).toContain('> **Too much at once.** blastLimits.entering: 25 % of all leads enter segments/keen, allowed are 10 %, 15 % too many');
    expect(planText(plan, 'rules')).toContain('  EXCEEDED  blastLimits.entering: 25 % of all leads enter segments/keen, allowed are 10 %, 15 % too many');
  });
});
