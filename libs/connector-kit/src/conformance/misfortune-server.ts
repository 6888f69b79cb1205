import { startLocal, type LocalAnswer, type LocalRequest, type LocalServer } from './local-server.ts';

/** One way in which a vendor fails, whatever it is asked; `echo` sends back all it was sent, as careless vendors do in errors. */
export type Misfortune = LocalAnswer | { readonly echo: number };

/** A vendor in trouble. */
export interface MisfortuneServer extends LocalServer {
  /** How many whole requests it has read. */
  received(): number;
  /** Ends a request as soon as a hanging server has read one: no test waits for a deadline. */
  readonly deadline: () => AbortSignal;
}

/** Starts one. */
export async function startMisfortune(misfortune: Misfortune): Promise<MisfortuneServer> {
  let received = 0;
  const waiting: AbortController[] = [];
  const server = await startLocal((request) => {
    received += 1;
    if (misfortune === 'hang') for (const controller of waiting) controller.abort();
    return typeof misfortune === 'object' && 'echo' in misfortune ? echo(misfortune.echo, request) : misfortune;
  });
  return {
    ...server,
    received: () => received,
    deadline: () => {
      const controller = new AbortController();
      waiting.push(controller);
      return AbortSignal.any([controller.signal, AbortSignal.timeout(15_000)]);
    },
  };
}

/** An address on this machine where nobody listens. */
export async function deadOrigin(): Promise<string> {
  const server = await startMisfortune('drop');
  await server.close();
  return server.origin;
}

function echo(status: number, { url, headers, body }: LocalRequest): LocalAnswer {
  const message = `cannot read ${url} ${JSON.stringify(headers)} ${body}`;
  return { status, body: JSON.stringify({ message, errors: [{ message }] }) };
}
