import type { Command } from 'commander';
import { retireRule, type RetireOptions } from './retire-rule.ts';
import type { World } from './world.ts';

/** `tendril rules retire`. */
export function addRetireCommand(rules: Command, world: World, finish: (code: number) => void): void {
  rules
    .command('retire')
    .description('end a rule: its file stays with the day and the reason, its cases go')
    .argument('<id>', 'with its folder: "segments/x"')
    .argument('[folder]', 'the folder of rules; "rules" where you stand')
    .requiredOption('--reason <reason>', 'for whoever would write it again')
    .option('--json', 'print JSON')
    .action(async (id: string, folder: string | undefined, options: RetireOptions) => finish(await retireRule(world, id, folder, options)));
}
