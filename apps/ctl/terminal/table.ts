/** Lines of a table whose columns are as wide as their widest cell; the last column is left as it is. */
export function tableLines(rows: readonly (readonly string[])[], indent = '  '): string[] {
  const widths = Array.from({ length: Math.max(0, ...rows.map((row) => row.length - 1)) }, (_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map(
    (row) =>
      indent +
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
  );
}
