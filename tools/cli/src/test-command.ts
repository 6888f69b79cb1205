import type { Command } from 'commander';
import { testRules, type TestOptions } from './test-rules.ts';
import type { World } from './world.ts';

/** `tendril rules test`. */
export function addTestCommand(rules: Command, world: World, finish: (code: number) => void): void {
  rules
    .command('test')
    .description('run the cases beside the rule files, and prove that each rule and each comparison has one')
    .argument('[folder]', 'the folder of rules; "rules" where you stand')
    .option('--only <id>', 'test one rule file: "segments/x", "stages"')
    .option('--json', 'print JSON')
    .action(async (folder: string | undefined, options: TestOptions) => finish(await testRules(world, folder, options)));
}
