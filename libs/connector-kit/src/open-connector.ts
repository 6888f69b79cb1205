import { systemResolve } from './allowed-host.ts';
import { breakerOf } from './breaker.ts';
import type { Delivery, Feedback, HookRequest, Log, MessageConnector, Outcome } from './contract.ts';
import { secretSettings } from './define-connector.ts';
import { deliver } from './deliver.ts';
import { KitError, messageOf } from './kit-error.ts';
import { contextOf, type Opened } from './opened.ts';
import { rateOf } from './rate.ts';
import { redactor } from './redact.ts';
import { assertContract, readSettings, type Secret } from './settings.ts';

/** What the core gives to a connector. */
export interface OpenOptions {
  /** The name under which it was installed, for messages; the connector's id when absent. */
  readonly package?: string;
  readonly settings: Readonly<Record<string, unknown>>;
  /** By setting. */
  readonly secrets?: Readonly<Record<string, Secret>>;
  readonly clock: { now(): Date };
  readonly log: Log;
  /** For tests: vendor host → `http://127.0.0.1:<port>` of the server that plays it. */
  readonly redirect?: Readonly<Record<string, string>>;
  /** Ends a request that takes too long; 15 seconds when absent. */
  readonly deadline?: () => AbortSignal;
}

/** An item whose fate is not known. */
export type UnknownItem = Parameters<NonNullable<MessageConnector['lookup']>>[0][number];

/** A connector with its settings, its network and its limits, ready to be called. */
export interface OpenConnector {
  readonly definition: MessageConnector;
  /** One outcome per item, in order. Never throws and never waits for a limit: what may not go out now is answered with `retry`. */
  deliver(batch: readonly Delivery<unknown>[]): Promise<Outcome[]>;
  /** Throws `SignatureError` on a forgery, `KitError` on what cannot be read or when the connector hears nothing. */
  hear(request: HookRequest): Promise<readonly Feedback[]>;
  /** One answer per item, in order; all undefined when the connector or its vendor cannot say. */
  lookup(items: readonly UnknownItem[]): Promise<readonly (Outcome | undefined)[]>;
  /** Never throws. */
  check(): Promise<{ readonly ok: boolean; readonly message: string }>;
}

/**
 * Opens a connector: checks its contract and settings (throws `KitError`), and wraps it in the kit's network, rate limit,
 * breaker and redaction. The rate and the breaker live as long as what is returned, so open once per process.
 *
 * @example
 * const outbox = openConnector(outboxFile, { settings: { folder: 'outbox' }, clock, log });
 * const [outcome] = await outbox.deliver([{ id, channel: 'email', to, content }]);
 */
export function openConnector(definition: MessageConnector, options: OpenOptions): OpenConnector {
  const name = options.package ?? definition.id;
  assertContract(definition, name);
  const settings = readSettings(definition, name, options.settings, options.secrets ?? {});
  const redact = redactor(secretSettings(definition.settings).flatMap((key) => (typeof settings[key] === 'string' ? [settings[key]] : [])));
  const opened: Opened = {
    definition,
    settings,
    redact,
    log: (message, data) => options.log(redact.text(message), redact.data(data ?? {})),
    transport: {
      hosts: definition.hosts(settings),
      redirect: options.redirect ?? {},
      deadline: options.deadline ?? (() => AbortSignal.timeout(15_000)),
      resolve: systemResolve,
      now: () => options.clock.now(),
    },
    breaker: breakerOf(),
    rate: rateOf(definition.limits.perSecond),
  };
  return {
    definition,
    deliver: (batch) => deliver(opened, batch),
    hear: (request) => hear(opened, request),
    lookup: (items) => lookup(opened, items),
    check: () => check(opened),
  };
}

async function hear(opened: Opened, request: HookRequest): Promise<readonly Feedback[]> {
  const { definition } = opened;
  if (definition.hear === undefined) throw new KitError('hook-unknown', `Connector "${definition.id}" listens to no webhooks.`);
  try {
    return await definition.hear(request, contextOf(opened).context);
  } catch (error) {
    if (error instanceof KitError) throw error;
    throw new KitError('hook-unreadable', `Connector "${definition.id}" could not read a webhook: ${opened.redact.text(messageOf(error))}`, error);
  }
}

async function lookup(opened: Opened, items: readonly UnknownItem[]): Promise<readonly (Outcome | undefined)[]> {
  const silence = items.map(() => undefined);
  try {
    const answers = await opened.definition.lookup?.(items, contextOf(opened).context);
    return answers?.length === items.length ? answers : silence;
  } catch (error) {
    opened.log(`Looking up what became of ${items.length} items failed`, { error });
    return silence;
  }
}

async function check(opened: Opened): Promise<{ readonly ok: boolean; readonly message: string }> {
  try {
    const { ok, message } = (await opened.definition.check?.(contextOf(opened).context)) ?? { ok: true, message: 'the settings fit; this connector has no further check' };
    return { ok, message: opened.redact.text(message) };
  } catch (error) {
    return { ok: false, message: opened.redact.text(messageOf(error)) };
  }
}
