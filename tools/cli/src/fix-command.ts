import type { Command } from 'commander';
import { fixRules, type FixOptions } from './fix-rules.ts';
import type { World } from './world.ts';

/** `tendril rules fix`. */
export function addFixCommand(rules: Command, world: World, finish: (code: number) => void): void {
  rules
    .command('fix')
    .description('mend versions, locks and layout of the rule files')
    .argument('[folder]', 'the folder of rules; "rules" where you stand')
    .option('--check', 'write nothing, and answer 1 when a file is to be mended')
    .option('--json', 'print JSON')
    .action(async (folder: string | undefined, options: FixOptions) => finish(await fixRules(world, folder, options)));
}
