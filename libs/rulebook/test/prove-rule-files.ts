// Breaks the shipped rule files in many ways, and looks whether each is refused with its place. From the root:
//   npm run prove:rule-files -- [--n 2000] [--seed 1] [--show 10]
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { readRuleFolder } from '../src/index.ts';
import { judgeRefusal } from './judge-refusal.ts';
import { brokenFile } from './mutate-rule-file.ts';
import { horrorsOf } from './rule-horrors.ts';

const { values } = parseArgs({
  options: { n: { type: 'string', default: '2000' }, seed: { type: 'string', default: '1' }, show: { type: 'string', default: '3' } },
});
const sources = await readRuleFolder(fileURLToPath(new URL('../../../rules', import.meta.url)));
const model = sources.filter(({ path }) => path.startsWith('segments/'))[0];
const drawn = fc.sample(brokenFile(sources), { numRuns: Number(values.n), seed: Number(values.seed) });
const files = [...(model ? horrorsOf(model) : []), ...drawn];

const times: { readonly how: string; readonly milliseconds: number }[] = [];
const complaints: string[] = [];
files.forEach((broken, at) => {
  const { complaint, milliseconds, said } = judgeRefusal(broken, sources);
  times.push({ how: broken.how, milliseconds });
  if (complaint) complaints.push(`${broken.path}: ${broken.how}: ${complaint}\n  ${said}`);
  if (at % Math.ceil(files.length / Number(values.show)) === 0) console.log(`${broken.how}\n  ${said}`);
});
times.sort((a, b) => a.milliseconds - b.milliseconds);
const share = (part: number): string => `${(times[Math.min(times.length - 1, Math.floor(times.length * part))]?.milliseconds ?? 0).toFixed(1)} ms`;
for (const complaint of complaints) console.error(complaint);
console.log(`${files.length} broken files of seed ${values.seed}: ${files.length - complaints.length} refused with place and remedy, ${complaints.length} not.`);
console.log(`A refusal of the whole folder (${sources.length} files): median ${share(0.5)}, 99 % within ${share(0.99)}, longest ${share(1)} (${times.at(-1)?.how ?? ''}).`);
process.exitCode = complaints.length > 0 ? 1 : 0;
