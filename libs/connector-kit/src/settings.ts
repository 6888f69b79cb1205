import type { z } from 'zod';

import { CONTRACT, type MessageConnector } from './contract.ts';
import { secretSettings } from './define-connector.ts';
import { KitError } from './kit-error.ts';

/** A secret setting: which environment variable holds it, and what was found there. */
export interface Secret {
  readonly env: string;
  readonly value: string | undefined;
}

/** Refuses, in one sentence, a package that was written for another contract. */
export function assertContract(definition: MessageConnector, packageName: string): void {
  if (definition.contract === CONTRACT) return;
  const fix =
    definition.contract > CONTRACT ? 'Update Tendril, or install an older version of the package'
    : 'Install a version of the package that was written for the contract of this core';
  throw new KitError(
    'connector-contract',
    `The connector package "${packageName}" was written for contract ${definition.contract}, and this core speaks contract ${CONTRACT}. ${fix}.`,
  );
}

/** The settings and secrets together, checked by the connector's schema; throws `KitError` naming every problem and its fix. */
export function readSettings(
  definition: MessageConnector,
  packageName: string,
  settings: Readonly<Record<string, unknown>>,
  secrets: Readonly<Record<string, Secret>>,
): Record<string, unknown> {
  const secret = secretSettings(definition.settings);
  const open = secret.filter((name) => Object.hasOwn(settings, name));
  if (open.length > 0) {
    throw refusal(packageName, open.map((name) => `"${name}" is a secret; name the environment variable that holds it under "secrets" instead`));
  }
  const values = Object.entries(secrets).flatMap(([name, { value }]) => (value === undefined || value === '' ? [] : [[name, value] as const]));
  const parsed = definition.settings.safeParse({ ...settings, ...Object.fromEntries(values) });
  if (!parsed.success) throw refusal(packageName, parsed.error.issues.map((issue) => problem(issue, secret, secrets)));
  return parsed.data;
}

function refusal(packageName: string, problems: readonly string[]): KitError {
  return new KitError('connector-settings', `The settings of connector package "${packageName}" do not fit: ${problems.join('; ')}.`);
}

/** Never the value: it may be a secret in the wrong place. */
function problem(issue: z.core.$ZodIssue, secret: readonly string[], secrets: Readonly<Record<string, Secret>>): string {
  if (issue.code === 'unrecognized_keys') return `${issue.keys.map((key) => `"${key}"`).join(', ')} is no setting of it`;
  const [name] = issue.path;
  const where = issue.path.length === 0 ? '' : `"${issue.path.join('.')}" `;
  if (typeof name !== 'string' || !secret.includes(name)) return `${where}${issue.message}`;
  const variable = secrets[name];
  if (variable === undefined) return `${where}is missing; name the environment variable that holds it under "secrets"`;
  if (!variable.value) return `${where}is missing; set the environment variable ${variable.env}`;
  return `${where}does not fit (${issue.message}); correct the environment variable ${variable.env}`;
}
