import { checkAccount, isFreeMail, type PlanProblem } from '@tendril/events';
import { AppError, type JsonObject } from '@tendril/kernel';
import { holdRulebook, putAccount } from '@tendril/store';
import { unkeepableIn } from './check-intake.ts';
import { wakeAccounts } from './wake-leads.ts';
import type { World } from './world.ts';

/** What somebody knows about a company. */
export interface AccountOrder {
  readonly domain: string;
  /** Attributes by name; what is not named stays as it is. */
  readonly attributes: JsonObject;
  readonly by: string;
}

/** The account, and what became of it. */
export type PutAccount = Awaited<ReturnType<typeof putAccount>>;

/**
 * Makes an account or changes what is known about it, with or without leads; its leads become due where rules ask. The change is
 * kept with its time, as those that come with events are, so that past states can be rebuilt.
 *
 * @throws AppError `account-invalid` for a mail provider's domain, and for attributes that the tracking plan does not allow
 */
export async function upsertAccount(world: World, { domain: named, attributes, by }: AccountOrder): Promise<PutAccount> {
  const domain = named.toLowerCase();
  if (isFreeMail(domain)) throw invalid({ path: 'domain', message: `"${domain}" is a mail provider, not a company`, hint: 'Send the domain of the company.' });
  const unkeepable = unkeepableIn({ domain, attributes });
  if (unkeepable) throw invalid({ ...unkeepable, path: unkeepable.field });
  return world.store.transaction(async (db) => {
    await holdRulebook(db);
    const active = await world.rulebook.read(db);
    const [problem] = active ? checkAccount(active.rulebook.trackingPlan, attributes, 'attributes') : [];
    if (problem) throw invalid(problem);
    const now = world.clock.now();
    const put = await putAccount(db, { id: world.newId(), domain, attributes, by, at: now });
    if (put.result === 'changed') await wakeAccounts(db, active, { changed: [put.id], moved: [] }, now);
    return put;
  });
}

function invalid({ path, message, hint }: Omit<PlanProblem, 'hint'> & { readonly hint?: string | undefined }): AppError {
  return new AppError('account-invalid', message, { status: 422, field: path, ...(hint === undefined ? {} : { hint }) });
}
