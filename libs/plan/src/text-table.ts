/** Rows of cells as lines, aligned: the first column and those named to the left, the others to the right. */
export function textTable(rows: readonly (readonly string[])[], left: readonly number[] = [0]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows.map((row) =>
    row
      .map((cell, column) => (left.includes(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** A bar of block characters, to an eighth of a character; what is above nothing is seen. */
export function bar(value: number, most: number, width: number): string {
  if (most <= 0 || value <= 0) return '';
  const eighths = Math.max(1, Math.round((value / most) * width * 8));
  return '█'.repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? '');
}

const LEVELS = [...'▁▂▃▄▅▆▇█'];

/** One character a value; nothing is a dot. */
export function sparkline(values: readonly number[], most = Math.max(...values)): string {
  return values.map((value) => (value <= 0 ? '·' : (LEVELS[Math.min(LEVELS.length - 1, Math.floor((value / most) * LEVELS.length))] ?? '·'))).join('');
}
