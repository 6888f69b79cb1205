// Holds the compiled rules against json-rules-engine on random rulebooks and odd leads. From the root:
//   npm run prove:rule-evaluation -- [--pairs 100000] [--seed 1]
// A disagreement is shrunk to the smallest one, and printed with the seed and path that find it again.
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { anyLead, anyRules } from './arbitraries.ts';
import { disagreement } from './disagreement.ts';

/** Leads a rulebook is asked about: compiling costs more than asking. */
const LEADS = 5;

const { values } = parseArgs({ options: { pairs: { type: 'string', default: '100000' }, seed: { type: 'string', default: '1' } } });
const rulebooks = Math.ceil(Number(values.pairs) / LEADS);
const began = performance.now();
let done = 0;

const pairs = fc.record({ rules: anyRules, leads: fc.array(anyLead, { minLength: LEADS, maxLength: LEADS }) });
const property = fc.asyncProperty(pairs, async (drawn) => {
  const found = await disagreement(drawn);
  if (found !== null) throw new Error(found);
  done += 1;
  if (done % 1000 === 0) console.log(`${done * LEADS} of ${rulebooks * LEADS} pairs, ${Math.round((performance.now() - began) / 1000)} s`);
});
const result = await fc.check(property, { numRuns: rulebooks, seed: Number(values.seed) });
console.log(result.failed ? fc.defaultReportMessage(result) : `${rulebooks} rulebooks × ${LEADS} leads = ${rulebooks * LEADS} pairs of seed ${values.seed}: json-rules-engine and the compiled rules agree on all.`);
process.exitCode = result.failed ? 1 : 0;
