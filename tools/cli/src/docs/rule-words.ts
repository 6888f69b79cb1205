import type { JsonObject } from '@tendril/kernel';
import { type Condition, durationInWords, type EventScoring, inWords } from '@tendril/rulebook';
import { html, type Html } from './html.ts';

type Leaf = Extract<Condition, { readonly fact: string }> | { readonly condition: string };

/** A condition tree as nested lists of sentences; segments and models are links. */
export function conditionList(condition: Condition): Html {
  return html`<ul class="conditions">${nodeOf(condition)}</ul>`;
}

function nodeOf(condition: Condition): Html {
  if ('all' in condition) return branch('all of', condition.all);
  if ('any' in condition) return branch('any of', condition.any);
  if ('not' in condition) return branch('not', [condition.not]);
  return html`<li>${leafOf(condition)}</li>`;
}

/** One comparison alone needs no "all of" above it. */
function branch(words: string, inner: readonly Condition[]): Html {
  const [only] = inner;
  if (inner.length === 1 && only && words !== 'not') return nodeOf(only);
  return html`<li><b>${words}</b><ul>${inner.map(nodeOf)}</ul></li>`;
}

/** A comparison in words; the rule that it asks about is a link. */
function leafOf(leaf: Leaf): Html {
  const words = inWords(leaf);
  const { model, condition, journey, content }: JsonObject = 'fact' in leaf ? (leaf.params ?? {}) : leaf;
  const id = model ?? condition ?? journey ?? content;
  if (typeof id !== 'string') return html`${words}`;
  const at = words.indexOf(id);
  return html`${words.slice(0, at)}${ruleLink(id)}${words.slice(at + id.length)}`;
}

/** A link to a rule's place in the page. */
export function ruleLink(id: string): Html {
  return html`<a href="#${id}">${id}</a>`;
}

/** How points fade, in words; undefined where they do not. */
export function fadingInWords({ halfLife, decay }: Pick<EventScoring, 'halfLife' | 'decay'>): string | undefined {
  if (halfLife !== undefined) return `halve in ${durationInWords(halfLife)}`;
  if (!decay) return undefined;
  if ('linear' in decay) return `gone after ${durationInWords(decay.linear)}`;
  const steps = Object.entries(decay.steps).sort(([, a], [, b]) => b - a);
  return `${steps.map(([end, share]) => `${Math.round(share * 100)} % until ${durationInWords(end)}`).join(', ')}, then none`;
}
