import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readRuleFolder } from '../src/index.ts';
import { judgeRefusal } from './judge-refusal.ts';
import { brokenFile } from './mutate-rule-file.ts';
import { horrorsOf } from './rule-horrors.ts';

const sources = await readRuleFolder(fileURLToPath(new URL('../../../rules', import.meta.url)));
const [model] = sources.filter(({ path }) => path.startsWith('segments/'));

describe('a rule folder with one broken file', () => {
  it.each(horrorsOf(model ?? expect.fail('there is no segment')))('is refused with its place and a remedy: $how', (broken) => {
    expect(judgeRefusal(broken, sources).complaint).toBeNull();
  });

  // `npm run prove:rule-files` draws as many as one likes.
  it('is refused with its place and a remedy, however it was broken', () => {
    fc.assert(
      fc.property(brokenFile(sources), (broken) => {
        const { complaint, said } = judgeRefusal(broken, sources);
        expect(complaint && `${broken.path}: ${broken.how}: ${complaint}\n${said}`).toBeNull();
      }),
      { numRuns: 500 },
    );
  });

  it('is loaded when nothing is broken', () => {
    expect(judgeRefusal({ path: model?.path ?? '', text: model?.text ?? '', how: 'not at all' }, sources).complaint).toBe('it was accepted');
  });
});
