import { addDeliveries, type Db, type Listener, listeners, ownIdsOf, type SavedTransition, touchpointsNow } from '@tendril/store';
import { messageFor, type Notice, noticeOfTouchpoint, noticeOfTransition, wants } from './webhook-messages.ts';

/**
 * Queues transitions for the webhooks that want them, in the transaction that decided them: what is rolled back is told to nobody,
 * what is committed to each once. One query where there is no webhook, three where there is.
 */
export async function announceTransitions(db: Db, transitions: readonly SavedTransition[], now: Date): Promise<void> {
  if (transitions.length > 0) await announce(db, await listeners(db), transitions.map(noticeOfTransition), now);
}

/** The same for touchpoints that may be in another state now; each state is told once. */
export async function announceTouchpoints(db: Db, touchpoints: readonly string[], now: Date): Promise<void> {
  if (touchpoints.length === 0) return;
  const told = await listeners(db);
  if (!told.some(({ kinds }) => kinds.some((kind) => kind.startsWith('touchpoint_')))) return;
  const rows = await touchpointsNow(db, touchpoints);
  await announce(db, told, rows.flatMap((row) => noticeOfTouchpoint(row, now) ?? []), now);
}

/** Queues for these webhooks what they want and were not told yet. Returns how many messages that are. */
export async function announce(db: Db, webhooks: readonly Listener[], notices: readonly Notice[], now: Date): Promise<number> {
  const wanted = webhooks.flatMap((webhook) => notices.filter((notice) => wants(webhook, notice)).map((notice) => ({ webhook: webhook.id, notice })));
  if (wanted.length === 0) return 0;
  const ownIds = await ownIdsOf(db, [...new Set(wanted.map(({ notice }) => notice.lead))]);
  return addDeliveries(db, wanted.map(({ webhook, notice }) => messageFor(webhook, notice, ownIds.get(notice.lead) ?? [])), now);
}
