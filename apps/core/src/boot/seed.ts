import { takeIn, type World } from '@tendril/flows';
import { AppError } from '@tendril/kernel';
import { leadPage } from '@tendril/store';
import { sampleCompany } from '../sample/sample-company.ts';

const LEADS = 400;
const DAYS = 45;
const BATCH = 500;

/**
 * Fills an empty database with the sample company, through the same intake as everything else. Returns the number of events;
 * 0 when there are leads already.
 */
export async function seedSample(world: World, onProgress: (done: number, total: number) => void): Promise<number> {
  if ((await leadPage(world.store.db, undefined, 1)).length > 0) return 0;
  const { events } = sampleCompany({ seed: 'larkfield', leads: LEADS, until: world.clock.now(), days: DAYS });
  for (let n = 0; n < events.length; n += BATCH) {
    const { refused } = await takeIn(world, events.slice(n, n + BATCH));
    const [first] = refused;
    if (first) throw new AppError('sample-refused', `The sample company does not fit rules/tracking-plan.json: ${first.message}`, { hint: 'Set TENDRIL_SAMPLE=off to start without it.' });
    onProgress(Math.min(n + BATCH, events.length), events.length);
  }
  return events.length;
}
