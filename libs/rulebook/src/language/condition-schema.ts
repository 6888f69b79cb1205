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

const plain = [z.string(), z.number(), z.boolean(), z.array(z.union([z.string(), z.number()])).min(1)] as const;

/** What may stand at `value`, told from what stands there. */
function valueIssue(input: unknown, attribute: boolean): string {
  const asksFact = input !== null && typeof input === 'object' && 'fact' in input;
  if (asksFact && attribute) return 'An attribute can be compared with another attribute only\nWrite { "fact": "account", "path": "$.industry" }, for example.';
  if (asksFact) return 'Only attributes of the lead and the account can be compared with each other\nWrite a text or a number here.';
  return (
    'This cannot be compared with\nWrite a text, a number, true, or a list such as ["a", "b"]. ' +
    'Unknown values are asked for with isSet and isNotSet.'
  );
}

const Value = z
  .union(plain, { error: ({ input }) => valueIssue(input, false) })
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

const touchpoints = {
  channel: z.string().exactOptional(),
  content: z.string().exactOptional(),
  state: z.string().exactOptional(),
  within: Duration.exactOptional(),
};

const Path = z
  .string()
  .regex(/^\$(\.\w+)+$/, 'Write "$." and the name of the attribute: "$.industry".')
  .meta({ id: 'Path', description: 'Which attribute: "$.industry"' });

const AttributeValue = z
  .union([...plain, z.strictObject({ fact: z.enum(['lead', 'account']), path: Path })], { error: ({ input }) => valueIssue(input, true) })
  .meta({ id: 'AttributeValue', description: 'What the attribute is compared with: a value, or { "fact": "account", "path": "$.industry" }' });

const Operator = z.enum(OPERATOR_NAMES).meta({ id: 'Operator' });
const rest = { operator: Operator, value: Value };
const attribute = { operator: Operator, value: AttributeValue };

const Comparison = z
  .discriminatedUnion('fact', [
  z.strictObject({ fact: z.literal('lead'), path: Path, ...attribute }).meta({ description: 'An attribute of the lead' }),
  z.strictObject({ fact: z.literal('account'), path: Path, ...attribute }).meta({ description: 'An attribute of the lead’s account' }),
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
  z
    .strictObject({
      fact: z.literal('interest'),
      params: z
        .strictObject({
          rank: z.int().min(1).max(99).exactOptional().meta({ description: 'Which topic: 1 for the strongest, which is meant without it' }),
          within: Duration.exactOptional().meta({ description: 'Only topics read in this time count; those stated always do' }),
        })
        .exactOptional(),
      ...rest,
    })
    .meta({ description: 'The topic stated, else the topic most read; missing when there is none' }),
  z
    .strictObject({ fact: z.literal('inJourney'), params: z.strictObject({ journey: z.string() }), ...rest })
    .meta({ description: 'Is a touch of this journey still on its way to the lead?' }),
  z
    .strictObject({ fact: z.literal('touchpointCount'), params: z.strictObject(touchpoints).exactOptional(), ...rest })
    .meta({ description: 'How many such touchpoints the lead has, in the last "within" or ever' }),
  z
    .strictObject({ fact: z.literal('accountCount'), params: z.strictObject({ condition: z.string() }), ...rest })
    .meta({ description: 'How many leads of the account are in this segment, this lead among them' }),
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
