import type { Clock, NewId } from '@tendril/kernel';
import type { Store } from '@tendril/store';
import type { ActiveRulebook } from './active-rulebook.ts';
import type { ConnectorSet } from './connectors.ts';

/** All that the flows need from outside: one of these per process. */
export interface World {
  readonly store: Store;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly rulebook: ActiveRulebook;
  readonly connectors: ConnectorSet;
  /** Where the public reaches this installation, without a slash at the end: the base of unsubscribe links. */
  readonly publicUrl: string;
  /** Signs unsubscribe links. The same for all processes of an installation, and for good. */
  readonly secret: string;
  readonly log: (message: string, data?: Readonly<Record<string, unknown>>) => void;
}
