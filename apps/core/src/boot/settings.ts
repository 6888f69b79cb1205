import { readFileSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { AppError, messageOf } from '@tendril/kernel';
import { z } from 'zod';

/** What the process is told by its environment. */
export interface Settings {
  readonly port: number;
  readonly host: string;
  /** Undefined: the embedded database in `dataFolder`. */
  readonly databaseUrl: string | undefined;
  readonly dataFolder: string;
  readonly rulesFolder: string;
  /** Where the public reaches this installation; no slash at the end. */
  readonly publicUrl: string;
  /** Seed a sample company when an embedded database is empty. */
  readonly sample: boolean;
  /** May webhooks go to http and to hosts inside the own network? */
  readonly webhooksPrivate: boolean;
  /** How often the ticks fire, in milliseconds. */
  readonly tickMs: number;
  /** How long it goes on answering after SIGTERM, so that a load balancer finds another process first; in milliseconds. */
  readonly drainMs: number;
  /** When an operator restored a backup, as far as the database cannot tell by itself. */
  readonly restoredAt: Date | undefined;
}

const Environment = z.object({
  PORT: z.coerce.number('PORT must be a number, such as 3000').int().min(0).max(65_535).default(3000),
  HOST: z.string().default('127.0.0.1'),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'DATABASE_URL must begin with postgres://, such as postgres://user:password@host:5432/tendril')
    .optional(),
  TENDRIL_DATA: z.string().default('.tendril'),
  TENDRIL_RULES: z.string().default('rules'),
  TENDRIL_PUBLIC_URL: z.url({ protocol: /^https?$/, error: 'TENDRIL_PUBLIC_URL must be a URL, such as https://tendril.example.com' }).optional(),
  TENDRIL_SAMPLE: z.enum(['on', 'off'], 'TENDRIL_SAMPLE must be on or off').default('on'),
  TENDRIL_WEBHOOKS_PRIVATE: z.enum(['refuse', 'allow'], 'TENDRIL_WEBHOOKS_PRIVATE must be refuse or allow').default('refuse'),
  TENDRIL_TICK_MS: z.coerce.number('TENDRIL_TICK_MS must be a number of milliseconds').int().min(50).max(3_600_000).default(1000),
  TENDRIL_DRAIN_MS: z.coerce.number('TENDRIL_DRAIN_MS must be a number of milliseconds').int().min(0).max(600_000).default(0),
  TENDRIL_RESTORED: z.iso.datetime({ offset: true, error: 'TENDRIL_RESTORED must be the moment of the restore, such as 2026-11-22T08:30:00Z' }).optional(),
});

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Reads the environment. A variable `NAME_FILE` names a file that holds the value of `NAME`, as orchestrators hand out secrets.
 * Relative folders are under `cwd`.
 *
 * @throws AppError `settings-invalid` naming the variable and what to write
 */
export function readSettings(environment: Variables, cwd: string): Settings {
  const given = Object.keys(Environment.shape).map((name) => [name, variable(environment, name)]);
  const parsed = Environment.safeParse(Object.fromEntries(given));
  if (!parsed.success) {
    const said = parsed.error.issues.map((issue) => (issue.message.includes(String(issue.path[0])) ? issue.message : `${issue.path.join('.')}: ${issue.message}`));
    throw new AppError('settings-invalid', said.join('; '), { hint: 'Correct the environment variable and start again.' });
  }
  const { PORT, HOST, DATABASE_URL, TENDRIL_DATA, TENDRIL_RULES, TENDRIL_PUBLIC_URL, TENDRIL_SAMPLE } = parsed.data;
  const { TENDRIL_WEBHOOKS_PRIVATE, TENDRIL_TICK_MS, TENDRIL_DRAIN_MS, TENDRIL_RESTORED } = parsed.data;
  const under = (folder: string) => (isAbsolute(folder) ? folder : resolve(cwd, folder));
  return {
    port: PORT,
    host: HOST,
    databaseUrl: DATABASE_URL,
    dataFolder: under(TENDRIL_DATA),
    rulesFolder: under(TENDRIL_RULES),
    publicUrl: (TENDRIL_PUBLIC_URL ?? `http://localhost:${PORT}`).replace(/\/+$/, ''),
    sample: TENDRIL_SAMPLE === 'on',
    webhooksPrivate: TENDRIL_WEBHOOKS_PRIVATE === 'allow',
    tickMs: TENDRIL_TICK_MS,
    drainMs: TENDRIL_DRAIN_MS,
    restoredAt: TENDRIL_RESTORED === undefined ? undefined : new Date(TENDRIL_RESTORED),
  };
}

/**
 * A variable's value, or the content of the file that `<name>_FILE` names. Empty counts as not set.
 *
 * @throws AppError `settings-invalid` when the file cannot be read
 */
export function variable(environment: Variables, name: string): string | undefined {
  const file = environment[`${name}_FILE`];
  if (environment[name] || !file) return environment[name] || undefined;
  try {
    return readFileSync(file, 'utf8').trimEnd() || undefined;
  } catch (error) {
    throw new AppError('settings-invalid', `${name}_FILE names a file that cannot be read: ${messageOf(error)}`, {
      hint: 'Correct the path, or set the variable itself.',
    });
  }
}

/** Where the embedded database keeps its files. */
export const databaseFolder = (settings: Settings): string => join(settings.dataFolder, 'database');
