import { z } from 'zod';

import type { MessageConnector } from './contract.ts';
import { KitError } from './kit-error.ts';

const ID = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/**
 * Declares a connector: gives the types to `deliver` and `hear`, and refuses a definition that could never work, at import.
 *
 * @example
 * export default defineConnector({ id: 'sms-acme', channel: 'sms', contract: 1, … });
 */
export function defineConnector<Settings extends z.ZodObject, Content extends z.ZodType>(
  definition: MessageConnector<Settings, Content>,
): MessageConnector<Settings, Content> {
  const problems = [
    !ID.test(definition.id) && 'its id must be kebab-case, such as "sms-acme"',
    !(definition.settings instanceof z.ZodObject) && 'its settings must be a Zod object',
    !(Number.isInteger(definition.limits.batch) && definition.limits.batch > 0) && 'limits.batch must be a whole number from 1',
    !(definition.limits.perSecond > 0) && 'limits.perSecond must be more than 0',
  ].filter((problem) => problem !== false);
  if (problems.length > 0) throw new KitError('connector-definition', `Connector "${definition.id}" is not well defined: ${problems.join('; ')}.`);
  return definition;
}

/** The names of the settings that are marked as secrets: they come from the environment, never from a file. */
export function secretSettings(settings: z.ZodObject): readonly string[] {
  return Object.entries(settings.shape)
    .filter(([, schema]) => isSecret(schema))
    .map(([name]) => name);
}

function isSecret(schema: unknown): boolean {
  if (!(schema instanceof z.ZodType)) return false;
  if (schema.meta()?.['secret'] === true) return true;
  const wrapped = schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault;
  return wrapped && isSecret(schema.unwrap());
}
