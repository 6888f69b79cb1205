import type { Active } from '@tendril/flows';
import type { RuleHeader } from '@tendril/rulebook';
import { type Db, readShadowNumbers, type ShadowLeads, type ShadowScores, type ShadowTouches } from '@tendril/store';

/** A draft, and what it would do if it were live. */
export type DraftView = Pick<RuleHeader, 'id' | 'title' | 'version' | 'owner'> & {
  /** Since when it is a draft without a break; null while that is not known. */
  readonly since: Date | null;
} & (
    | ({ readonly kind: 'segment' } & ShadowLeads)
    | ({ readonly kind: 'scoring' } & ShadowScores)
    | ({ readonly kind: 'journey' } & ShadowTouches)
  );

const NOBODY: ShadowLeads = { leads: 0, examples: [] };

/** Every draft of the rulebook with its numbers: segments, scoring models, journeys. */
export async function shadowView(db: Db, { rulebook }: Active): Promise<DraftView[]> {
  const { since, members, scores, touches } = await readShadowNumbers(db);
  const drafts = <Rule extends RuleHeader>(rules: readonly Rule[]) =>
    rules.flatMap(({ id, title, version, owner, status }) => (status === 'draft' ? [{ id, title, version, owner, since: since.get(id) ?? null }] : []));
  return [
    ...drafts(rulebook.segments).map((draft) => ({ kind: 'segment' as const, ...draft, ...(members.get(draft.id) ?? NOBODY) })),
    ...drafts(rulebook.models).map((draft) => {
      return { kind: 'scoring' as const, ...draft, ...(scores.get(draft.id) ?? { ...NOBODY, mean: 0, histogram: [], grades: {} }) };
    }),
    ...drafts(rulebook.journeys).map((draft) => {
      return { kind: 'journey' as const, ...draft, ...(touches.get(draft.id) ?? { ...NOBODY, touches: 0, perDay: [] }) };
    }),
  ];
}
