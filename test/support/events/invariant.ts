import { AssertionError } from 'node:assert';

/** What is compared by {@link checkDelivered}. */
export interface Delivery {
  /** Ids of all that the API server showed since the start; an id is a UID and a version. */
  readonly shown: Iterable<string>;
  /** By id, how often it was received. */
  readonly ledger: { readonly received: ReadonlyMap<string, number> };
  /** Shown ids that may be missing, such as those that expired while nobody could read. @default none */
  readonly excused?: Iterable<string> | ((id: string) => boolean);
  /** How often ids may come again, all together. @default 0 */
  readonly maxDuplicates?: number;
  /** Whether ids may come that were never shown. @default false */
  readonly allowOthers?: boolean;
}

/**
 * The promise of the forwarder: everything that the API server showed arrives, nothing is made up, and what comes twice
 * is within a bound.
 *
 * @throws AssertionError that names the first ids that are missing, unknown or there twice
 */
export function checkDelivered({
  shown,
  ledger: { received },
  excused = [],
  maxDuplicates = 0,
  allowOthers = false,
}: Delivery): void {
  const known = new Set(shown);
  const excusedIds = typeof excused === 'function' ? undefined : new Set(excused);
  const isExcused = typeof excused === 'function' ? excused : (id: string) => excusedIds!.has(id);
  const missing = [...known].filter((id) => !received.has(id) && !isExcused(id));
  const others = allowOthers ? [] : [...received.keys()].filter((id) => !known.has(id) && !isExcused(id));
  const again = [...received].filter(([, times]) => times > 1);
  const duplicates = again.reduce((sum, [, times]) => sum + times - 1, 0);
  const faults = [
    ...fault(missing.length, `of ${known.size} shown are missing`, missing),
    ...fault(others.length, 'were received that were never shown', others),
    ...(duplicates > maxDuplicates
      ? fault(
          duplicates,
          `were received again (at most ${maxDuplicates} may)`,
          again.map(([id, times]) => `${id} ×${times}`),
        )
      : []),
  ];
  if (faults.length > 0) {
    throw new AssertionError({ message: faults.join('\n'), stackStartFn: checkDelivered });
  }
}

const SHOWN = 5;

function fault(count: number, text: string, ids: readonly string[]): string[] {
  if (count === 0) return [];
  const more = ids.length > SHOWN ? ', …' : '';
  return [`${count} events ${text}: ${ids.slice(0, SHOWN).join(', ')}${more}`];
}
