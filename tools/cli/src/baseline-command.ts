import type { Command } from 'commander';
import { type BaselineOptions, drawBaseline } from './draw-baseline.ts';
import type { World } from './world.ts';

/** `tendril rules baseline`. */
export function addBaselineCommand(rules: Command, world: World, finish: (code: number) => void): void {
  rules
    .command('baseline')
    .description('draw a sample of a running core’s leads, without names, for plans on files alone')
    .argument('[folder]', 'the folder of rules; "rules" where you stand')
    .option('--size <leads>', 'about so many leads at most', '2000')
    .option('--url <url>', 'where the core runs')
    .option('--json', 'print JSON')
    .action(async (folder: string | undefined, options: BaselineOptions) => finish(await drawBaseline(world, folder, options)));
}
