const MAX_COMPARED_CHARS = 48;

/**
 * Damerau–Levenshtein distance (optimal string alignment): how many letters were added, left out, changed or swapped
 * with their neighbour.
 */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1];
      let best = Math.min(last[column]! + 1, current[column - 1]! + 1, last[column - 1]! + (same ? 0 : 1));
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        best = Math.min(best, beforeLast[column - 2]! + 1);
      }
      current.push(best);
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length]!;
}

/** A name that was probably meant. */
export interface Suggestion {
  readonly name: string;
  /** Letters that differ when case, "-" and "_" do not count. */
  readonly distance: number;
}

/** The name nearest to what was written, if one is near enough: about one letter in three may differ. */
export function nearest(written: string, names: Iterable<string>): Suggestion | undefined {
  const plain = (name: string) => name.toLowerCase().replace(/[-_ ]/g, '');
  const from = plain(written);
  if (from.length > MAX_COMPARED_CHARS) return undefined;
  let best: Suggestion | undefined;
  let bestScore = Number.POSITIVE_INFINITY;
  for (const name of names) {
    const to = plain(name);
    const allowed = Math.max(1, Math.floor(Math.max(from.length, to.length) / 3));
    if (Math.min(from.length, to.length) < 3 && from !== to) continue;
    if (Math.abs(from.length - to.length) > allowed) continue;
    const distance = editDistance(from, to);
    if (distance > allowed) continue;
    const score = distance - sharedEnds(from, to) / 1000;
    if (score < bestScore) [best, bestScore] = [{ name, distance }, score];
  }
  return best;
}

/** Letters that two names share at their beginning and end; decides between names of one distance. */
function sharedEnds(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  let head = 0;
  while (head < most && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < most - head && a.at(-1 - tail) === b.at(-1 - tail)) tail += 1;
  return head + tail;
}
