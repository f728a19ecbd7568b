const gap = '  ';
const shortest = 12;

/** Rows of cells as aligned lines. Cells are cut if lines would be wider than `width`. */
export function textGrid(rows: readonly (readonly string[])[], width: number): readonly string[] {
  const widths = fit(columnWidths(rows), width);
  return rows.map((row) =>
    row
      .map((cell, column) => cut(cell, widths[column] ?? 0).padEnd(widths[column] ?? 0))
      .join(gap)
      .trimEnd(),
  );
}

function columnWidths(rows: readonly (readonly string[])[]): readonly number[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  return Array.from({ length: columns }, (_, column) =>
    Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)),
  );
}

/** The last column, which has the longest texts, is cut first, and then the widest. */
function fit(widths: readonly number[], width: number): readonly number[] {
  const fitted = [...widths];
  const last = fitted.length - 1;
  const room = width - gap.length * last;
  for (let over = fitted.reduce((sum, each) => sum + each, 0) - room; over > 0; over -= 1) {
    const column = (fitted[last] ?? 0) > shortest ? last : fitted.indexOf(Math.max(...fitted));
    fitted[column] = Math.max(1, (fitted[column] ?? 1) - 1);
  }
  return fitted;
}

/** At most `width` characters; `…` at the end marks a cut. */
export function cut(cell: string, width: number): string {
  return cell.length <= width ? cell : `${cell.slice(0, Math.max(0, width - 1))}…`;
}
