import { performance } from 'node:perf_hooks';
import { loadRulebook, type RuleSource } from '../src/index.ts';
import type { Broken } from './mutate-rule-file.ts';

/** How one broken file was met. */
export interface Refusal {
  /** Null when it was refused as it should be. */
  readonly complaint: string | null;
  /** What loading the whole folder with the broken file in it took, in milliseconds. */
  readonly milliseconds: number;
  /** The first thing that was said, with its place. */
  readonly said: string;
}

/** Loads the folder with one file broken. It must be refused, at a place that exists, with a remedy, and nothing may be thrown. */
export function judgeRefusal(broken: Broken, sources: readonly RuleSource[]): Refusal {
  const others = sources.filter(({ path }) => path !== broken.path);
  const began = performance.now();
  const { rulebook, problems } = loadRulebook([...others, broken]);
  const milliseconds = performance.now() - began;
  const errors = problems.filter(({ severity }) => severity === 'error');
  const here = errors.find(({ file }) => file === broken.path) ?? errors[0];
  if (rulebook || !here) return { complaint: 'it was accepted', milliseconds, said: '' };
  const said = `${here.file}:${here.line}:${here.column}: ${here.message}\n    ${here.hint ?? ''}`;
  const text = [...others, broken].find(({ path }) => path === here.file)?.text ?? '';
  const line = text.split('\n')[here.line - 1];
  if (line === undefined || here.column < 1 || here.column > line.length + 1) return { complaint: 'the place does not exist', milliseconds, said };
  if (here.message === '' || !here.hint) return { complaint: 'it does not say what to do', milliseconds, said };
  return { complaint: Object.hasOwn(Object.prototype, 'polluted') ? 'it polluted a prototype' : null, milliseconds, said };
}
