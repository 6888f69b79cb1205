import { CONTRACT, type MessageConnector, type OpenConnector, openConnector, secretSettings } from '@tendril/connector-kit';
import { AppError, type Clock, messageOf, stableJson } from '@tendril/kernel';
import type { ConnectorEntry } from '@tendril/rulebook';

/** A connector that is installed and open. */
export interface InstalledConnector {
  readonly name: string;
  readonly package: string;
  readonly connector: OpenConnector;
}

/** What opening connectors needs from the process. */
export interface ConnectorHost {
  /** `import(name)`, in the place whose packages count. */
  readonly importPackage: (name: string) => Promise<unknown>;
  /** The value of an environment variable: where secrets come from. */
  readonly variable: (name: string) => string | undefined;
  readonly clock: Clock;
  readonly log: (message: string, data?: Readonly<Record<string, unknown>>) => void;
  /** For tests: vendor host → local server that plays it. */
  readonly redirect?: Readonly<Record<string, string>>;
  /** For tests: ends a request that takes too long; the kit's own when absent. */
  readonly deadline?: () => AbortSignal;
}

/** The connectors of `rules/connectors.json`, opened once per process and reopened when that file changes. */
export class ConnectorSet {
  readonly #host: ConnectorHost;
  #installed: readonly InstalledConnector[] = [];
  #opened = '';
  #prepared: { readonly wanted: string; readonly installed: readonly InstalledConnector[] } | undefined;

  constructor(host: ConnectorHost) {
    this.#host = host;
  }

  /** @throws AppError naming the package and what to do, when one is missing or its settings are wrong */
  async open(entries: readonly ConnectorEntry[]): Promise<void> {
    const wanted = stableJson(entries);
    if (wanted === this.#opened) return;
    this.#installed = await this.#opening(entries, wanted);
    this.#opened = wanted;
  }

  /** Opens them as {@link open} does, but nothing is sent through them until then: another rulebook still decides. */
  async prepare(entries: readonly ConnectorEntry[]): Promise<void> {
    const wanted = stableJson(entries);
    if (wanted !== this.#opened) this.#prepared = { wanted, installed: await this.#opening(entries, wanted) };
  }

  #opening(entries: readonly ConnectorEntry[], wanted: string): readonly InstalledConnector[] | Promise<readonly InstalledConnector[]> {
    return this.#prepared?.wanted === wanted ? this.#prepared.installed : Promise.all(entries.map((entry) => openEntry(entry, this.#host)));
  }

  list(): readonly InstalledConnector[] {
    return this.#installed;
  }

  /** The connector that serves a channel: one made for it, else one that serves any (`*`). */
  forChannel(channel: string): InstalledConnector | undefined {
    return (
      this.#installed.find(({ connector }) => connector.definition.channel === channel) ??
      this.#installed.find(({ connector }) => connector.definition.channel === '*')
    );
  }

  /** @throws AppError `connector-unknown` */
  named(name: string): InstalledConnector {
    const found = this.#installed.find((installed) => installed.name === name);
    if (found) return found;
    throw new AppError('connector-unknown', `No connector is named "${name}"`, {
      status: 404,
      hint: `Installed: ${this.#installed.map((installed) => installed.name).join(', ') || 'none'}. GET /v1/connectors lists them.`,
    });
  }
}

async function openEntry(entry: ConnectorEntry, host: ConnectorHost): Promise<InstalledConnector> {
  const definition = await definitionOf(entry, host);
  const secrets = Object.fromEntries(
    Object.entries(entry.secrets).map(([setting, env]) => [setting, { env, value: host.variable(env) }]),
  );
  try {
    const connector = openConnector(definition, {
      package: entry.package,
      settings: entry.settings,
      secrets,
      clock: host.clock,
      log: host.log,
      ...(host.redirect ? { redirect: host.redirect } : {}),
      ...(host.deadline ? { deadline: host.deadline } : {}),
    });
    return { name: entry.name, package: entry.package, connector };
  } catch (error) {
    throw new AppError('connector-misconfigured', `Connector "${entry.name}": ${messageOf(error)}`, {
      status: 422,
      cause: error,
      hint: `Its entry is in rules/connectors.json${hasSecrets(definition) ? '; secrets come from the environment' : ''}.`,
    });
  }
}

/** An npm package's name. `import` takes files and `data:` URLs too, and would run whatever code a rule file brings along. */
const PACKAGE = /^(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/;

function hasSecrets(definition: MessageConnector): boolean {
  return secretSettings(definition.settings).length > 0;
}

async function definitionOf(entry: ConnectorEntry, host: ConnectorHost): Promise<MessageConnector> {
  if (!PACKAGE.test(entry.package)) {
    throw new AppError('connector-missing', `Connector "${entry.name}": "${entry.package}" is not the name of an npm package`, {
      status: 422,
      hint: 'Install the connector as a package, and write its name, such as @tendril/outbox-file.',
    });
  }
  const module = await host.importPackage(entry.package).catch((error: unknown) => {
    throw new AppError('connector-missing', `Connector "${entry.name}": the package ${entry.package} cannot be loaded: ${messageOf(error)}`, {
      status: 422,
      cause: error,
      hint: `Install it (npm install ${entry.package}), or take its entry out of rules/connectors.json.`,
    });
  });
  const definition = (module as { readonly default?: unknown }).default;
  if (isConnector(definition)) return definition;
  throw new AppError('connector-not-one', `The package ${entry.package} exports no connector`, {
    status: 422,
    hint: `Its default export must come from defineConnector of @tendril/connector-kit, contract ${CONTRACT}.`,
  });
}

function isConnector(candidate: unknown): candidate is MessageConnector {
  return typeof candidate === 'object' && candidate !== null && 'contract' in candidate && 'deliver' in candidate;
}
