import { z } from 'zod';
import { AGGREGATES } from './aggregates.ts';
import { OPERATOR_NAMES } from './operators.ts';
import type { Condition as ConditionType } from './types.ts';

/** Keys that say which kind of condition an object is; exactly one of them must be there. */
export const CONDITION_KEYS = ['all', 'any', 'not', 'condition', 'fact'] as const;

/** Marks the union of condition kinds among Zod's issues, so that the problem is told from the branch that was meant. */
export const CONDITION_ISSUE = 'condition';

/** A duration as rule files write it; read with `durationMs` of @tendril/kernel. */
export const Duration = z
  .string()
  .regex(/^[1-9]\d{0,5}[mhd]$/, 'Write a whole number and m, h or d: "30m", "24h", "7d".')
  .meta({ id: 'Duration', description: 'Minutes, hours or days of 24 hours: "30m", "24h", "7d"' });

const Scalar = z.union([z.string(), z.number(), z.boolean()]);

const Value = z
  .union([z.string(), z.number(), z.boolean(), z.array(z.union([z.string(), z.number()])).min(1)], {
    error:
      'This cannot be compared with\nWrite a text, a number, true, or a list such as ["a", "b"]. ' +
      'Unknown values are asked for with isSet and isNotSet.',
  })
  .meta({ id: 'Value', description: 'What the fact is compared with; true for isSet and isNotSet' });

const WhereTest = z.union(
  [Scalar, z.strictObject({ startsWith: z.string().min(1) }), z.strictObject({ in: z.array(z.union([z.string(), z.number()])).min(1) })],
  { error: 'This is no test of a property\nWrite the value itself, { "startsWith": "/pricing" } or { "in": ["a", "b"] }.' },
);

/** Tests of an event's properties. */
export const Where = z
  .record(z.string(), WhereTest)
  .refine((where) => Object.keys(where).length > 0, 'The test is empty\nName a property, or leave "where" out.')
  .meta({ id: 'Where', minProperties: 1, description: 'Only events whose properties fit: a value, { "startsWith": … } or { "in": […] }' });

const events = { event: z.string(), within: Duration.exactOptional(), where: Where.exactOptional() };

const Path = z
  .string()
  .regex(/^\$(\.\w+)+$/, 'Write "$." and the name of the attribute: "$.industry".')
  .meta({ id: 'Path', description: 'Which attribute: "$.industry"' });

const Operator = z.enum(OPERATOR_NAMES).meta({ id: 'Operator' });
const rest = { operator: Operator, value: Value };

const Comparison = z
  .discriminatedUnion('fact', [
  z.strictObject({ fact: z.literal('lead'), path: Path, ...rest }).meta({ description: 'An attribute of the lead' }),
  z.strictObject({ fact: z.literal('account'), path: Path, ...rest }).meta({ description: 'An attribute of the lead’s account' }),
  z
    .strictObject({
      fact: z.literal('eventCount'),
      params: z.strictObject(events),
      ...rest,
    })
    .meta({ description: 'How many such events there were, in the last "within" or ever' }),
  z
    .strictObject({
      fact: z.enum(AGGREGATES),
      params: z.strictObject({ ...events, property: z.string() }),
      ...rest,
    })
    .meta({ description: 'Sum, least, greatest or average of a property of such events; missing when there is none' }),
  z
    .strictObject({ fact: z.literal('daysSince'), params: z.strictObject({ event: z.string(), where: Where.exactOptional() }), ...rest })
    .meta({ description: 'Whole days of 24 hours since the newest such event; missing when there never was one' }),
  z
    .strictObject({ fact: z.literal('score'), params: z.strictObject({ model: z.string() }), ...rest })
    .meta({ description: 'Points of a scoring model' }),
  z
    .strictObject({ fact: z.literal('grade'), params: z.strictObject({ model: z.string() }), ...rest })
    .meta({ description: 'Letter of a scoring model' }),
  z.strictObject({ fact: z.literal('stage'), ...rest }).meta({ description: 'Name of the stage that this evaluation finds' }),
  z
    .strictObject({ fact: z.literal('consent'), params: z.strictObject({ channel: z.string(), topic: z.string() }), ...rest })
    .meta({ description: '"granted", "denied" or "none"' }),
])
  .meta({ id: 'Comparison', description: 'A fact, compared with a value' });

const nodes = [
  z.strictObject({ all: z.array(z.lazy(() => Condition)).min(1) }).meta({ id: 'All', description: 'Holds when all of them hold' }),
  z.strictObject({ any: z.array(z.lazy(() => Condition)).min(1) }).meta({ id: 'Any', description: 'Holds when one of them holds' }),
  z.strictObject({ not: z.lazy(() => Condition) }).meta({ id: 'Not', description: 'Holds when it does not hold' }),
  z.strictObject({ condition: z.string() }).meta({ id: 'Reference', description: 'A segment by its id: holds for the members of the segment' }),
] as const;

/** A condition tree in the json-rules-engine format, stricter than the engine: nothing empty, nothing unknown, one key per node. */
const Condition: z.ZodType<ConditionType> = z
  .union([...nodes, Comparison], { error: CONDITION_ISSUE })
  .meta({ id: 'Condition', description: 'A condition in the format of json-rules-engine' });

/** `conditions` of a rule: the engine takes no bare comparison at the top. */
export const Conditions: z.ZodType<ConditionType> = z
  .union(nodes, { error: CONDITION_ISSUE })
  .meta({ id: 'Conditions', description: 'all, any, not or condition, in the format of json-rules-engine' });
