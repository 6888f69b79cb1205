import { limitInWords } from './blast-limits.ts';
import { changesNothing, type Plan } from './plan.ts';
import { bothInWords, countInWords, examplesOf, headline, number, populationInWords, ruleRows, unsentInWords } from './plan-words.ts';

/** By this a workflow finds its own comment on a pull request, to replace it. */
export const PLAN_MARKER = '<!-- tendril rules plan -->';

/** GitHub refuses comments above 65,536 characters. */
const LONGEST = 65_000;

/** Rows of a table; more are counted. */
const MOST_ROWS = 40;

/** Characters of one text, such as an example's sentence. */
const LONGEST_TEXT = 500;

/** A plan as a comment on a pull request: the same plan gives the same text, and nothing in it can break out of its place. */
export function planMarkdown(plan: Plan, folder: string): string {
  const still = changesNothing(plan);
  const sections = [
    `**${escape(headline(plan))}**`,
    limitSection(plan),
    table('Rules', ['', 'rule', 'change'], ruleRows(plan.rules).map(({ what, change, rule }) => [what, `${folder}/${rule.file}:${rule.line}`, change])),
    noticeSection(plan, folder),
    ...(still ? [] : [...atOnceSections(plan), ...forecastSections(plan), escape(populationInWords(plan))]),
  ].filter((section) => section !== '');
  return `${fitting([PLAN_MARKER, ...sections]).join('\n\n')}\n`;
}

/** Leaves out, from the first section that is too much, what would make the comment too long. */
function fitting(sections: readonly string[]): string[] {
  const kept: string[] = [];
  let length = 0;
  for (const section of sections) {
    length += section.length + 2;
    if (length > LONGEST) return [...kept, 'The rest is too long for a comment: `tendril rules plan` prints it.'];
    kept.push(section);
  }
  return kept;
}

function limitSection({ limits }: Plan): string {
  const exceeded = limits.filter((limit) => limit.exceeded);
  if (exceeded.length > 0) return exceeded.map((limit) => `> **Too much at once.** ${escape(limitInWords(limit))}`).join('\n>\n');
  return '';
}

function noticeSection({ notices }: Plan, folder: string): string {
  if (notices.length === 0) return '';
  const lines = notices.slice(0, MOST_ROWS).map(({ file, line, message }) => `- ${escape(`${folder}/${file}:${line}`)}: ${escape(message)}`);
  return ['### Take note', '', ...lines, ...more(notices.length)].join('\n');
}

function atOnceSections(plan: Plan): string[] {
  const { segments, stages, grades, scores, touches } = plan.atOnce;
  return [
    table('At once: segments', ['segment', 'before', 'after', 'enter', 'leave'], segments.map((one) => [one.segment, ...[one.before, one.after, one.entering, one.leaving].map(countInWords)])),
    table('At once: stages', ['from', 'to', 'leads'], stages.map(({ from, to, leads }) => [from ?? 'none', to ?? 'none', countInWords(leads)])),
    table('At once: grades', ['model', 'from', 'to', 'leads'], grades.map(({ model, from, to, leads }) => [model, from ?? 'none', to ?? 'none', countInWords(leads)])),
    table(
      'At once: points',
      ['model', 'leads with other points', 'mean', 'median'],
      scores.map(({ model, changed, mean, median }) => [
        model,
        countInWords(changed),
        `${mean.before} → ${mean.after}${mean.error === 0 ? '' : ` ± ${mean.error}`}`,
        `${median.before} → ${median.after}`,
      ]),
    ),
    ...scores.map(({ model, bins }) =>
      details(`Histogram of ${model}`, table('', ['points', 'before', 'after'], bins.map(({ from, to, before, after }) => [`${number(from)}–${number(to)}`, countInWords(before), countInWords(after)]))),
    ),
    table(
      'At once: touches',
      ['programme', 'channel', 'content', 'planned', 'sent', 'else'],
      touches.map((one) => [one.programme, one.channel, one.content, countInWords(one.planned), countInWords(one.sent), unsentInWords(one)]),
    ),
    exampleSection(plan),
  ];
}

function exampleSection(plan: Plan): string {
  const examples = examplesOf(plan);
  const lines = examples.slice(0, MOST_ROWS).map(({ lead, sentence }) => `- **${escape(lead)}**: ${escape(sentence)}`);
  return examples.length === 0 ? '' : details('Examples, with reasons', [...lines, ...more(examples.length)].join('\n'));
}

function forecastSections({ forecast }: Plan): string[] {
  const { days, touches, perDay, touched, touchedByChange, assumptions } = forecast;
  return [
    table(
      `The next ${days} days, as a forecast`,
      ['programme', 'channel', 'content', 'planned', 'sent', 'else'],
      touches.map(({ programme, channel, content, before, after }) => [
        programme,
        channel,
        content,
        bothInWords({ before: before.planned, after: after.planned }),
        bothInWords({ before: before.sent, after: after.sent }),
        unsentInWords(before, after),
      ]),
    ),
    escape(`Leads to whom something is sent: ${bothInWords(touched)}; within 24 hours because of the change: ${countInWords(touchedByChange)}.`),
    details('Day by day, and what is assumed', [table('', ['day', 'sent before', 'sent after'], perDay.map(({ day, sent }) => [String(day), countInWords(sent.before), countInWords(sent.after)])), ...assumptions.map(escape)].join('\n\n')),
  ];
}

function table(title: string, head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]): string => `| ${cells.map(escape).join(' | ')} |`;
  const lines = [line(head), `|${' --- |'.repeat(head.length)}`, ...rows.slice(0, MOST_ROWS).map(line), ...more(rows.length)];
  return [...(title === '' ? [] : [`### ${escape(title)}`, '']), ...lines].join('\n');
}

function more(all: number): string[] {
  return all <= MOST_ROWS ? [] : ['', `… and ${number(all - MOST_ROWS)} more`];
}

function details(summary: string, inner: string): string {
  return `<details><summary>${escape(summary)}</summary>\n\n${inner}\n\n</details>`;
}

/**
 * Text that stands as it is, on one line: no Markdown, no HTML, no link, and nobody is mentioned. An escaped @ would still
 * mention, because GitHub looks at the finished text, so a character of no width stands behind it.
 */
function escape(text: string): string {
  const short = text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT - 1)}…`;
  return short
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu, ' ')
    .replace(/[\\`*_{}[\]<>|~$]/g, '\\$&')
    .replace(/[@#]|:(?=\/\/)|\bwww(?=\.)|\bGH(?=-)/gi, '$&\u200b')
    .replace(/&/g, '&amp;');
}
