import { TrackingPlan } from '@tendril/events';
import { z } from 'zod';
import { Conditions, Duration } from './condition-schema.ts';
import { Cap, Holiday, QuietHours, Zone } from './policies-schema.ts';
import { LOCK } from '../load/rule-lock.ts';
import { MODEL_ISSUE, ScoringLine, WrongWhen } from './scoring-schema.ts';

const $schema = z.string().optional().meta({ description: 'Where the editor finds this schema' });
const Text = z.string().min(1);
const Topic = z.string().regex(/^[a-z][a-z0-9-]*$/, 'Write lower-case letters, digits and -, beginning with a letter.');

const header = {
  $schema,
  id: Text.meta({ description: 'The path of this file under rules/, without .json' }),
  version: z.int().min(1).meta({ description: 'Raise it with every change of meaning' }),
  lock: z
    .string()
    .regex(LOCK, 'Leave this line to tendril rules fix.')
    .optional()
    .meta({ description: 'Written by tendril rules fix: the version, and a hash of what the rule means' }),
  status: z.enum(['draft', 'live', 'retired']).meta({ description: 'Only live rules take part' }),
  owner: Text.meta({ description: 'The team that answers for it' }),
  title: Text.meta({ description: 'What people call it' }),
  why: Text.optional().meta({ description: 'The evidence for it' }),
  wrongWhen: WrongWhen.optional(),
  review: z.iso
    .date({ error: 'Write a day: "2026-12-31".' })
    .optional()
    .meta({ description: 'The day by which somebody should look at it again' }),
  retired: z
    .strictObject({ on: z.iso.date({ error: 'Write a day: "2026-12-31".' }), reason: Text })
    .optional()
    .meta({ description: 'When and why it was retired; only with "status": "retired"' }),
};

const Segment = z.strictObject({ ...header, conditions: Conditions });

const Points = z
  .strictObject({
    ...header,
    scale: z.strictObject({ min: z.number(), max: z.number() }).meta({ description: 'The total is kept within these points' }),
    groups: z
      .record(z.string(), z.strictObject({ max: z.number().min(0, 'A group that is capped below 0 would take points from leads who did nothing\nWrite a max of 0 or more.') }))
      .default({})
      .meta({ description: 'Sums of rules that are capped' }),
    rules: z.array(ScoringLine).min(1),
    grades: z
      .record(z.string().min(1), z.number())
      .optional()
      .meta({ description: 'Letter → least points' }),
  })
  .meta({ description: 'Points by rules' });

const Axes = z
  .strictObject({
    ...header,
    axes: z.tuple([Text, Text]).meta({ description: 'Two scoring models: the grade A of the first and 1 of the second make A1' }),
  })
  .meta({ description: 'A grade of two models, without points of its own' });

/** What a model of two axes is as a model of points, so that whoever reads points finds none. */
const NO_POINTS: { scale: { min: number; max: number }; groups: Record<string, never>; rules: never[] } = { scale: { min: 0, max: 0 }, groups: {}, rules: [] };

type Scoring = z.output<typeof Points> & { readonly axes?: readonly [string, string] };

const Scoring: z.ZodType<Scoring> = z.union([Points, Axes.transform((file) => ({ ...file, ...NO_POINTS }))], { error: MODEL_ISSUE });

const Stages = z.strictObject({
  $schema,
  regression: z.enum(['never', 'allow']).meta({ description: 'May a lead fall back to an earlier stage?' }),
  stages: z
    .array(
      z.strictObject({
        name: Topic,
        title: Text,
        conditions: Conditions.optional(),
        guard: Conditions.optional().meta({ description: 'What a lead needs besides the conditions to enter the stage, but not to stay in it' }),
      }),
    )
    .min(1)
    .meta({ description: 'In the order of the buyer’s journey; a lead is in the furthest whose conditions hold' }),
});

const Journey = z.strictObject({
  ...header,
  entry: z.strictObject({ segment: Text }).meta({ description: 'The journey begins when a lead enters this segment' }),
  reentry: z.union([z.literal('never'), z.strictObject({ after: Duration })], {
    error: 'This does not say when a lead may go through it again\nWrite "never" or { "after": "90d" }.',
  }),
  steps: z.tuple([
    z.strictObject({
      id: Topic,
      touch: Text.meta({ description: 'The id of the content' }),
      channel: Text,
      expires: Duration.optional(),
    }),
  ]),
});

const Content = z.strictObject({
  ...header,
  topic: Text.meta({ description: 'A topic of policies.json: consent is asked for it' }),
  intent: z.enum(['help', 'sell']),
  stage: Text.optional(),
  callToAction: z
    .strictObject({ label: Text, url: z.string().regex(/^https?:\/\/\S+$/, 'Write an address that begins with https://') })
    .optional(),
});

const Share = z.number().min(0).max(1);

const Policies = z.strictObject({
  $schema,
  company: z.strictObject({ name: Text, postalAddress: Text, website: Text }),
  topics: z.record(Topic, z.strictObject({ title: Text })),
  holdout: z.strictObject({ share: z.number().min(0).max(0.5), salt: Text }),
  caps: z.array(Cap).optional().meta({ description: 'How much one lead gets at most, over all programmes' }),
  quietHours: z.array(QuietHours).optional().meta({ description: 'When nothing is sent, by the clocks where the lead is' }),
  holidays: z.array(Holiday).optional().meta({ description: 'Days on which nothing is sent' }),
  unknownZone: z
    .array(Zone)
    .min(1)
    .optional()
    .meta({ description: 'Where a lead of unknown zone may be: a touchpoint goes when it may go in all of them' }),
  blastLimits: z
    .strictObject({
      touched: Share.optional().meta({ description: 'Leads that are sent something within 24 hours because of the change' }),
      entering: Share.optional().meta({ description: 'Leads that enter any one segment' }),
      stageMoves: Share.optional().meta({ description: 'Leads whose stage changes' }),
    })
    .optional()
    .meta({ description: 'Shares of all leads: a change of rules that does more fails its plan' }),
});

const Connectors = z.strictObject({
  $schema,
  connectors: z.array(
    z.strictObject({
      name: Topic,
      package: Text.meta({ description: 'Name of the npm package' }),
      settings: z.record(z.string(), z.json().meta({ id: 'Json' })).default({}),
      secrets: z
        .record(z.string(), z.string().regex(/^[A-Z][A-Z0-9_]*$/, 'Write the name of an environment variable: "SENDGRID_API_KEY".'))
        .default({})
        .meta({ description: 'Setting → name of the environment variable that holds it' }),
    }),
  ),
});

/** The form of every kind of rule file. The editors' JSON Schemas are made from the same. */
export const FILE_SCHEMAS = {
  segment: Segment,
  scoring: Scoring,
  journey: Journey,
  stages: Stages,
  policies: Policies,
  'tracking-plan': TrackingPlan,
  content: Content,
  connectors: Connectors,
} as const;

export type FileKind = keyof typeof FILE_SCHEMAS;

/** What a well-formed file of a kind says. */
export type FileOf<Kind extends FileKind> = z.output<(typeof FILE_SCHEMAS)[Kind]>;
