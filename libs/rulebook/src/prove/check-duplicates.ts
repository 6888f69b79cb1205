import { stableJson } from '@tendril/kernel';
import { canonicalForm, canonicalParams } from './canonical-form.ts';
import { grouped } from '../language/grouped.ts';
import { type JsonFile, type JsonPath, problemAt } from '../load/json-file.ts';
import type { NormalForms } from './normal-form.ts';
import type { ParsedRules, Placed } from '../load/parse-rules.ts';
import type { Journey, Problem, ScoringModel, ScoringRule } from '../language/types.ts';

/** Live rules that are written twice; of two, the later one is named. */
export function checkDuplicates({ segments, models, journeys }: ParsedRules, forms: NormalForms): Problem[] {
  return [
    ...sameSegments(segments, forms),
    ...models.flatMap(({ rule, file }) => (rule.status === 'live' ? sameLines(rule, file, forms) : [])),
    ...sameJourneys(journeys),
  ];
}

/** Each item with the first one of the same key, if that is another. */
function repeats<Item>(items: readonly Item[], keyOf: (item: Item) => string): (readonly [again: Item, first: Item])[] {
  return [...grouped(items, keyOf).values()].flatMap(([first, ...again]) => (first === undefined ? [] : again.map((item) => [item, first] as const)));
}

function live<Rule extends { readonly status: string }>(rules: readonly Placed<Rule>[]): Placed<Rule>[] {
  return rules.filter(({ rule }) => rule.status === 'live');
}

/** `segments/healthcare.json:9:17` */
function placeIn(file: JsonFile, path: JsonPath): string {
  const { line, column } = problemAt(file, path, '');
  return `${file.path}:${line}:${column}`;
}

function sameSegments(segments: ParsedRules['segments'], forms: NormalForms): Problem[] {
  const path = ['conditions'];
  const known = new Map<number, string>();
  return repeats(live(segments), ({ rule }) => canonicalForm(forms.of(rule.conditions, path), known)).map(([again, first]) => {
    const message = `The same leads are in "${first.rule.id}" (${placeIn(first.file, path)})`;
    const hint = `Use "${first.rule.id}" in both places, or say what sets this one apart: of two, one will be forgotten.`;
    return problemAt(again.file, path, message, hint, 'warning');
  });
}

/** Two rules of one group that give points for the same: an error when they are the same in all but the name. */
function sameLines({ rules }: ScoringModel, file: JsonFile, forms: NormalForms): Problem[] {
  const lines = rules.map((rule, at) => ({ rule, path: ['rules', at], asked: askedBy(rule, at, forms) }));
  return repeats(lines, ({ asked }) => asked).map(([again, first]) => {
    const where = `"${first.rule.name}" (${placeIn(file, first.path)})`;
    const twice = again.rule.points === first.rule.points;
    const message = twice ? `This is the rule ${where} again, so its points count twice` : `The rule ${where} gives points for the same`;
    const both = Math.round((again.rule.points + first.rule.points) * 1000) / 1000;
    return problemAt(file, again.path, message, `Keep one of them${twice ? '' : `, with ${both} points`}.`, twice ? 'error' : 'warning');
  });
}

/** What a rule gives points for, in which group, and how they fade; other points for it may be meant as its next step. */
function askedBy(rule: ScoringRule, at: number, forms: NormalForms): string {
  if ('conditions' in rule) return stableJson([rule.group ?? null, canonicalForm(forms.of(rule.conditions, ['rules', at, 'conditions']), new Map())]);
  const { group, per, points, max, halfLife, decay } = rule;
  return stableJson([group ?? null, canonicalParams(per), points, max ?? null, halfLife ?? null, decay ?? null]);
}

function sameJourneys(journeys: readonly Placed<Journey>[]): Problem[] {
  const path = ['steps', 0, 'touch'];
  return repeats(live(journeys), ({ rule }) => stableJson([rule.entry, rule.steps[0].touch])).map(([again, first]) => {
    const [one, other] = [again.rule.steps[0], first.rule.steps[0]];
    const same = one.channel === other.channel;
    const message = `"${first.rule.id}" (${placeIn(first.file, path)}) sends "${one.touch}" to the same leads`;
    const hint = same ? 'Keep one of them, or send something else.' : `Keep one of them, unless everybody is to have it by ${other.channel} and by ${one.channel}.`;
    return problemAt(again.file, path, message, hint, same ? 'error' : 'warning');
  });
}
