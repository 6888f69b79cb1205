import type { Feedback } from '@tendril/connector-kit';
import { MINUTE } from '@tendril/kernel';
import fc from 'fast-check';
import type { Death } from './mishaps.ts';
import type { Answer } from './money-model.ts';

/** What can happen at any moment, also while a touchpoint is on its way. */
export type Aside =
  | { readonly does: 'say'; readonly lead: number; readonly topic: string; readonly state: 'granted' | 'denied' }
  | { readonly does: 'suppress'; readonly lead: number; readonly mail: number }
  | { readonly does: 'hear'; readonly nth: number; readonly kind: Feedback['kind'] }
  | { readonly does: 'unsubscribe'; readonly nth: number }
  | { readonly does: 'stop'; readonly stopped: boolean }
  | { readonly does: 'rules'; readonly which: number }
  /** Every lease runs out, and another process dispatches. */
  | { readonly does: 'another' };

/** What else happens to an installation. */
export type Step =
  | Aside
  | { readonly does: 'read'; readonly lead: number; readonly mail: number; readonly daysAgo: number }
  | { readonly does: 'campaign' }
  | { readonly does: 'evaluate'; readonly dies: Death | null }
  | {
      readonly does: 'dispatch';
      readonly by: number;
      readonly answers: readonly Answer[];
      readonly dies: Death | null;
      /** Between the claim and `sending`. */
      readonly claimed: readonly Aside[];
      /** While the vendor is being called. */
      readonly calling: readonly Aside[];
    }
  | { readonly does: 'time'; readonly milliseconds: number };

export const LEADS = 3;
export const RULEBOOKS = 3;

const lead = fc.nat(LEADS - 1);
const mail = fc.nat(1);
const nth = fc.nat(20);
const kinds: Feedback['kind'][] = ['delivered', 'opened', 'clicked', 'bounced', 'complained', 'unsubscribed'];

const says = fc.record({
  does: fc.constant('say' as const),
  lead,
  topic: fc.constantFrom('product', 'news', '*', '*'),
  state: fc.constantFrom('granted' as const, 'granted' as const, 'denied' as const),
});

const denies = says.map((said) => ({ ...said, state: 'denied' as const }));

const aside: fc.Arbitrary<Aside> = fc.oneof(
  { weight: 4, arbitrary: denies },
  { weight: 1, arbitrary: says },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('suppress' as const), lead, mail }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('hear' as const), nth, kind: fc.constantFrom(...kinds) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('unsubscribe' as const), nth }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('stop' as const), stopped: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('rules' as const), which: fc.nat(RULEBOOKS - 1) }) },
  { weight: 2, arbitrary: fc.constant({ does: 'another' as const }) },
);

const dies = (transactions: number): fc.Arbitrary<Death | null> =>
  fc.option(fc.record({ transaction: fc.integer({ min: 1, max: transactions }), moment: fc.constantFrom('before', 'inside', 'after') }), { freq: 3 });

const dispatch = fc.record({
  does: fc.constant('dispatch' as const),
  by: fc.nat(1),
  answers: fc.array(fc.constantFrom<Answer>('accepted', 'accepted', 'accepted', 'bad-address', 'opted-out', 'bad-content', 'retry', 'lost', 'unreached'), {
    minLength: 1,
    maxLength: 4,
  }),
  dies: dies(3),
  claimed: fc.array(aside, { maxLength: 2 }),
  calling: fc.array(aside, { maxLength: 2 }),
});

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 7, arbitrary: says },
  { weight: 4, arbitrary: fc.record({ does: fc.constant('read' as const), lead, mail, daysAgo: fc.nat(8) }) },
  { weight: 5, arbitrary: fc.record({ does: fc.constant('evaluate' as const), dies: dies(1) }) },
  { weight: 6, arbitrary: dispatch },
  { weight: 3, arbitrary: aside },
  { weight: 1, arbitrary: fc.constant({ does: 'campaign' as const }) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 8 * 24 * 60 }).map((minutes) => ({ does: 'time' as const, milliseconds: minutes * MINUTE })) },
);

/** A life of an installation. It begins with leads that may be contacted and have a reason to be, so that most lives send something. */
export const life: fc.Arbitrary<readonly Step[]> = fc.array(step, { minLength: 5, maxLength: 25, size: 'max' }).map((steps) => [
  ...Array.from({ length: LEADS }, (_, n): Step => ({ does: 'say', lead: n, topic: '*', state: 'granted' })),
  ...Array.from({ length: LEADS }, (_, n): Step => ({ does: 'read', lead: n, mail: 0, daysAgo: n * 3 })),
  { does: 'evaluate', dies: null },
  ...steps,
]);
