import type { Command } from 'commander';
import { type DocsOptions, writeDocs } from './write-docs.ts';
import type { World } from './world.ts';

/** `tendril rules docs`. */
export function addDocsCommand(rules: Command, world: World, finish: (code: number) => void): void {
  rules
    .command('docs')
    .description('write the rulebook as one HTML page for people')
    .argument('[folder]', 'the folder of rules; "rules" where you stand')
    .option('--out <file>', 'the file to write; "rulebook.html" where you stand')
    .option('--json', 'print JSON')
    .action(async (folder: string | undefined, options: DocsOptions) => finish(await writeDocs(world, folder, options)));
}
