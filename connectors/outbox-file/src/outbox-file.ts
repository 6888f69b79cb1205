import { access, constants, mkdir, rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { accepted, defineConnector, rejected, retry, type Delivery, type Outcome } from '@tendril/connector-kit';
import { z } from 'zod';

const Settings = z.strictObject({ folder: z.string().min(1) });

/** A rendered message of any channel. */
const Content = z.record(z.string(), z.string()).refine((content) => Object.keys(content).length > 0, 'there is nothing in it');

/** A touchpoint id names the files, so it must be able to name nothing else. */
const FILE_NAME = /^[0-9a-f]{8,128}$/;

/** Writes what would be sent into a folder. It has no network, so it can address nobody: the safe default of a fresh install. */
export const outboxFile = defineConnector({
  id: 'outbox-file',
  channel: '*',
  contract: 1,
  settings: Settings,
  content: Content,
  limits: { batch: 100, perSecond: 1_000 },
  resend: 'idempotent', // the same touchpoint writes the same file
  hosts: () => [],

  async deliver(batch, { settings, now }) {
    const folder = resolve(settings.folder);
    return Promise.all(batch.map((delivery) => put(folder, delivery, now())));
  },

  async check({ settings }) {
    const folder = resolve(settings.folder);
    try {
      await mkdir(folder, { recursive: true });
      await access(folder, constants.W_OK);
      return { ok: true, message: `messages are written to ${folder}` };
    } catch (error) {
      return { ok: false, message: unwritable(folder, error) };
    }
  },
});

async function put(folder: string, delivery: Delivery<z.output<typeof Content>>, at: Date): Promise<Outcome> {
  const { id, channel, to, content, unsubscribeUrl } = delivery;
  if (!FILE_NAME.test(id)) return rejected('other', 'the touchpoint id is not hexadecimal, so it cannot name a file');
  const record = { id, channel, to, content, ...(unsubscribeUrl === undefined ? {} : { unsubscribeUrl }), at: at.toISOString() };
  try {
    await mkdir(folder, { recursive: true });
    // The page for people first: whoever sees the record finds both.
    await write(folder, content['html'] === undefined ? `${id}.txt` : `${id}.html`, content['html'] ?? plain(content));
    await write(folder, `${id}.json`, `${JSON.stringify(record, null, 2)}\n`);
    return accepted(`${id}.json`);
  } catch (error) {
    return retry('configuration', unwritable(folder, error));
  }
}

/** Under another name first, so that no reader ever sees half a file. */
async function write(folder: string, name: string, text: string): Promise<void> {
  const path = join(folder, name);
  await writeFile(`${path}.tmp`, text);
  await rename(`${path}.tmp`, path);
}

function plain(content: z.output<typeof Content>): string {
  const fields = Object.entries(content);
  return fields.length === 1 ? `${fields[0]?.[1] ?? ''}\n` : fields.map(([name, text]) => `${name}: ${text}\n`).join('\n');
}

function unwritable(folder: string, error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error);
  return `The outbox folder ${folder} cannot be written (${reason}). Make it writable, or set another "folder" for outbox-file in rules/connectors.json.`;
}
