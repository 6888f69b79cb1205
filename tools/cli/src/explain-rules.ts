import { join, resolve } from 'node:path';
import { askCore, type AsOfAnswer } from './ask-explanation.ts';
import { explainBaselineLead, isBaselineLead } from './explain-baseline-lead.ts';
import { explanationText } from './explanation-text.ts';
import type { World } from './world.ts';

/** What the command line may add to `rules explain`. */
export interface ExplainOptions {
  /** As of when: RFC 3339, or a part of it in UTC. */
  readonly at?: string;
  /** A rulebook that the core knows, or a git revision. */
  readonly rules?: string;
  readonly url?: string;
  /** The folder of a baseline, whose leads need no core. */
  readonly baseline?: string;
  readonly json?: boolean;
}

/** Prints why a lead has its scores, stage and segments, and what would change them. */
export async function explainRules(world: World, lead: string, named: string | undefined, options: ExplainOptions): Promise<number> {
  const answer = await answerOf(world, lead, resolve(world.folder, named ?? 'rules'), options);
  if (options.json) world.out(JSON.stringify(answer));
  else for (const line of explanationText(answer, lead)) world.out(line);
  return 0;
}

async function answerOf(world: World, lead: string, folder: string, options: ExplainOptions): Promise<AsOfAnswer> {
  const { baseline, url } = options;
  if (baseline === undefined && (url !== undefined || !isBaselineLead(lead))) return askCore(world, lead, folder, options);
  const home = baseline === undefined ? join(folder, 'baseline') : resolve(world.folder, baseline);
  return explainBaselineLead(lead, { folder, baseline: home }, options);
}
