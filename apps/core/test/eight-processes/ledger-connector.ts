import { appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { accepted, defineConnector } from '@tendril/connector-kit';
import { z } from 'zod';

/** A line of the ledger: what this vendor took, from which process. */
export interface Taken {
  readonly id: string;
  readonly channel: string;
  readonly to: string;
  readonly pid: number;
}

/**
 * A vendor that keeps its own record: one line for each message it takes, appended in one write, so that eight processes may
 * do so at once. It kills its process with SIGKILL when `deaths` holds a file `<pid>.before` (the message is lost on the way)
 * or `<pid>.after` (it is taken, and the process never hears so).
 */
export default defineConnector({
  id: 'any-ledger',
  channel: '*',
  contract: 1,
  settings: z.strictObject({ file: z.string(), deaths: z.string() }),
  content: z.record(z.string(), z.unknown()),
  limits: { batch: 1, perSecond: 10_000 },
  resend: 'never',
  hosts: () => [],
  deliver: async (batch, { settings: { file, deaths } }) => {
    const { pid } = process;
    if (existsSync(join(deaths, `${pid}.before`))) process.kill(pid, 'SIGKILL');
    for (const { id, channel, to } of batch) appendFileSync(file, `${JSON.stringify({ id, channel, to, pid } satisfies Taken)}\n`);
    if (existsSync(join(deaths, `${pid}.after`))) process.kill(pid, 'SIGKILL');
    return batch.map(({ id }) => accepted(id));
  },
});
