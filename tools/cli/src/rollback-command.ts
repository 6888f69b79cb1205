import type { Command } from 'commander';
import { rollBackRules, type RollbackOptions } from './activate-rules.ts';
import type { World } from './world.ts';

/** `tendril rules rollback`. */
export function addRollbackCommand(rules: Command, world: World, finish: (code: number) => void): void {
  rules
    .command('rollback')
    .description('have a running core return to the rulebook that was active before')
    .option('--to <rulebook>', 'another one that was active once: its hash or git revision, or the first 7 characters')
    .option('--dry-run', 'only say which one it would be')
    .option('--expect <hash>', 'only while this rulebook is the active one')
    .option('--reason <text>', 'kept in the history')
    .option('--url <url>', 'where the core runs')
    .option('--json', 'print JSON')
    .action(async (options: RollbackOptions) => finish(await rollBackRules(world, options)));
}
