// How often two pull requests on different rules conflict in the lock, by real merges. From the root of the repository:
//   node tools/run/node22.mjs -C @tendril/source --import @oxc-node/core/register tools/cli/test/measure-lock-merges.ts 500
import { type Change, type Layout, measureMerges, pickPair } from './lock-merges.ts';

const pairs = Number(process.argv[2] ?? 100);
const kinds: readonly [Change['does'], Change['does']][] = [['change', 'change'], ['add', 'add'], ['change', 'add'], ['change', 'remove']];
for (const rules of [20, 200]) {
  for (const near of [true, false]) {
    for (const kind of kinds) {
      const counts = (['one file', 'each its own'] satisfies Layout[]).map((layout) => {
        const { conflicts } = measureMerges(layout, rules, pairs, pickPair(kind, near));
        return `${layout} ${conflicts}`;
      });
      console.log(`${rules} rules, ${near ? 'neighbours' : 'anywhere'}, ${kind.join(' + ')}: conflicts in ${pairs} merges: ${counts.join(', ')}`);
    }
  }
}
