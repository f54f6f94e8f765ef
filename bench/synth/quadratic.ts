/** A measured cost of a fleet of a size. */
export interface Point {
  readonly size: number;
  readonly cost: number;
}

/**
 * The cost of any size as a + b·n + c·n², fitted by least squares of the relative error, so that small sizes count as
 * much as large ones. A negative coefficient is noise of the measurement; the fit is repeated without that term.
 *
 * @param points at least one for each term
 */
export function fitQuadratic(points: readonly Point[]): (size: number) => number {
  for (const powers of [[0, 1, 2], [1, 2], [0, 1], [1]]) {
    const coefficients = leastSquares(points, powers);
    if (coefficients.every((coefficient) => coefficient >= 0)) {
      return (size) => powers.reduce((sum, power, index) => sum + coefficients[index]! * size ** power, 0);
    }
  }
  throw new Error('the measured costs fall with the size; the machine is too busy to measure');
}

function leastSquares(points: readonly Point[], powers: readonly number[]): number[] {
  const rows = points.map(({ size, cost }) => powers.map((power) => size ** power / cost));
  const matrix = powers.map((_, i) => [
    ...powers.map((__, j) => rows.reduce((sum, row) => sum + row[i]! * row[j]!, 0)),
    rows.reduce((sum, row) => sum + row[i]!, 0),
  ]);
  return solve(matrix);
}

/** Solves a small system of linear equations, given as rows with their right side last. */
function solve(rows: number[][]): number[] {
  const size = rows.length;
  for (let column = 0; column < size; column += 1) {
    const pivot = rows
      .slice(column)
      .reduce((best, row) => (Math.abs(row[column]!) > Math.abs(best[column]!) ? row : best));
    rows.splice(rows.indexOf(pivot), 1);
    rows.splice(column, 0, pivot);
    for (const row of rows) {
      if (row === pivot) continue;
      const factor = row[column]! / pivot[column]!;
      for (let index = column; index <= size; index += 1) row[index]! -= factor * pivot[index]!;
    }
  }
  return rows.map((row, index) => row[size]! / row[index]!);
}
