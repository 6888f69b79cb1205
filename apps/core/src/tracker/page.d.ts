/** An event as the tracker sends it: what `POST /v1/events` takes. */
interface TrackedEvent {
  source: string;
  key: string;
  type: string;
  at: string;
  lead: { anonymousId: string };
  properties: Record<string, unknown>;
}

/** A call that a page made before the tracker was loaded, such as `['consent', true]`. */
type TrackerCall = ['consent', yes: boolean] | ['track', type: string, properties?: object];

/** What a page may say: `window.tendril`. */
interface TendrilTracker {
  /** Something that the tracking plan takes from browsers happened. */
  track(type: string, properties?: object): void;
  /** The visitor agreed to be counted, or does not want to be. */
  consent(yes: boolean): void;
  /** The id under which the visitor is counted; undefined while they are not. */
  anonymousId(): string | undefined;
  push(call: TrackerCall): void;
}

interface Window {
  tendril?: TendrilTracker | TrackerCall[];
}

interface Document {
  readonly prerendering?: boolean;
}

interface Navigator {
  /** https://w3c.github.io/gpc/ */
  readonly globalPrivacyControl?: boolean;
}
