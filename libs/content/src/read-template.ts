import Handlebars from 'handlebars';
import { messageOf } from '@tendril/kernel';
import { FUNCTION_SHAPES } from './template-functions.ts';

/** A place in a template, both from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Something that a template must not say. */
export interface TemplateProblem extends Place {
  readonly message: string;
  readonly hint: string;
}

/** A merge field that a template reads. */
export interface Field extends Place {
  /** Such as `['lead', 'firstName']`. */
  readonly path: readonly string[];
  /** The message cannot be written without it: it has no `default` and is not the question of an `if`. */
  readonly needed: boolean;
  /** The `if`s around it: it counts only where each of these fields is present (or absent). */
  readonly guards: readonly Guard[];
}

export interface Guard {
  readonly path: readonly string[];
  readonly present: boolean;
}

/** What a template reads, and what is wrong with it. */
export interface TemplateReading {
  readonly fields: readonly Field[];
  readonly problems: readonly TemplateProblem[];
}

const ROOTS = 'lead.…, account.…, company.…, callToAction.… and unsubscribeUrl';
const GROUPS = new Set(['lead', 'account', 'company', 'callToAction']);
const FORBIDDEN_MARKUP = /<(script|style|iframe|object|embed|form)\b/i;

/**
 * Reads a template without running it. Only merge fields, `if`, `unless` and the template functions are allowed:
 * the tree is walked against that list, so what Handlebars could do besides (partials, decorators, loops, raw output)
 * never reaches its compiler. In HTML, what leads tell about themselves must not stand inside a tag, where escaping
 * does not protect an unquoted attribute or a `javascript:` link.
 */
export function readTemplate(source: string, html: boolean): TemplateReading {
  if (typeof source !== 'string') return failed('The template is not text', 'Compiled or parsed templates are not accepted.');
  let program: hbs.AST.Program;
  try {
    program = Handlebars.parse(source);
  } catch (error) {
    return { fields: [], problems: [parseProblem(error, source)] };
  }
  const reader = new TemplateReader(html);
  reader.program(program, []);
  return reader;
}

function failed(message: string, hint: string): TemplateReading {
  return { fields: [], problems: [{ line: 1, column: 1, message, hint }] };
}

/** Handlebars gives a line, and a column only for unbalanced blocks; otherwise the last tag of that line is the culprit. */
function parseProblem(error: unknown, source: string): TemplateProblem {
  const message = messageOf(error);
  const { lineNumber, column } = error as { lineNumber?: number; column?: number };
  const line = lineNumber ?? Number(/line (\d+)/.exec(message)?.[1] ?? 1);
  const tag = source.split('\n')[line - 1]?.lastIndexOf('{{') ?? 0;
  return {
    line,
    column: 1 + (column ?? Math.max(0, tag)),
    message: `The template cannot be read: ${message.split('\n').at(-1) ?? message}`,
    hint: 'Every {{ needs its }}, every {{#if …}} its {{/if}}.',
  };
}

const isPath = (node: hbs.AST.Node | undefined): node is hbs.AST.PathExpression => node?.type === 'PathExpression';
const isWords = (node: hbs.AST.Node): boolean => node.type === 'StringLiteral' || node.type === 'NumberLiteral';

class TemplateReader implements TemplateReading {
  readonly fields: Field[] = [];
  readonly problems: TemplateProblem[] = [];
  /** The literal text so far: tells whether a field stands inside a tag. */
  #text = '';
  readonly #html: boolean;

  constructor(html: boolean) {
    this.#html = html;
  }

  program(program: hbs.AST.Program | undefined, guards: readonly Guard[]): void {
    for (const statement of program?.body ?? []) this.#statement(statement, guards);
  }

  #statement(node: hbs.AST.Statement, guards: readonly Guard[]): void {
    switch (node.type) {
      case 'ContentStatement':
        return this.#content(node as hbs.AST.ContentStatement);
      case 'MustacheStatement':
        return this.#mustache(node as hbs.AST.MustacheStatement, guards);
      case 'BlockStatement':
        return this.#block(node as hbs.AST.BlockStatement, guards);
      case 'CommentStatement':
        return;
      default:
        return this.#problem(node, 'Partials and decorators are not available', 'Write the text itself.');
    }
  }

  #content(node: hbs.AST.ContentStatement): void {
    this.#text += node.value;
    const found = FORBIDDEN_MARKUP.exec(node.value);
    if (found) this.#problem(node, `<${found[1]}> has no place in a message`, 'The layout carries the styles; mail programs drop the rest.');
  }

  #mustache(node: hbs.AST.MustacheStatement, guards: readonly Guard[]): void {
    if (!node.escaped) {
      return this.#problem(node, 'Unescaped output ({{{ or {{&) is not allowed', 'Write two braces: {{lead.firstName}}.');
    }
    if (!isPath(node.path)) return this.#problem(node, 'This is not a merge field', `Write one of ${ROOTS}.`);
    if (node.params.length === 0 && !node.hash) return this.#field(node.path, true, guards);
    this.#call(node, node.path.original, guards);
  }

  #call(node: hbs.AST.MustacheStatement, name: string, guards: readonly Guard[]): void {
    const shape = Object.hasOwn(FUNCTION_SHAPES, name) ? FUNCTION_SHAPES[name] : undefined;
    if (!shape) {
      const known = Object.keys(FUNCTION_SHAPES).join(', ');
      return this.#problem(node, `There is no template function "${name}"`, `There are ${known}, and the blocks if and unless.`);
    }
    const [field, ...words] = node.params;
    if (!isPath(field) || words.length !== shape.words || !words.every(isWords) || node.hash) {
      return this.#problem(node, `{{${name} …}} is not written like this`, `Write ${shape.example}.`);
    }
    this.#field(field, name !== 'default', guards);
  }

  #block(node: hbs.AST.BlockStatement, guards: readonly Guard[]): void {
    const name = node.path.original;
    const [field] = node.params;
    if (name !== 'if' && name !== 'unless') {
      return this.#problem(node, `There is no block "${name}"`, 'There are {{#if …}} and {{#unless …}}.');
    }
    if (!isPath(field) || node.params.length !== 1 || node.hash || node.program?.blockParams) {
      return this.#problem(node, `{{#${name} …}} asks for one merge field`, `Write {{#${name} lead.company}}…{{/${name}}}.`);
    }
    this.#field(field, false, guards);
    const present = name === 'if';
    this.program(node.program, [...guards, { path: field.parts, present }]);
    this.program(node.inverse, [...guards, { path: field.parts, present: !present }]);
  }

  #field(node: hbs.AST.PathExpression, needed: boolean, guards: readonly Guard[]): void {
    const [root = '', ...rest] = node.parts;
    const known = GROUPS.has(root) ? rest.length === 1 : root === 'unsubscribeUrl' && rest.length === 0;
    if (node.data || node.depth > 0 || !known) {
      return this.#problem(node, `"${node.original}" is not a merge field`, `There are ${ROOTS}.`);
    }
    const inTag = this.#html && this.#text.lastIndexOf('<') > this.#text.lastIndexOf('>');
    if (inTag && (root === 'lead' || root === 'account')) {
      return this.#problem(node, `"${node.original}" stands inside a tag`, 'What leads tell about themselves may stand in the text only.');
    }
    this.fields.push({ path: node.parts, needed, guards, ...place(node) });
  }

  #problem(node: hbs.AST.Node, message: string, hint: string): void {
    this.problems.push({ message, hint, ...place(node) });
  }
}

function place(node: hbs.AST.Node): Place {
  return { line: node.loc.start.line, column: node.loc.start.column + 1 };
}
