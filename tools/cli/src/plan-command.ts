import { type Command, InvalidArgumentError, Option } from 'commander';
import { type PlanCommandOptions, planRules } from './plan-rules.ts';
import type { World } from './world.ts';

/** The forecast goes no further: each day is lived through by every lead, twice. */
const MOST_DAYS = 60;

/** `tendril rules plan`. */
export function addPlanCommand(rules: Command, world: World, finish: (code: number) => void): void {
  rules
    .command('plan')
    .description('say what a change of the rules does: who moves, what would be sent, and why')
    .argument('[folder]', 'the folder of rules; "rules" where you stand')
    .addOption(new Option('--against <ref>', 'the git revision to compare with; where this branch left main').conflicts('url'))
    .addOption(new Option('--baseline <folder>', 'where the sample of leads lies; "baseline" in the folder of rules').conflicts('url'))
    .option('--days <n>', 'days of the forecast', daysOf, 14)
    .addOption(new Option('--json', 'print the plan as JSON').conflicts('markdown'))
    .option('--markdown', 'print it for a pull request')
    .option('--url <url>', 'compare with what a running core has loaded, on its leads; nothing is written')
    .action(async (folder: string | undefined, options: PlanCommandOptions) => finish(await planRules(world, folder, options)));
}

function daysOf(text: string): number {
  const days = Number(text);
  if (Number.isInteger(days) && days >= 1 && days <= MOST_DAYS) return days;
  throw new InvalidArgumentError(`Write a whole number from 1 to ${MOST_DAYS}.`);
}
