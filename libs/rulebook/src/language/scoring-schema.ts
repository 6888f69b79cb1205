import { z } from 'zod';
import { Conditions, Duration, Where } from './condition-schema.ts';

/** Marks the union of scoring lines among Zod's issues, so that the problem is told from the kind that was meant. */
export const LINE_ISSUE = 'scoring line';

/** The same for the two kinds of scoring models. */
export const MODEL_ISSUE = 'scoring model';

/** Known false positives, for reviewers. */
export const WrongWhen = z
  .array(z.string().min(1))
  .min(1)
  .meta({ id: 'WrongWhen', description: 'Known cases in which it is mistaken: "an employee looks"' });

const common = {
  name: z.string().min(1),
  points: z.number().meta({ description: 'At most three decimals; may be negative' }),
  group: z.string().optional().meta({ description: 'A group of the model, whose sum is capped' }),
  wrongWhen: WrongWhen.optional(),
};

const Steps = z
  .record(Duration, z.number().gt(0).max(1))
  .refine((steps) => Object.keys(steps).length > 0, 'There is no step\nWrite { "7d": 1, "30d": 0.5 }, for example.')
  .meta({ minProperties: 1, description: 'Younger than this → this share of the points; older than all → none' });

const Decay = z.union(
  [
    z.strictObject({ linear: Duration.meta({ description: 'Down to nothing in this time' }) }),
    z.strictObject({ steps: Steps }),
  ],
  { error: 'This does not say how points fade\nWrite { "linear": "30d" } or { "steps": { "7d": 1, "30d": 0.5 } } of whole days and shares up to 1.' },
);

/** Points while conditions hold. */
const ConditionLine = z.strictObject({ ...common, conditions: Conditions }).meta({ description: 'Points while the conditions hold' });

/** Points for each event. */
const EventLine = z
  .strictObject({
    ...common,
    per: z
      .strictObject({ event: z.string(), where: Where.optional(), within: Duration.optional() })
      .meta({ description: 'Points for each such event, in the last "within" or ever' }),
    max: z.number().optional().meta({ description: 'The newest events count, up to these points before fading' }),
    halfLife: Duration.optional().meta({ description: 'An event’s points halve in this time' }),
    decay: Decay.optional().meta({ description: 'How an event’s points fade, in place of halfLife' }),
  })
  .meta({ description: 'Points for each such event, fading from the moment it happened' });

/** One of a scoring model's `rules`. */
export const ScoringLine = z.union([ConditionLine, EventLine], { error: LINE_ISSUE });
