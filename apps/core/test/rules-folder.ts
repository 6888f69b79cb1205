import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readRuleFolder, type RuleSource } from '@tendril/rulebook';

/** The small company's rules in a folder of their own, that a test may change. */
export interface RulesFolder {
  readonly folder: string;
  /** Writes a file of the rules; what is not a text is written as JSON. */
  write(path: string, content: unknown): void;
  /** Reads a JSON file of the rules. */
  read(path: string): Record<string, unknown>;
  files(): Promise<RuleSource[]>;
  /** Messages in the outbox, when the connectors are the usual one. */
  sent(): readonly OutboxMessage[];
  remove(): void;
}

/** What `outbox-file` writes, as far as tests look at it. */
export interface OutboxMessage {
  readonly id: string;
  readonly channel: string;
  readonly to: string;
  readonly content: Readonly<Record<string, string>>;
}

/** Without `connectors` every channel goes to an outbox folder beside the rules. */
export function rulesFolder(connectors?: readonly object[]): RulesFolder {
  const home = mkdtempSync(join(tmpdir(), 'tendril-rules-'));
  const folder = join(home, 'rules');
  const outbox = join(home, 'outbox');
  cpSync(join(import.meta.dirname, 'rules'), folder, { recursive: true });
  mkdirSync(outbox);
  const write: RulesFolder['write'] = (path, content) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content, null, 2));
  };
  write('connectors.json', { connectors: connectors ?? [{ name: 'outbox', package: '@tendril/outbox-file', settings: { folder: outbox } }] });
  return {
    folder,
    write,
    read: (path) => JSON.parse(readFileSync(join(folder, path), 'utf8')) as Record<string, unknown>,
    files: () => readRuleFolder(folder),
    sent: () =>
      readdirSync(outbox)
        .filter((name) => name.endsWith('.json'))
        .map((name) => JSON.parse(readFileSync(join(outbox, name), 'utf8')) as OutboxMessage),
    remove: () => rmSync(home, { recursive: true, force: true }),
  };
}
