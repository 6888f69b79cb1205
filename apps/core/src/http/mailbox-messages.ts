import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { ConnectorEntry } from '@tendril/rulebook';
import { z } from 'zod';

const KeptMessage = z.object({
  to: z.string(),
  content: z.record(z.string(), z.string()),
  unsubscribeUrl: z
    .string()
    .regex(/^https?:\/\//)
    .optional(),
});

/** A message as outbox-file wrote it; see the connector's README. `content` has `subject`, `html`, `text`, as the channel has them. */
export type KeptMessage = z.output<typeof KeptMessage>;

/** The folders where messages are kept, by the name of the outbox-file connector that writes there. */
export function outboxFolders(connectors: readonly ConnectorEntry[]): Map<string, string> {
  return new Map(
    connectors.flatMap(({ name, package: from, settings }) => {
      const folder = settings['folder'];
      // Relative to the process's folder, as the connector resolves it.
      return from === '@tendril/outbox-file' && typeof folder === 'string' ? [[name, resolve(folder)] as const] : [];
    }),
  );
}

/** The message of a touchpoint; null when its file is gone or is not one of outbox-file's. */
export async function readKeptMessage(folder: string, touchpoint: string): Promise<KeptMessage | null> {
  try {
    const text = await readFile(join(folder, `${touchpoint}.json`), 'utf8');
    return KeptMessage.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null; // people clear the folder as they like
  }
}
