import type { Http, HttpReply, HttpRequest } from '@tendril/connector-kit';
import twilio from 'twilio';

type Options = Parameters<InstanceType<typeof twilio.RequestClient>['request']>[0];

const METHODS: Readonly<Record<string, HttpRequest['method']>> = { get: 'GET', post: 'POST', put: 'PUT', patch: 'PATCH', delete: 'DELETE' };

/**
 * Twilio's SDK on the kit's network, in place of the SDK's own HTTP client. It keeps the last reply, because the SDK's
 * exceptions carry neither the headers nor a body that is not JSON.
 */
export class KitRequestClient extends twilio.RequestClient {
  reply: HttpReply | undefined;
  readonly #http: Http;

  constructor(http: Http) {
    super({ autoRetry: false });
    this.#http = http;
  }

  override async request<TData>(options: Options): Promise<{ statusCode: number; body: TData; headers: unknown; toString(): string }> {
    const reply = await this.#http.request(toHttp(options));
    this.reply = reply;
    // The SDK parses the text itself and declares the result as it likes.
    return { statusCode: reply.status, body: reply.text as TData, headers: reply.headers };
  }
}

function toHttp({ method, uri, username = '', password = '', headers = {}, params, data }: Options): HttpRequest {
  const url = new URL(uri);
  for (const [name, value] of pairs(params)) url.searchParams.append(name, value);
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  const texts = Object.entries(headers).map(([name, value]) => [name, String(value)] as const);
  return {
    method: METHODS[method.toLowerCase()] ?? 'POST',
    url: url.href,
    headers: { ...Object.fromEntries(texts), authorization },
    ...(data === undefined || data === null ? {} : { body: new URLSearchParams(pairs(data)).toString() }),
  };
}

/** A list becomes one pair for each of its items. */
function pairs(values: object = {}): [string, string][] {
  return Object.entries(values).flatMap(([name, value]: [string, unknown]) =>
    (Array.isArray(value) ? value : [value]).filter((item) => item !== undefined).map((item): [string, string] => [name, String(item)]),
  );
}
