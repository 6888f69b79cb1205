import { type EventScoring, eventsInWords, type ScoringModel, type ScoringRule } from '@tendril/rulebook';
import { html, type Html, joined } from './html.ts';
import { type PageInput, ruleHead, usedBy } from './rule-head.ts';
import { conditionList, ruleLink } from './rule-words.ts';
import { fadingCurve, gradeBar } from './scoring-pictures.ts';

/** A scoring model: its rules as a table, the caps of its groups, its grades on the scale. */
export function scoringArticle(model: ScoringModel, input: PageInput): Html {
  return html`<article id="${model.id}">${ruleHead(model, input)}${model.axes ? axes(model.axes) : points(model)}${usedBy(model.id, input.rulebook)}</article>
`;
}

function axes(models: readonly string[]): Html {
  return html`<p>A grade of two: first that of ${joined(models.map(ruleLink), ', then that of ')}. No points of its own.</p>`;
}

function points(model: ScoringModel): Html {
  const groups = Object.entries(model.groups);
  return html`<div class="scroll"><table><thead><tr><th class="number">Points</th><th>For</th><th class="number">At most</th><th>Fading</th><th>Group</th></tr></thead>
<tbody>${model.rules.map((rule) => row(rule))}</tbody></table></div>
${groups.length > 0 ? html`<p class="soft">A group adds no more than its cap: ${groups.map(([name, { max }]) => `${name} ${max}`).join(', ')}.</p>` : undefined}
${model.grades ? gradeBar(model) : html`<p class="soft">From ${model.scale.min} to ${model.scale.max} points, without grades.</p>`}`;
}

function row(rule: ScoringRule): Html {
  const per = 'per' in rule ? rule : undefined;
  const points = rule.points < 0 ? `−${-rule.points}` : `+${rule.points}`;
  const wrong = rule.wrongWhen ? html`<p class="soft">Wrong when: ${rule.wrongWhen.join('; ')}</p>` : undefined;
  return html`<tr><td class="number">${points}</td><td><b>${rule.name}</b>${'per' in rule ? html`<br>for each ${eventsInWords(rule.per, '')}` : conditionList(rule.conditions)}${wrong}</td>
<td class="number">${per?.max ?? ''}</td><td>${per ? fadingOf(per) : html`<span class="soft">while it holds</span>`}</td><td>${rule.group ?? ''}</td></tr>
`;
}

function fadingOf(rule: EventScoring): Html {
  return html`<span class="soft">${fadingCurve(rule)}</span>`;
}
