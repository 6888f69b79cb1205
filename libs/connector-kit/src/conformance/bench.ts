import assert from 'node:assert/strict';

import type { ConnectorContext, Log, MessageConnector } from '../contract.ts';
import { secretSettings } from '../define-connector.ts';
import { openConnector, type OpenConnector } from '../open-connector.ts';
import type { ConformanceSamples } from './samples.ts';

/** A connector under test. */
export interface Bench {
  readonly connector: OpenConnector;
  /** What the connector itself logged or printed, before the kit could redact it. */
  readonly said: string[];
  /** What reached the core's log. */
  readonly logged: string[];
}

/** Where the vendor is, and what time it is. */
export interface BenchWorld {
  readonly redirect?: Readonly<Record<string, string>>;
  readonly deadline?: () => AbortSignal;
  readonly now?: () => Date;
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** Opens the connector as the core would, with ears on everything that it says. */
export function bench(definition: MessageConnector, samples: ConformanceSamples, world: BenchWorld = {}): Bench {
  const said: string[] = [];
  const logged: string[] = [];
  const overheard = (context: ConnectorContext<Record<string, unknown>>): ConnectorContext<Record<string, unknown>> => ({
    ...context,
    log: spy(said, context.log),
  });
  const { hear } = definition;
  const spied: MessageConnector = {
    ...definition,
    deliver: (batch, context) => overhearingConsole(said, () => definition.deliver(batch, overheard(context))),
    ...(hear === undefined ? {} : { hear: (request, context) => overhearingConsole(said, async () => hear.call(definition, request, overheard(context))) }),
  };
  const connector = openConnector(spied, {
    ...split(definition, world.settings ?? samples.settings),
    clock: { now: world.now ?? (() => samples.now) },
    log: spy(logged, () => undefined),
    redirect: world.redirect ?? {},
    ...(world.deadline === undefined ? {} : { deadline: world.deadline }),
  });
  return { connector, said, logged };
}

/** Settings as an installation gives them: the secrets apart. */
export function split(definition: MessageConnector, all: Readonly<Record<string, unknown>>): Pick<Parameters<typeof openConnector>[1], 'settings' | 'secrets'> {
  const names = secretSettings(definition.settings);
  const entries = Object.entries(all);
  return {
    settings: Object.fromEntries(entries.filter(([name]) => !names.includes(name))),
    secrets: Object.fromEntries(names.map((name) => [name, { env: variableOf(name), value: typeof all[name] === 'string' ? all[name] : undefined }])),
  };
}

/** The environment variable that the suite pretends a secret comes from. */
export function variableOf(setting: string): string {
  return `SAMPLE_${setting.replaceAll(/[A-Z]/g, '_$&').toUpperCase()}`;
}

/** Fails when a secret of the samples stands in the text, in any usual disguise. */
export function assertNoSecret(definition: MessageConnector, samples: ConformanceSamples, where: string, text: string): void {
  const decoded = (text.match(/[\w+/=-]{16,}/g) ?? []).map((token) => Buffer.from(token, 'base64').toString());
  const all = [text, ...decoded].join('\n');
  for (const name of secretSettings(definition.settings)) {
    const value = samples.settings[name];
    if (typeof value !== 'string') continue;
    for (const form of [value, encodeURIComponent(value)]) assert.ok(!all.includes(form), `the secret "${name}" stands in ${where}`);
  }
}

function spy(lines: string[], next: Log): Log {
  return (message, data) => {
    lines.push(`${message} ${JSON.stringify(data ?? {})}`);
    next(message, data);
  };
}

const PRINTERS = ['log', 'info', 'warn', 'error', 'debug'] as const;

/** A connector that prints goes past the kit's redaction, so printing counts as logging. */
async function overhearingConsole<T>(lines: string[], body: () => Promise<T>): Promise<T> {
  const { console: printers } = globalThis;
  const before = PRINTERS.map((name) => [name, printers[name]] as const);
  const hear = (...words: unknown[]): void => void lines.push(words.map((word) => (typeof word === 'string' ? word : JSON.stringify(word))).join(' '));
  for (const name of PRINTERS) printers[name] = hear;
  try {
    return await body();
  } finally {
    for (const [name, printer] of before) printers[name] = printer;
  }
}
