import { type Command, Option } from 'commander';
import { type ExplainOptions, explainRules } from './explain-rules.ts';
import type { World } from './world.ts';

/** `tendril rules explain`. */
export function addExplainCommand(rules: Command, world: World, finish: (code: number) => void): void {
  rules
    .command('explain')
    .description('say why one lead has its scores, stage and segments, and what would change them')
    .argument('<lead>', 'an id, an e-mail address or your own id, asked of a running core; or a lead of the baseline: lead-0042')
    .argument('[folder]', 'the folder of rules; "rules" where you stand')
    .option('--at <time>', 'as of then: 2026-03-09, 2026-03-09T14:00 (UTC) or 2026-03-09T14:00:00+01:00')
    .option('--rules <ref>', 'by other rules: a hash or revision that the core has had, else a git revision of this repository')
    .addOption(new Option('--baseline <folder>', 'where the sample of leads lies; "baseline" in the folder of rules').conflicts(['url', 'at']))
    .option('--url <url>', 'where the core runs')
    .option('--json', 'print JSON')
    .action(async (lead: string, folder: string | undefined, options: ExplainOptions) => finish(await explainRules(world, lead, folder, options)));
}
