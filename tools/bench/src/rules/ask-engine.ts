import type { Json, JsonObject } from '@tendril/kernel';
import type { LeadFacts, Rulebook } from '@tendril/rulebook';
import { Engine, type TopLevelCondition } from 'json-rules-engine';

/** json-rules-engine with all segments of a rulebook as its rules: answers the ids of those that hold. */
export type AskEngine = (lead: LeadFacts) => Promise<string[]>;

/**
 * The conditions unchanged: the lead and its account are two facts, and the paths are the engine's JSONPath. Rules run one lead
 * after the other, because runs that overlap lose matches.
 */
export function engineWithPaths(rulebook: Rulebook, now: Date): AskEngine {
  const engine = engineOf(rulebook, now, (conditions) => conditions);
  return async ({ attributes, account }) => held(await engine.run({ lead: attributes, ...(account && { account }) }));
}

/** Kinder to the engine: every attribute is a fact of its own, so that there is no path to follow. */
export function engineWithPlainFacts(rulebook: Rulebook, now: Date): AskEngine {
  const engine = engineOf(rulebook, now, plainFacts);
  return async ({ attributes, account }) => {
    const facts: Record<string, Json> = {};
    for (const [name, value] of Object.entries(attributes)) facts[`lead.${name}`] = value;
    for (const [name, value] of Object.entries(account ?? {})) facts[`account.${name}`] = value;
    return held(await engine.run(facts));
  };
}

function engineOf({ segments }: Rulebook, now: Date, adapt: (conditions: Json) => Json): Engine {
  const engine = new Engine([], { allowUndefinedFacts: true });
  engine.addOperator('atLeast', (fact: number, wanted: number) => fact >= wanted);
  engine.addOperator('atMost', (fact: number, wanted: number) => fact <= wanted);
  engine.addOperator('before', (fact: string, wanted: string) => Date.parse(fact) < Date.parse(wanted));
  engine.addOperator('after', (fact: string, wanted: string) => Date.parse(fact) > Date.parse(wanted));
  engine.addOperator('withinLast', (fact: string, wanted: string) => {
    const at = Date.parse(fact);
    return at <= now.getTime() && at > now.getTime() - Number.parseInt(wanted, 10) * 86_400_000;
  });
  for (const { id, conditions } of segments) {
    const adapted = adapt(structuredClone(conditions) as Json) as unknown as TopLevelCondition;
    engine.addRule({ name: id, conditions: adapted, event: { type: id } });
  }
  return engine;
}

function plainFacts(node: Json): Json {
  if (node === null || typeof node !== 'object') return node;
  if (Array.isArray(node)) return node.map(plainFacts);
  const { fact, path, ...rest } = node as JsonObject;
  if (typeof fact === 'string') return { fact: `${fact}.${String(path).slice(2)}`, ...rest };
  return Object.fromEntries(Object.entries(node).map(([key, inner]) => [key, plainFacts(inner)]));
}

function held({ events }: { readonly events: readonly { readonly type: string }[] }): string[] {
  return events.map(({ type }) => type).sort();
}
