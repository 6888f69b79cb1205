/** Columns that lines keep within, so that they fit terminals of 100. */
const WIDTH = 96;

/** Rows as lines: the first column and those from `leftFrom` on are set left, the others right. */
export function table(rows: readonly (readonly string[])[], leftFrom = Infinity): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const cell = (text: string, column: number): string => {
    const width = widths[column] ?? 0;
    return column === 0 || column >= leftFrom ? text.padEnd(width) : text.padStart(width);
  };
  return rows.map((row) => `  ${row.map(cell).join('  ')}`.trimEnd());
}

/** Sentences as one paragraph, broken between words. */
export function sentences(texts: readonly string[], indent = ''): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of texts.join(' ').split(' ').filter((part) => part !== '')) {
    if (line !== '' && indent.length + line.length + 1 + word.length > WIDTH) {
      lines.push(indent + line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return line === '' ? lines : [...lines, indent + line];
}
