import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type HistoryRow, rollbackTarget } from './rulebook-history.ts';

const AT = new Date('2026-03-02T09:00:00Z');
const HASHES = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(64));

function row(seq: number, hash: string, returnedTo: number | null = null, gitRevision: string | null = null): HistoryRow {
  return { seq, hash, gitRevision, since: AT, by: 'test', reason: null, returnedTo, before: null };
}

/** The newest first, as the query gives it. */
const history = (...rows: readonly HistoryRow[]): HistoryRow[] => [...rows].reverse();
const [A = '', B = '', C = ''] = HASHES;

describe('rollbackTarget', () => {
  it('goes one further back each time, past what was rolled back from', () => {
    const first = history(row(1, A), row(2, B), row(3, C));
    expect(rollbackTarget(first)).toMatchObject({ hash: B, returnedTo: 2 });
    const second = history(row(1, A), row(2, B), row(3, C), row(4, B, 2));
    expect(rollbackTarget(second)).toMatchObject({ hash: A, returnedTo: 1 });
    const changedAfterwards = history(row(1, A), row(2, B), row(4, A, 1), row(5, C));
    expect(rollbackTarget(changedAfterwards)).toMatchObject({ hash: A, returnedTo: 1 });
  });

  it('is undone by name, and goes on from there', () => {
    const undone = history(row(1, A), row(2, B), row(3, C), row(4, B, 2), row(5, C, 3));
    expect(rollbackTarget(undone)).toMatchObject({ hash: B, returnedTo: 2 });
  });

  it('finds a rulebook by hash or revision, whole or in part', () => {
    const rows = history(row(1, A, null, '1234567890'), row(2, B, null, '123456789f'), row(3, A, null, '1234567890'));
    for (const to of [A, 'aaaaaaa', '1234567890']) expect(rollbackTarget(rows, to)).toMatchObject({ hash: A, returnedTo: 3 });
    expect(() => rollbackTarget(rows, '1234567')).toThrow('"1234567" means several rulebooks: aaaaaaaaaaaa (git revision 1234567890), bbbbbbbbbbbb (git revision 123456789f)');
    expect(() => rollbackTarget(rows, 'ccccccc')).toThrow('No rulebook with the hash or git revision "ccccccc" was ever active here');
  });

  it('says when there is none before', () => {
    expect(() => rollbackTarget(history(row(1, A)))).toThrow('aaaaaaaaaaaa is the first rulebook, so there is none before it to return to');
    expect(() => rollbackTarget(history(row(1, A), row(2, B), row(3, A, 1)))).toThrow('none before it');
    expect(() => rollbackTarget([])).toThrow('No rulebook was ever active');
  });

  it('is what an undo list does: activating adds to it, a rollback takes the newest away, by name puts back the list of then', () => {
    const steps = fc.array(fc.oneof({ arbitrary: fc.constantFrom(...HASHES), weight: 2 }, { arbitrary: fc.constant('back'), weight: 2 }, fc.nat()), { maxLength: 30 });
    fc.assert(
      fc.property(steps, (wishes) => {
        const rows: HistoryRow[] = [];
        let list: readonly string[] = [];
        const lists = new Map<number, readonly string[]>();
        const add = (hash: string, returnedTo: number | null): void => {
          rows.unshift(row(rows.length + 1, hash, returnedTo));
          lists.set(rows.length, list);
        };
        for (const wish of wishes) {
          if (wish === 'back') {
            if (list.length < 2) {
              expect(() => rollbackTarget(rows)).toThrow();
              continue;
            }
            const target = rollbackTarget(rows);
            list = list.slice(0, -1);
            expect(target.hash).toBe(list.at(-1));
            add(target.hash, target.returnedTo);
          } else if (typeof wish === 'number') {
            const named = rows[wish % Math.max(rows.length, 1)]?.hash;
            if (named === undefined || named === rows[0]?.hash) continue;
            const target = rollbackTarget(rows, named);
            list = lists.get(target.returnedTo) ?? [];
            expect(list.at(-1)).toBe(named);
            add(named, target.returnedTo);
          } else if (wish !== rows[0]?.hash) {
            list = [...list, wish];
            add(wish, null);
          }
        }
      }),
      { numRuns: Number(process.env['TENDRIL_RUNS'] ?? 1000) },
    );
  });
});
