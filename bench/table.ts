/** Text in columns: aligned for a terminal, and as Markdown. The first column is text, the others numbers. */
export function alignedTable(rows: readonly (readonly string[])[]): string {
  return paddedRows(rows)
    .map((cells) => cells.join('  ').trimEnd())
    .join('\n');
}

/** The same rows as a Markdown table; the first row is its head. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const [head, ...body] = paddedRows(rows);
  const rule = head!.map((cell, column) =>
    column === 0 ? '-'.repeat(cell.length) : `${'-'.repeat(cell.length - 1)}:`,
  );
  return [head!, rule, ...body].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function paddedRows(rows: readonly (readonly string[])[]): string[][] {
  const widths = rows[0]!.map((_, column) => Math.max(3, ...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))),
  );
}
