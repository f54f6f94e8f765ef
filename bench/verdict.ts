/** Says whether a measured value keeps to its limit. */
export function verdict(what: string, value: number | undefined, limit: number, atLeast = false): void {
  if (value === undefined) return;
  const passed = atLeast ? value >= limit : value <= limit;
  console.log(
    `${passed ? 'PASS' : 'MISS'}  ${what}: ${value.toFixed(2)} (${atLeast ? 'at least' : 'at most'} ${limit})`,
  );
}
