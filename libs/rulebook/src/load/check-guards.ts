import { stableJson } from '@tendril/kernel';
import type { JsonPath } from './json-file.ts';
import type { FactTraits } from '../language/names.ts';
import { operatorTraits } from '../language/operators.ts';
import { type Leaf, otherSide } from '../evaluate/rule-graph.ts';
import type { Condition } from '../language/types.ts';

interface Unguarded {
  readonly path: JsonPath;
  readonly message: string;
  readonly hint: string;
}

/**
 * Comparisons that would turn "unknown" into "yes": they hold when their fact is missing, by a negative operator or
 * under a `not`, and nothing beside them makes sure that it is there. `isSet` and `isNotSet` ask on purpose.
 */
export function checkGuards(condition: Condition, path: JsonPath, traitsOf: (leaf: Leaf) => FactTraits | null): Unguarded[] {
  return walk(condition, { path, wanted: true, guards: new Set() });

  function walk(node: Condition, here: Here): Unguarded[] {
    if ('condition' in node) return [];
    if ('not' in node) return walk(node.not, { ...here, path: [...here.path, 'not'], wanted: !here.wanted });
    if ('fact' in node) {
      return openFacts(node, here).flatMap((missing) => (traitsOf(missing)?.optional ? [unguarded(node, missing, here)] : []));
    }
    const [key, inner] = 'all' in node ? (['all', node.all] as const) : (['any', node.any] as const);
    const together = (key === 'all') === here.wanted;
    const guards = together ? new Set([...here.guards, ...inner.flatMap((one) => guardsIn(one, here.wanted))]) : here.guards;
    return inner.flatMap((one, at) => walk(one, { ...here, path: [...here.path, key, at], guards }));
  }
}

interface Here {
  readonly path: JsonPath;
  /** False under an odd number of `not`: there a rule fires because something is false. */
  readonly wanted: boolean;
  /** Facts that are certainly there wherever this node decides. */
  readonly guards: ReadonlySet<string>;
}

/**
 * The facts of a comparison that must be there, or missing ones could make it come out as `wanted`: of each list, one is enough.
 * Two attributes are equal when both are missing, and a number is less or more than null, which the engine takes for 0.
 */
function neededFacts(leaf: Leaf, wanted: boolean): (readonly Leaf[])[] {
  const other = otherSide(leaf);
  if (!other) return operatorTraits(leaf.operator)?.whenMissing === wanted ? [[leaf]] : [];
  if (leaf.operator === (wanted ? 'equal' : 'notEqual')) return [[leaf, other]];
  return wanted && leaf.operator !== 'notEqual' ? [[other]] : [[leaf], [other]];
}

function openFacts(leaf: Leaf, { wanted, guards }: Here): Leaf[] {
  if (leaf.operator === 'isSet' || leaf.operator === 'isNotSet') return [];
  return neededFacts(leaf, wanted).flatMap((facts) => (facts.some((fact) => guards.has(factKey(fact))) ? [] : facts.slice(0, 1)));
}

/** Facts without which a node cannot come out as `wanted`, so that its neighbours in the same `all` may rely on them. */
function guardsIn(node: Condition, wanted: boolean): string[] {
  if ('condition' in node) return [];
  if ('fact' in node) return neededFacts(node, wanted).some((facts) => facts.includes(node)) ? [] : [factKey(node)];
  if ('not' in node) return guardsIn(node.not, !wanted);
  if ('all' in node) return wanted ? node.all.flatMap((one) => guardsIn(one, wanted)) : [];
  return wanted ? [] : node.any.flatMap((one) => guardsIn(one, wanted));
}

/** The same for comparisons that ask about the same fact. */
export function factKey({ fact, params, path }: Leaf): string {
  return stableJson([fact, params ?? null, path ?? null]);
}

function unguarded({ operator }: Leaf, missing: Leaf, { path, wanted }: Here): Unguarded {
  const { fact, params, path: attribute } = missing;
  const name = attribute ?? fact;
  const guard = JSON.stringify({ fact, params, path: attribute, operator: 'isSet', value: true });
  return {
    path: [...path, 'operator'],
    message: wanted ? `"${operator}" holds when ${name} is unknown` : `Under "not", this holds when ${name} is unknown`,
    hint: wanted
      ? `Put ${guard} beside it in one "all"; or say "isNotSet" in an "any" if unknown is meant.`
      : `Put ${guard} beside the "not" in one "all".`,
  };
}
