import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';

/** The files of the same package that a file loads when it runs; `import type` is erased and loads nothing. */
function loads(file: string, text: string): string[] {
  return ts.createSourceFile(file, text, ts.ScriptTarget.Latest).statements.flatMap((statement) => {
    if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) return [];
    const typeOnly = ts.isImportDeclaration(statement)
      ? statement.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
      : statement.isTypeOnly;
    const from = statement.moduleSpecifier;
    if (typeOnly || !from || !ts.isStringLiteral(from) || !from.text.startsWith('.')) return [];
    return [join(dirname(file), from.text)];
  });
}

/**
 * Circles of files that load each other, each as "a → b → a". Such files see each other half loaded, and Nest fails on
 * them with a sentence that names neither.
 */
export function importCycles(files: readonly string[], read = (file: string) => readFileSync(file, 'utf8')): string[] {
  const graph = new Map(files.map((file) => [file, loads(file, read(file))]));
  const done = new Set<string>();
  const cycles: string[] = [];
  const walk = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file);
    if (at >= 0) cycles.push([...path.slice(at), file].join(' → '));
    if (at >= 0 || done.has(file)) return;
    for (const next of graph.get(file) ?? []) walk(next, [...path, file]);
    done.add(file);
  };
  for (const file of files) walk(file, []);
  return cycles;
}
