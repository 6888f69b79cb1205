import type { Command } from 'commander';
import { activateRules, type ActivateOptions } from './activate-rules.ts';
import type { World } from './world.ts';

/** `tendril rules activate`. */
export function addActivateCommand(rules: Command, world: World, finish: (code: number) => void): void {
  rules
    .command('activate')
    .description('check a folder of rules and make it the rulebook of a running core')
    .argument('[folder]', 'the folder of rules; "rules" where you stand')
    .option('--dirty', 'send files that differ from their commit, without a git revision')
    .option('--expect <hash>', 'only while this rulebook is the active one')
    .option('--reason <text>', 'kept in the history')
    .option('--url <url>', 'where the core runs')
    .option('--json', 'print JSON')
    .action(async (folder: string | undefined, options: ActivateOptions) => finish(await activateRules(world, folder, options)));
}
