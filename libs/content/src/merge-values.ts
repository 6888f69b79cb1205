import type { MergeInput } from './types.ts';

/** What a merge field can stand for. */
export type MergeValue = string | number | boolean;

/** One object of merge fields: no prototype, so that `constructor` and `__proto__` name nothing. */
export type MergeGroup = Readonly<Record<string, MergeValue>>;

/** Everything a template can reach, by the first word of a merge field. */
export interface MergeValues {
  readonly lead: MergeGroup;
  readonly account: MergeGroup;
  readonly company: MergeGroup;
  readonly callToAction: MergeGroup;
  readonly unsubscribeUrl?: string;
}

/** Keeps texts, finite numbers and booleans. An empty text counts as missing: it would leave a gap in a sentence. */
export function mergeGroup(data: Readonly<Record<string, unknown>> | null | undefined): MergeGroup {
  const group = Object.create(null) as Record<string, MergeValue>;
  for (const [name, value] of Object.entries(data ?? {})) {
    if (typeof value === 'string' ? value.trim() !== '' : typeof value === 'boolean' || Number.isFinite(value)) {
      group[name] = value as MergeValue;
    }
  }
  return group;
}

/** Brings a lead's data into the shape that templates may read. */
export function mergeValues(input: MergeInput, company: MergeGroup, callToAction: MergeGroup): MergeValues {
  const values = Object.create(null) as { -readonly [Key in keyof MergeValues]: MergeValues[Key] };
  values.lead = mergeGroup(input.lead);
  values.account = mergeGroup(input.account);
  values.company = company;
  values.callToAction = callToAction;
  if (input.unsubscribeUrl !== null) values.unsubscribeUrl = input.unsubscribeUrl;
  return values;
}

/** The value of a merge field such as `lead.firstName`, or undefined where it is missing. */
export function mergeValue(values: MergeValues, path: readonly string[]): MergeValue | undefined {
  let here: unknown = values;
  for (const name of path) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, name)) return undefined;
    here = (here as Readonly<Record<string, unknown>>)[name];
  }
  return typeof here === 'object' ? undefined : (here as MergeValue | undefined);
}
