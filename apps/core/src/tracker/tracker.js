// What a site embeds: counts page views, and what the page says by `tendril.track`, under a random first-party id. README.md
// beside this file says what it stores, sends and leaves alone. The core serves the file without its comments and indentation,
// so a comment stands on lines of its own.

/** How long a visitor's id is kept: thirteen months from the first visit, not prolonged by later ones. In seconds. */
const KEPT = 395 * 86_400;

/** Properties of a page view that are read from the address of the visit's first page, where the tracking plan has them. */
const FROM_ADDRESS = /^(utm(Source|Medium|Campaign|Term|Content)|gclid|gbraid|wbraid|msclkid|fbclid|ttclid|li_fat_id)$/;

const random = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');

/** Nothing that goes wrong here may stop the page. @template {unknown[]} A @param {(...args: A) => void} work @returns {(...args: A) => void} */
const quietly = (work) => (...args) => {
  try {
    work(...args);
  } catch {}
};

const idInCookie = () => /(?:^|; )tendril_id=([0-9a-f]{32})(?:;|$)/.exec(document.cookie)?.[1];

/** @param {string} domain empty for the page's own host @param {string} value @param {number} age seconds; 0 deletes it */
function writeCookie(domain, value, age) {
  const where = (domain && `; Domain=${domain}`) + (location.protocol === 'https:' ? '; Secure' : '');
  document.cookie = `tendril_id=${value}; Path=/; Max-Age=${age}; SameSite=Lax${where}`;
}

/** How the visitor came, as far as the tracking plan has it. @param {readonly string[]} properties */
function arrivalOf(properties) {
  const search = new URLSearchParams(location.search);
  const named = properties.filter((name) => FROM_ADDRESS.test(name)).map((name) => [name, search.get(name.replace(/^utm/, 'utm_').toLowerCase())]);
  const referrer = document.referrer && new URL(document.referrer).host;
  if (properties.includes('referrer') && referrer !== location.host) named.push(['referrer', referrer]);
  return Object.fromEntries(named.filter(([, value]) => value));
}

/**
 * What the page says about itself. Read when a page view is sent: a single-page site draws the next page after it has navigated.
 * @param {TrackedEvent} event @param {readonly string[]} names
 */
function describe({ type, properties }, names) {
  if (type !== 'page_viewed' || properties.path !== location.pathname) return;
  for (const name of names) {
    const meta = /** @type {HTMLMetaElement | null} */ (document.querySelector(`meta[name="tendril:${name}"]`));
    if (meta) properties[name] ??= meta.content;
  }
}

/** Calls back when another page is shown without being loaded. @param {(again: boolean) => void} shown `again` when it comes from the browser's memory */
function onNavigation(shown) {
  addEventListener('popstate', quietly(() => shown(false)));
  addEventListener('pageshow', quietly(({ persisted }) => shown(persisted)));
  const { pushState } = history;
  history.pushState = function (...args) {
    pushState.apply(this, args);
    quietly(shown)(false);
  };
}

/**
 * Sends what happened within a second together, what is left when the visitor leaves, and what failed once more under the same keys.
 * @param {string} address with the key @param {(event: TrackedEvent) => void} complete called before an event is sent
 */
function outbox(address, complete) {
  /** @type {TrackedEvent[]} */
  let queue = [];
  /** What was sent once, in vain. @type {WeakSet<TrackedEvent>} */
  const retried = new WeakSet();
  let timer = 0;

  const flush = (leaving = false) => {
    clearTimeout(timer);
    timer = 0;
    const mine = queue;
    const batch = queue.splice(0, 50);
    if (batch.length === 0) return;
    batch.forEach(complete);
    const body = JSON.stringify(batch);
    // The core corrects the times of events by what this clock says now.
    const url = `${address}&sent=${new Date().toISOString()}`;
    // As text and without cookies, so that no browser has to ask before (no preflight).
    const post = async () => (await fetch(url, { method: 'POST', body, keepalive: true, credentials: 'omit' })).status >= 500;
    const again = () => {
      if (queue === mine) for (const event of batch) if (!retried.has(event)) add(event, 5000);
      for (const event of batch) retried.add(event);
    };
    if (leaving && !('keepalive' in Request.prototype)) navigator.sendBeacon(url, body);
    else void post().catch(() => true).then((failed) => failed && again());
    flush(leaving);
  };

  /** @param {TrackedEvent} event @param {number} [wait] milliseconds */
  const add = (event, wait = 1000) => {
    queue.push(event);
    timer ||= setTimeout(quietly(flush), wait);
  };

  const clear = () => {
    queue = [];
  };
  return { add, flush, clear };
}

