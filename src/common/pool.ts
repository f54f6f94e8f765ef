/**
 * Runs work on many items, some at a time. Items are started in their order. When one fails or the signal is aborted,
 * nothing more is started, what runs is awaited, and the first error is thrown.
 *
 * @param concurrency how many run at once
 * @param signal ends the starting of further items; what runs is not told @default none
 * @returns the results in the order of the items
 */
export async function mapPool<Item, Result>(
  items: readonly Item[],
  concurrency: number,
  work: (item: Item, index: number) => Promise<Result>,
  signal?: AbortSignal,
): Promise<Result[]> {
  const results = new Array<Result>(items.length);
  let next = 0;
  let stopped = false;
  const worker = async () => {
    while (!stopped && next < items.length) {
      signal?.throwIfAborted();
      const index = next++;
      results[index] = await work(items[index]!, index);
    }
  };
  const workers = Array.from({ length: Math.min(concurrency, items.length) }, async () => {
    try {
      await worker();
    } catch (error) {
      stopped = true;
      throw error;
    }
  });
  const settled = await Promise.allSettled(workers);
  for (const outcome of settled) if (outcome.status === 'rejected') throw outcome.reason;
  signal?.throwIfAborted();
  return results;
}
