import { durationMs, type Json, stableJson } from '@tendril/kernel';
import type { Form, Literal } from './normal-form.ts';
import type { Leaf } from '../evaluate/rule-graph.ts';

/**
 * A text that is the same for trees of the same meaning, whatever their order, nesting and choice among operators of one
 * meaning. Two trees may mean the same and still have different texts. `known`: the texts of atoms, for several trees.
 */
export function canonicalForm(form: Form, known: Map<number, string>): string {
  if (form.kind === 'literal') return canonicalLiteral(form, known);
  const parts = [...new Set(flat(form.kind, form).map((one) => canonicalForm(one, known)))].sort();
  return parts.length === 1 ? (parts[0] ?? '') : `${form.kind}(${parts.join(',')})`;
}

/** Params with their window in milliseconds, so that `7d` is `168h`. */
export function canonicalParams(params: Readonly<Record<string, Json | undefined>>): Readonly<Record<string, Json | undefined>> {
  return typeof params['within'] === 'string' ? { ...params, within: durationMs(params['within']) } : params;
}

/** The elements of nested nodes of one kind, as if they stood in one. */
function flat(kind: 'all' | 'any', form: Form): Form[] {
  if (form.kind === 'literal') return [form];
  return form.kind === kind || form.nodes.length === 1 ? form.nodes.flatMap((node) => flat(kind, node)) : [form];
}

const OPPOSITES: Readonly<Record<string, string>> = { notEqual: 'equal', notIn: 'in', isNotSet: 'isSet' };
const SYNONYMS: Readonly<Record<string, string>> = { greaterThanInclusive: 'atLeast', lessThanInclusive: 'atMost' };

function canonicalLiteral({ asked, atom, wanted }: Literal, known: Map<number, string>): string {
  const text = known.get(atom) ?? ('fact' in asked ? comparison(asked) : stableJson(asked));
  known.set(atom, text);
  const opposite = 'fact' in asked && Object.hasOwn(OPPOSITES, asked.operator);
  return `${wanted === opposite ? 'not ' : ''}${text}`;
}

/** Without a "not" that its operator has in it. */
function comparison({ fact, params, path, operator, value }: Leaf): string {
  const [name, compared] = single(OPPOSITES[operator] ?? SYNONYMS[operator] ?? operator, value);
  return stableJson([fact, params ? canonicalParams(params) : null, path ?? null, name, compared]);
}

/** A list in order; `in` a list of one is `equal`. */
function single(operator: string, value: Json): readonly [operator: string, value: Json] {
  if (!Array.isArray(value)) return [operator, value];
  const items = [...new Set(value as readonly Json[])].sort();
  const [first] = items;
  return operator === 'in' && items.length === 1 && first !== undefined ? ['equal', first] : [operator, items];
}
