import type { Breaker } from './breaker.ts';
import type { ConnectorContext, Http, Log, MessageConnector } from './contract.ts';
import { TransportError } from './kit-error.ts';
import type { Rate } from './rate.ts';
import type { Redact } from './redact.ts';
import { send, type TransportOptions } from './transport.ts';

/** What the calls of one open connector share. */
export interface Opened {
  readonly definition: MessageConnector;
  readonly settings: Record<string, unknown>;
  readonly transport: TransportOptions;
  readonly log: Log;
  readonly redact: Redact;
  readonly breaker: Breaker;
  readonly rate: Rate;
}

/** What the network saw during one call of a connector's function, whatever its SDK makes of an error. */
export interface Seen {
  /** A request that can change something reached the vendor, or may have. */
  touched: boolean;
  /** The last request that got no answer. */
  failed: TransportError | undefined;
}

/** The context of one call, and the record of what its requests came to. */
export function contextOf(opened: Opened): { readonly context: ConnectorContext<Record<string, unknown>>; readonly seen: Seen } {
  const { settings, log, transport } = opened;
  const seen: Seen = { touched: false, failed: undefined };
  const http: Http = {
    async request(request) {
      const harmless = request.method === 'GET';
      try {
        const reply = await send(request, transport);
        seen.touched ||= !harmless;
        return reply;
      } catch (error) {
        if (error instanceof TransportError) seen.failed = error;
        seen.touched ||= !harmless && !(error instanceof TransportError && !error.reached);
        throw error;
      }
    },
  };
  return { context: { settings, http, log, now: transport.now }, seen };
}