/** @param {readonly string[] | null} pageProperties texts that a page view may carry by the tracking plan; null when browsers may send none */
export function startTracker(pageProperties) {
  const script = /** @type {HTMLScriptElement | null} */ (document.currentScript ?? document.querySelector('script[data-key^=tdl_]'));
  const before = window.tendril;
  if (!script || (before && 'anonymousId' in before)) return;
  const { key, source = 'website', consent, domain = '' } = script.dataset;
  const asks = consent === 'required';
  const optedOut = navigator.globalPrivacyControl;
  const { add, flush, clear } = outbox(`${new URL('events', script.src).href}?key=${key}`, (event) => describe(event, pageProperties ?? []));
  let arrival = arrivalOf(pageProperties ?? []);
  /** The visitor's id, while they may be counted. @type {string | undefined} */
  let id;
  /** Where the page view that was counted last happened. @type {string | undefined} */
  let path;

  /** @param {string} type @param {object} [properties] copied, so that what the page changes later is not sent */
  const track = (type, properties = {}) => {
    const copy = JSON.parse(JSON.stringify(properties));
    if (id) add({ source, key: random(), type, at: new Date().toISOString(), lead: { anonymousId: id }, properties: copy });
  };

  /** Counts the page that is shown, once for each navigation to another path. */
  const view = () => {
    if (!id || !pageProperties || location.pathname === path) return;
    path = location.pathname;
    track('page_viewed', { path, ...arrival });
    arrival = {};
  };

  /** Begins to count the visitor, if they may be counted. @param {boolean} agreed */
  const begin = (agreed) => {
    if (navigator.webdriver || optedOut) return;
    if (document.prerendering) {
      document.addEventListener('prerenderingchange', quietly(() => begin(agreed)), { once: true });
      return;
    }
    const refused = document.cookie.includes('tendril_id=off');
    if (!idInCookie() && (agreed || !(asks || refused))) writeCookie(domain, random(), KEPT);
    // A browser that keeps no cookie keeps no id: each page would be a new visitor, so nobody is counted.
    id = idInCookie();
    view();
  };

  /** The visitor does not want to be counted. Where nobody is asked first, the next page has to know that. */
  const end = () => {
    id = undefined;
    clear();
    writeCookie(domain, asks ? '' : 'off', asks ? 0 : KEPT);
  };

  /** @type {TendrilTracker} */
  const tracker = {
    track: quietly(track),
    consent: quietly((yes) => (yes ? begin(true) : end())),
    anonymousId: () => id,
    push: quietly((call) => {
      if (call[0] === 'consent') tracker.consent(call[1]);
      if (call[0] === 'track') tracker.track(call[1], call[2]);
    }),
  };
  window.tendril = tracker;

  addEventListener('pagehide', quietly(() => flush(true)));
  document.addEventListener('visibilitychange', quietly(() => document.visibilityState === 'hidden' && flush(true)));
  quietly(onNavigation)((again) => {
    if (again) path = undefined;
    view();
  });

  if (optedOut && idInCookie()) writeCookie(domain, '', 0);
  // What the page asked for before this script was there. A word on consent counts before anything is counted.
  const calls = Array.isArray(before) ? before : [];
  calls.filter((call) => call?.[0] === 'consent').forEach(tracker.push);
  begin(false);
  calls.filter((call) => call?.[0] !== 'consent').forEach(tracker.push);
}
