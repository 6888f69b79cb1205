import { Client } from '@sendgrid/client';
import { MailService } from '@sendgrid/mail';
import type { Http, HttpReply, HttpRequest } from '@tendril/connector-kit';

/** What the SDK hands to its adapter (axios's request, as far as it is used). */
interface AdapterRequest {
  readonly url: string;
  readonly baseURL: string;
  readonly method: string;
  readonly headers: { toJSON(): Record<string, unknown> };
  readonly data?: string;
}

/** SendGrid's SDK on the kit's network. */
export interface SendGridClient {
  readonly mail: MailService;
  readonly client: Client;
  /** The vendor's last reply, whatever its status; undefined before the first. */
  reply(): HttpReply | undefined;
}

/**
 * A client of its own (the SDK's default one is shared by the whole process), whose adapter is the kit's `http`. The adapter
 * resolves for every status, so the SDK never turns a refusal into an exception; and the reply is kept as it came.
 */
export function sendGridClient(settings: { readonly apiKey: string; readonly region: 'global' | 'eu' }, http: Http): SendGridClient {
  let last: HttpReply | undefined;
  const adapter = async (request: AdapterRequest): Promise<object> => {
    last = await http.request(toHttp(request));
    return { data: last.text, status: last.status, statusText: '', headers: last.headers, config: request };
  };
  const client = new Client();
  client.setApiKey(settings.apiKey);
  client.setDataResidency(settings.region);
  // The typings name only the SDK's own fields; it hands all others on to axios.
  const defaults = { url: '', adapter };
  client.setDefaultRequest(defaults);
  const mail = new MailService();
  mail.setClient(client);
  return { mail, client, reply: () => last };
}

const METHODS: Readonly<Record<string, HttpRequest['method']>> = { get: 'GET', post: 'POST' };

function toHttp(request: AdapterRequest): HttpRequest {
  const headers = Object.fromEntries(Object.entries(request.headers.toJSON()).map(([name, value]) => [name, String(value)]));
  return {
    method: METHODS[request.method.toLowerCase()] ?? 'POST',
    url: new URL(request.url, request.baseURL).href,
    headers,
    ...(request.data === undefined ? {} : { body: request.data }),
  };
}
