import type { JsonObject } from '@tendril/kernel';
import type { TouchpointState } from '@tendril/touchpoints';
import { z } from 'zod';

const Text = z.string().min(1);
const Count = z.int().min(0);

const WHY = ['personal', 'rare', 'unknown', 'kept'] as const;

/** `baseline/baseline.json`: what the sample is, and how it was drawn. */
export const BaselineHead = z.strictObject({
  $schema: z.string().optional().meta({ description: 'Where the editor finds this schema' }),
  format: z.literal(1).meta({ description: 'The form of these files' }),
  takenAt: z.iso
    .datetime({ error: 'Write a time in UTC: "2026-03-27T16:00:00.000Z".' })
    .meta({ description: 'When the leads stood as they are here; all times in leads.jsonl are seconds before it' }),
  total: Count.meta({ description: 'Leads of the database that the sample was drawn from' }),
  drawn: z
    .strictObject({
      size: z.int().min(1).meta({ description: 'Leads that were asked for' }),
      rulebook: Text.meta({ description: 'Hash of the rulebook that decided which events and values were kept' }),
      eventTypes: z.array(Text).meta({ description: 'All events of these types were kept, those that the rulebook read then; a rule about another type finds none here' }),
      eventsPerLead: z.int().min(1).meta({ description: 'Only so many of a lead’s newest events were kept' }),
      cutLeads: Count.meta({ description: 'Leads that had more' }),
    })
    .meta({ description: 'How it was drawn' }),
  replaced: z
    .array(z.strictObject({ what: Text, why: z.enum(WHY), values: z.int().min(1) }))
    .meta({ description: 'Personal and rare values were replaced, unknown ones left out; "kept" ones are rare too, but a rule tells them apart' }),
  strata: z
    .array(z.strictObject({ name: Text, total: z.int().min(1), sampled: z.int().min(1) }))
    .meta({ description: 'Parts of the database that were sampled by themselves; a lead stands for total ÷ sampled' }),
});

/** How a baseline was drawn, for those who judge what a plan over it says. */
export type Drawing = z.output<typeof BaselineHead>['drawn'] & { readonly replaced: readonly Replacement[] };

/** Values of one kind that anonymising replaced or left out, or kept although they are rare. */
export interface Replacement {
  /** `lead.firstName`, `account.name`, `page_viewed.path`. */
  readonly what: string;
  readonly why: (typeof WHY)[number];
  /** How often. */
  readonly values: number;
}

/** Seconds before `takenAt`; negative ones lie after it. More than 300 years are nobody's history. */
const Age = z.number().min(-1e10).max(1e10);
const Past = z.number().min(0).max(1e10);

/** Attributes or properties. Checked by hand, because a Zod record passes over a key `__proto__` without a word. */
const Values = z.custom<JsonObject>().superRefine((values: unknown, context) => {
  if (values === null || typeof values !== 'object' || Array.isArray(values)) {
    return context.addIssue('This must be an object { … }\nWrite { "name": value }.');
  }
  for (const [name, value] of Object.entries(values)) {
    const add = (message: string): void => context.addIssue({ code: 'custom', path: [name], message });
    if (!/^[a-zA-Z][a-zA-Z0-9_]*$/.test(name)) add(`"${name}" cannot be a name here\nWrite letters, digits and _ only, beginning with a letter.`);
    else if (!isPlain(value) && !(Array.isArray(value) && value.every(isPlain))) add(NO_VALUE);
  }
});

const NO_VALUE = 'This must be a text, a number, true, false, null or a list of them\nNo attribute or property is anything else.';

function isPlain(value: unknown): boolean {
  return value === null || typeof value !== 'object';
}

const STATES = ['planned', 'held', 'claimed', 'sending', 'accepted', 'rejected', 'unknown', 'cancelled', 'suppressed', 'expired'] as const satisfies readonly TouchpointState[];

/** One line of `baseline/leads.jsonl`. Lists in place of objects, and nothing that is empty, so that git stays small. */
export const BaselineLine = z.strictObject({
  id: Text,
  stratum: Count,
  zone: Text.optional(),
  lead: Values.optional(),
  account: z.tuple([Text, Values.optional()], { error: 'An account is a list here\nWrite ["account-001", { "employees": 120 }].' }).optional(),
  stage: Text.optional(),
  consents: z.record(Text, z.enum(['granted', 'denied'])).optional(),
  channels: z.array(Text).optional(),
  suppressed: z.record(Text, Text).optional(),
  events: z
    .array(z.tuple([Text, Past, Values.optional()], { error: 'An event is a list of two or three\nWrite [type, seconds before takenAt, { properties }].' }))
    .optional(),
  enrolments: z
    .array(z.tuple([Text, z.int().min(1), z.int().min(1), Past], { error: 'An enrolment is a list of four\nWrite [programme, version, entry, seconds before takenAt].' }))
    .optional(),
  touchpoints: z
    .array(
      z.tuple([Text, Count, Text, Count, Text, Text, z.enum(STATES), Past, Age, Age.nullable()], {
        error: 'A touchpoint is a list of ten\nWrite [programme, entry, step, visit, channel, content, state, at, due, expires], times as seconds before takenAt.',
      }),
    )
    .optional(),
});

export type BaselineLine = z.output<typeof BaselineLine>;

/** JSON Schema (draft 2020-12) of `baseline/baseline.json`, for editors, from the schema that is checked here. */
export function baselineSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(BaselineHead, { target: 'draft-2020-12', io: 'input' });
  return { $schema, title: 'Baseline: a sample population for rules plan, drawn by "tendril rules baseline"', ...schema };
}
