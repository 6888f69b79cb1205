import { runInNewContext } from 'node:vm';
import type { CoreUnderTest } from './core-under-test.ts';

/** The browser of one visitor: what outlives a page. */
export class Browser {
  /** Cookies by name; `written` holds each as the page wrote it. */
  readonly cookies = new Map<string, string>();
  readonly written: string[] = [];
  /** Replaced by tests of browsers that keep no cookies. */
  keepsCookies: boolean | 'throws' = true;
  readonly navigator: Record<string, unknown> = {};
  /** False in browsers that have no `keepalive`: they say goodbye by a beacon. */
  keepalive = true;
  /** What happens to each request before it reaches the core; the answer is lost when this throws. */
  network: (arrives: () => Promise<{ status: number }>) => Promise<{ status: number }> = (arrives) => arrives();
  readonly requests: { readonly by: 'fetch' | 'beacon'; readonly url: URL; readonly body: string }[] = [];
  /** Waits for what was sent and what follows. */
  pending: Promise<unknown>[] = [];

  get cookie(): string {
    if (this.keepsCookies === 'throws') throw new DOMException('The document is sandboxed', 'SecurityError');
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  set cookie(text: string) {
    if (this.keepsCookies === 'throws') throw new DOMException('The document is sandboxed', 'SecurityError');
    this.written.push(text);
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(text) ?? [];
    if (!this.keepsCookies) return;
    if (/Max-Age=0(;|$)/.test(text)) this.cookies.delete(name);
    else this.cookies.set(name, value);
  }
}

/** What a test may do to a page that is open. */
export interface Page {
  /** `window.tendril`, as the page's own code sees it. */
  readonly tendril: { track(...args: unknown[]): void; consent(yes: boolean): void; anonymousId(): string | undefined; push(call: unknown[]): void };
  readonly document: Record<string, unknown>;
  readonly meta: Map<string, string>;
  /** A navigation within a single-page site. */
  pushState(path: string): void;
  back(path: string): void;
  fire(type: string, event?: object): void;
  hide(): void;
  /** Lets the timers run out that are set, and what they send arrive. */
  later(): Promise<void>;
  /** Runs the script once more, as a page that embeds it twice. */
  again(): void;
}

export interface PageParts {
  readonly url?: string;
  readonly referrer?: string;
  /** Attributes of the script's element, beside its key and source. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** Calls that the page made before the script came. */
  readonly before?: readonly unknown[];
  readonly document?: Readonly<Record<string, unknown>>;
  /** Globals of the page that differ. */
  readonly globals?: Readonly<Record<string, unknown>>;
}

/** A page that embeds the script of a core: the least of a browser that the script looks at, in a context of its own. */
export function openPage(core: CoreUnderTest, browser: Browser, key: string, script: string, parts: PageParts = {}): Page {
  const { url = 'https://www.larkfield.example/', referrer = '', attributes = {}, before, globals = {} } = parts;
  const listeners = new Map<string, ((event: object) => void)[]>();
  const addEventListener = (type: string, heard: (event: object) => void) => listeners.set(type, [...(listeners.get(type) ?? []), heard]);
  const fire = (type: string, event: object = {}) => listeners.get(type)?.forEach((heard) => heard(event));
  const timers = new Map<number, () => void>();
  const location = new URL(url);
  const meta = new Map<string, string>();
  const send = (by: 'fetch' | 'beacon', to: string, body: string): Promise<{ status: number }> => {
    const { pathname, search } = new URL(to);
    browser.requests.push({ by, url: new URL(to), body });
    const headers = { authorization: '', origin: location.origin, 'content-type': 'text/plain;charset=UTF-8' };
    const answer = browser.network(() => core.call('POST', pathname + search, body, headers));
    browser.pending.push(answer.catch(() => undefined));
    return answer;
  };
  const document: Record<string, unknown> = {
    currentScript: { src: 'https://tendril.example/v1/tracker.js', dataset: { key, ...attributes } },
    get cookie() {
      return browser.cookie;
    },
    set cookie(text: string) {
      browser.cookie = text;
    },
    referrer,
    visibilityState: 'visible',
    addEventListener,
    querySelector: (selector: string) => {
      const name = /^meta\[name="tendril:(\w+)"\]$/.exec(selector)?.[1] ?? '';
      return meta.has(name) ? { content: meta.get(name) } : null;
    },
    ...parts.document,
  };
  const move = (path: string) => (location.href = new URL(path, location).href);
  const page: Record<string, unknown> = {
    ...{ document, location, addEventListener, URL, URLSearchParams, crypto, Request: class {} },
    history: { pushState: (_state: unknown, _title: string, path: string) => move(path) },
    navigator: { ...browser.navigator, sendBeacon: (to: string, body: string) => Boolean(send('beacon', to, body)) },
    fetch: (to: string, init: { body: string; method: string; credentials: string; keepalive: boolean }) => {
      if (init.method !== 'POST' || init.credentials !== 'omit' || !init.keepalive) throw new TypeError('Not as a page should send it');
      return send('fetch', to, init.body);
    },
    setTimeout: (work: () => void) => timers.set(timers.size + 1, work).size,
    clearTimeout: (timer: number) => timers.delete(timer),
    ...(before ? { tendril: [...before] } : {}),
    ...globals,
  };
  if (browser.keepalive) Object.assign((page['Request'] as { prototype: object }).prototype, { keepalive: true });
  page['window'] = page;
  const again = () => void runInNewContext(script, page);
  again();
  return {
    get tendril() {
      return page['tendril'] as Page['tendril'];
    },
    document,
    meta,
    pushState: (path) => (page['history'] as { pushState: (...args: unknown[]) => void }).pushState({}, '', path),
    back: (path) => {
      move(path);
      fire('popstate');
    },
    fire,
    hide: () => {
      document['visibilityState'] = 'hidden';
      fire('visibilitychange');
    },
    later: async () => {
      const due = [...timers.values()];
      timers.clear();
      due.forEach((work) => work());
      while (browser.pending.length > 0) await Promise.all(browser.pending.splice(0));
      // What the page does with an answer comes a few turns after it.
      await new Promise((done) => setImmediate(done));
    },
    again,
  };
}
