import type { Command } from 'commander';
import { checkRules } from './check-rules.ts';
import type { World } from './world.ts';

/** `tendril rules check`. */
export function addCheckCommand(rules: Command, world: World, finish: (code: number) => void): void {
  rules
    .command('check')
    .description('say what is wrong in the rule files, as file:line:column')
    .argument('[folder]', 'the folder of rules; "rules" where you stand')
    .option('--json', 'print JSON')
    .action(async (folder: string | undefined, options: { json?: boolean }) => finish(await checkRules(world, folder, options)));
}
