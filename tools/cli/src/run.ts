import { readFileSync } from 'node:fs';
import { AppError, messageOf } from '@tendril/kernel';
import { Command, CommanderError } from 'commander';
import { z } from 'zod';
import { addActivateCommand } from './activate-command.ts';
import { addBaselineCommand } from './baseline-command.ts';
import { addCheckCommand } from './check-command.ts';
import { addDocsCommand } from './docs-command.ts';
import { evaluate } from './evaluate.ts';
import { addExplainCommand } from './explain-command.ts';
import { addFixCommand } from './fix-command.ts';
import { importCsv, type ImportOptions } from './import-csv.ts';
import { addNewCommand } from './new-command.ts';
import { addPlanCommand } from './plan-command.ts';
import { addRetireCommand } from './retire-command.ts';
import { addRollbackCommand } from './rollback-command.ts';
import { addTestCommand } from './test-command.ts';
import type { World } from './world.ts';

/** What works on rule files, in the order in which authors need it. */
const RULES_COMMANDS = [
  addNewCommand,
  addCheckCommand,
  addTestCommand,
  addPlanCommand,
  addExplainCommand,
  addFixCommand,
  addRetireCommand,
  addDocsCommand,
  addBaselineCommand,
  addActivateCommand,
  addRollbackCommand,
];

const AFTER_HELP = `
Environment:
  TENDRIL_KEY   API key; without it the one that an embedded core wrote to .tendril/admin-key
  TENDRIL_URL   where the core runs; http://127.0.0.1:3000 when neither this nor --url says

Exit codes: 0 all well, 1 something is wrong (it says what), 2 the command was misspelt, 3 imported with rejected rows,
4 a change of rules does more than policies.json allows.`;

/** Runs one command line and answers the exit code. Never throws: whatever goes wrong is said in a sentence with what to do. */
export async function run(args: readonly string[], world: World): Promise<number> {
  let code = 0;
  const program = buildProgram(world, (answer) => {
    code = answer;
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    sayError(world, error, args.includes('--json'));
    return 1;
  }
}

function buildProgram(world: World, finish: (code: number) => void): Command {
  const program = new Command('tendril')
    .description('Lead nurturing: brings leads into a running core, and checks rule files')
    .version(ownVersion(), '--version', 'print the version')
    .addHelpText('after', AFTER_HELP)
    .exitOverride()
    .configureOutput({ writeOut: (text) => world.out(text.trimEnd()), writeErr: (text) => world.err(text.trimEnd()) });
  program
    .command('import')
    .description('send a CSV file of leads to the core; running it again takes no row twice')
    .argument('<csv>', 'the file, UTF-8')
    .requiredOption('--map <map>', 'how to read its columns: a JSON file, or the name of a ready map (hubspot, mautic)')
    .option('--url <url>', 'where the core runs')
    .option('--json', 'print one JSON object at the end and nothing else')
    .action(async (csv: string, options: ImportOptions) => finish(await importCsv(world, csv, options)));
  program
    .command('evaluate')
    .description('have the core evaluate all leads that are due, now')
    .option('--url <url>', 'where the core runs')
    .option('--json', 'print JSON')
    .action(async (options: { url?: string; json?: boolean }) => finish(await evaluate(world, options)));
  const rules = program.command('rules').description('work on rule files; a core is needed only where a command has --url');
  for (const add of RULES_COMMANDS) add(rules, world, finish);
  return program;
}

function sayError(world: World, error: unknown, json: boolean): void {
  const { code, hint, field } = error instanceof AppError ? error : { code: 'unexpected', hint: undefined, field: undefined };
  const message = messageOf(error);
  if (json) return world.out(JSON.stringify({ error: { code, message, hint, field } }));
  world.err(message);
  if (hint) world.err(hint);
}

function ownVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}
