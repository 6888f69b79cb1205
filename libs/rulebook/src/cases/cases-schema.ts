import { z } from 'zod';

const Text = z.string().min(1);

/** Read with `instantOf`. */
const Time = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})?$/, 'Write "2026-03-27T16:00"; it is a time in the case’s zone.')
  .meta({ id: 'Time', description: 'A time in the case’s zone: "2026-03-27T16:00"' });

const Json = z.json().meta({ id: 'Json' });
const Values = z.record(z.string(), Json);

const Consents = z
  .record(
    z.string().regex(/^[a-z][a-z0-9-]*:([a-z][a-z0-9-]*|\*)$/, 'Write channel:topic, such as "email:product", or "email:*" for every topic.'),
    z.enum(['granted', 'denied']),
  )
  .meta({ id: 'Consents', description: 'Channel:topic → what the lead said; what is not here was never asked' });

const Timeline = z
  .array(
    z.strictObject({
      at: Time,
      event: Text.meta({ description: 'A type of tracking-plan.json, or one that Tendril records itself' }),
      properties: Values.default({}),
    }),
  )
  .meta({ id: 'Timeline', description: 'What the lead does, in any order' });

/** The form of a cases file whose cases expect one kind of answer. */
function casesOf<Expect extends z.ZodType>(of: z.ZodString | z.ZodLiteral<'stages'>, expect: Expect) {
  return z.strictObject({
    $schema: z.string().optional(),
    of: of.meta({ description: 'The id of the rule file that is tested' }),
    cases: z
      .array(
        z.strictObject({
          name: Text.meta({ description: 'What should happen, as a sentence' }),
          zone: Text.default('UTC').meta({ description: 'The lead’s time zone, such as "Europe/Berlin"' }),
          now: Time.optional().meta({ description: 'When the answer is asked for; else when the timeline ends (journeys: 30 days later)' }),
          lead: z.object({ consents: Consents.optional() }).catchall(Json).default({}),
          account: Values.optional(),
          accountCounts: z
            .record(z.string(), z.int().min(0))
            .optional()
            .meta({ description: 'Segment → how many leads of the account are in it, for rules that ask with accountCount' }),
          timeline: Timeline.default([]),
          expect,
        }),
      )
      .min(1),
  });
}

const Scores = z
  .strictObject({
    points: z.number().optional(),
    grade: Text.optional(),
    rules: z.record(z.string(), z.union([z.boolean(), z.number()], { error: 'Write true, false or the points of the rule.' })).optional(),
  })
  .refine((scores) => Object.values(scores).some((value) => value !== undefined), 'This expects nothing\nWrite "points", "grade" or "rules".')
  .meta({ minProperties: 1, description: 'The total, its grade, or which rules give points (true, false, or how many)' });

const Touches = z
  .array(z.strictObject({ at: Time.optional(), touch: Text, channel: Text }))
  .meta({ description: 'The touches of this journey that go out, in order; [] for none' });

/** By what a cases file tests. */
export const CASES_SCHEMAS = {
  segments: casesOf(z.string().regex(/^segments\//), z.boolean().meta({ description: 'Is the lead in the segment?' })),
  scoring: casesOf(z.string().regex(/^scoring\//), Scores),
  stages: casesOf(z.literal('stages'), z.strictObject({ stage: Text })),
  journeys: casesOf(z.string().regex(/^journeys\//), Touches),
} as const;

/** What can have cases: the first part of `of`. */
export type CasesKind = keyof typeof CASES_SCHEMAS;

/** What a well-formed cases file says. */
export type CasesForm = z.output<(typeof CASES_SCHEMAS)[CasesKind]>;

/** The scores that a case of a scoring model expects. */
export type ExpectedScores = z.output<typeof Scores>;

/** JSON Schema (draft 2020-12) of cases files, for editors, from the schemas that are checked here. */
export function casesSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(z.union(Object.values(CASES_SCHEMAS)), { target: 'draft-2020-12', io: 'input' });
  return { $schema, title: 'Cases: what a rule file answers about leads that somebody thought of', ...schema };
}
