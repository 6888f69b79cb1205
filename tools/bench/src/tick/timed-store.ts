import { performance } from 'node:perf_hooks';
import type { Db, Store } from '@tendril/store';

/** Where the time of transactions went, in milliseconds. */
export type Parts = Readonly<Record<'lock' | 'read' | 'write' | 'own code' | 'commit', number>>;

type Plugin = Parameters<Db['withPlugin']>[0];
type Query = Parameters<Plugin['transformQuery']>[0];

/** The same store, that notes what the statements of its transactions take, measured where they are asked for. */
export function timedStore(store: Store): { readonly store: Store; readonly take: () => Parts } {
  let parts = { lock: 0, read: 0, write: 0, 'own code': 0, commit: 0 };
  const began = new WeakMap<Query['queryId'], { readonly at: number; readonly kind: 'lock' | 'read' | 'write' }>();
  let statements = 0;
  const plugin: Plugin = {
    transformQuery: ({ node, queryId }) => {
      began.set(queryId, { at: performance.now(), kind: kindOf(JSON.stringify(node)) });
      return node;
    },
    transformResult: async ({ queryId, result }) => {
      const query = began.get(queryId);
      if (query) {
        const took = performance.now() - query.at;
        parts[query.kind] += took;
        statements += took;
      }
      return result;
    },
  };
  const transaction = async <T>(work: (db: Db) => Promise<T>): Promise<T> => {
    const start = performance.now();
    const before = statements;
    let ended = start;
    const answer = await store.transaction(async (db) => {
      const result = await work(db.withPlugin(plugin));
      ended = performance.now();
      return result;
    });
    parts['own code'] += ended - start - (statements - before);
    parts.commit += performance.now() - ended;
    return answer;
  };
  return {
    store: { ...store, transaction },
    take: () => {
      const taken = parts;
      parts = { lock: 0, read: 0, write: 0, 'own code': 0, commit: 0 };
      return taken;
    },
  };
}

/** From a query's tree: rows locked, rows written, or rows read. */
function kindOf(node: string): 'lock' | 'read' | 'write' {
  if (/for update|lock table|ForUpdate/i.test(node)) return 'lock';
  return /insert into|update |delete from|InsertQueryNode|UpdateQueryNode|DeleteQueryNode/i.test(node) ? 'write' : 'read';
}
