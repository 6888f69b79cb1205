import { z } from 'zod';
import { connectToCore } from './core-client.ts';
import type { World } from './world.ts';

const Evaluated = z.object({
  evaluated: z.object({ leads: z.number(), transitions: z.number(), planned: z.number() }),
  dispatched: z.object({ accepted: z.number(), held: z.number(), ended: z.number(), rejected: z.number(), unknown: z.number() }),
});

/** Has a core evaluate and dispatch all that is due, at once rather than at the next tick. */
export async function evaluate(world: World, options: { readonly url?: string; readonly json?: boolean }): Promise<number> {
  const core = await connectToCore(world, options.url);
  const answer = await core.post('/v1/evaluate', {}, Evaluated);
  world.out(options.json ? JSON.stringify(answer) : inWords(answer));
  return 0;
}

function inWords({ evaluated, dispatched }: z.output<typeof Evaluated>): string {
  const said = Object.entries(dispatched).flatMap(([state, n]) => (n === 0 ? [] : [`${n.toLocaleString('en-GB')} ${state}`]));
  const count = (n: number, word: string) => `${n.toLocaleString('en-GB')} ${word}${n === 1 ? '' : 's'}`;
  return `${count(evaluated.leads, 'lead')} evaluated, ${count(evaluated.planned, 'touchpoint')} planned; of what was due: ${said.join(', ') || 'nothing'}.`;
}
