import { AppError } from '@tendril/kernel';
import { leadName } from '../database/fill.ts';
import type { Connection } from './connection.ts';

/** An event as the API takes it. */
export interface SentEvent {
  readonly source: string;
  readonly key: string;
  readonly type: string;
  readonly at: string;
  readonly lead: { readonly id: string };
  readonly properties: Readonly<Record<string, string>>;
}

/** What the API said became of what it was sent. */
export interface Taken {
  readonly stored: number;
  readonly duplicates: number;
}

/** The n-th event of a source, about one of so many leads. */
export function sentEvent(n: number, { source, type, leads, at }: { readonly source: string; readonly type: string; readonly leads: number; readonly at: Date }): SentEvent {
  return {
    source,
    key: `event-${String(n).padStart(9, '0')}`,
    type,
    at: at.toISOString(),
    lead: { id: leadName((Math.imul(n + 1, 0x9e37_79b1) >>> 0) % leads) },
    properties: type === 'page_viewed' ? { path: '/pricing' } : {},
  };
}

/** Sends all of them over these connections, each as fast as answers come. */
export async function sendAll(connections: readonly Connection[], posts: readonly Buffer[]): Promise<Taken> {
  let next = 0;
  const sum = { stored: 0, duplicates: 0 };
  const work = async (connection: Connection): Promise<void> => {
    while (next < posts.length) {
      const answer = (await connection.send(posts[next++]!)) as Taken & { readonly refused: readonly unknown[] };
      if (answer.refused.length > 0) throw new AppError('bench-wrong', `An event was refused: ${JSON.stringify(answer.refused[0])}`);
      sum.stored += answer.stored;
      sum.duplicates += answer.duplicates;
    }
  };
  await Promise.all(connections.map(work));
  return sum;
}
