import type { Command } from 'commander';
import { newRule, type NewOptions } from './new-rule.ts';
import type { World } from './world.ts';

/** `tendril rules new`. */
export function addNewCommand(rules: Command, world: World, finish: (code: number) => void): void {
  rules
    .command('new')
    .description('write a rule that passes its cases, as a draft: segment, scoring, journey, content, or track for all that a journey needs')
    .argument('<kind>', 'segment, scoring, journey, content or track')
    .argument('<id>', 'its name, in lower-case letters, digits and -')
    .argument('[folder]', 'the folder of rules; "rules" where you stand')
    .option('--like <id>', 'begin from another one: "journeys/welcome"')
    .option('--json', 'print JSON')
    .action(async (kind: string, id: string, folder: string | undefined, options: NewOptions) => finish(await newRule(world, { kind, id, folder }, options)));
}
