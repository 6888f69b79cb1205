import Handlebars from 'handlebars';
import { messageOf } from '@tendril/kernel';
import { mergeValue, type MergeValues } from './merge-values.ts';
import { type Guard, readTemplate } from './read-template.ts';
import { TEMPLATE_FUNCTIONS } from './template-functions.ts';

/** The text that a template gives, or the sentence that says why it gives none. */
export type Filled = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly problem: string };

/** A template that was read and compiled once. */
export type Template = (values: MergeValues) => Filled;

const NO_PROTOTYPES = { allowProtoPropertiesByDefault: false, allowProtoMethodsByDefault: false } as const;
const KNOWN = { date: true, default: true, plural: true, if: true, unless: true, each: false, with: false, lookup: false, log: false };

/** An environment of its own: nothing registered elsewhere in the process is in reach. */
const handlebars = Handlebars.create();
handlebars.registerHelper(TEMPLATE_FUNCTIONS);

/**
 * Compiles a template. HTML is escaped; subjects, SMS and text parts are plain text.
 * A template with problems compiles to one that answers with its first problem.
 */
export function compileTemplate(file: string, source: string, html: boolean): Template {
  const { fields, problems } = readTemplate(source, html);
  const [first] = problems;
  if (first) {
    const problem = `${file}:${first.line}:${first.column}: ${first.message}`;
    return () => ({ ok: false, problem });
  }
  const needed = fields.filter((field) => field.needed);
  const run = handlebars.compile<MergeValues>(source, {
    strict: true,
    knownHelpersOnly: true,
    knownHelpers: KNOWN,
    noEscape: !html,
  });
  return (values) => {
    const gap = needed.find((field) => mergeValue(values, field.path) === undefined && field.guards.every(holds(values)));
    if (gap) return { ok: false, problem: missing(file, gap.path.join('.'), gap.line) };
    try {
      return { ok: true, text: run(values, NO_PROTOTYPES) };
    } catch (error) {
      return { ok: false, problem: `${file}: ${messageOf(error)}` };
    }
  };
}

/** Whether a guard lets its block run; the same test as Handlebars' own `if`, for which 0 and false are absent. */
function holds(values: MergeValues): (guard: Guard) => boolean {
  return ({ path, present }) => Boolean(mergeValue(values, path)) === present;
}

function missing(file: string, field: string, line: number): string {
  return `"${field}" is missing and ${file} line ${line} needs it; give it a {{default ${field} "…"}}`;
}
