import type { Annotations } from '../kube/lease.js';
import { isNewer, isVersion } from './document/resource-version.js';

/** Annotation of the Lease: the resourceVersion up to which everything is delivered, or {@link START_NOW}. */
export const MARK_ANNOTATION = 'logging.opni.io/events-mark';
/** Annotation of the Lease: the cluster whose versions these are. */
export const MARK_CLUSTER_ANNOTATION = 'logging.opni.io/events-cluster';

/** Instead of a mark after forwarding was disabled: events from before the next start are not wanted. */
const START_NOW = 'now';

/** Where to begin. */
export interface StartingPoint {
  /** Up to where everything is delivered. @default nothing is known */
  readonly mark?: string;
  /** Without a mark: whether the events that there are are shipped. */
  readonly firstStart: 'retained' | 'now';
}

/** What a Lease keeps of the mark. */
export function markAnnotations(mark: string | undefined, clusterId: string): Annotations {
  return { [MARK_ANNOTATION]: mark, [MARK_CLUSTER_ANNOTATION]: mark === undefined ? undefined : clusterId };
}

/** What a Lease keeps after forwarding was disabled. */
export const disabledAnnotations = (clusterId: string): Annotations => markAnnotations(START_NOW, clusterId);

/**
 * Where to begin, by what the Lease and the spool keep.
 *
 * @param spool one that lost records says up to where it is whole, and what comes after that is read again
 */
export function startingPoint(
  annotations: Readonly<Record<string, string>>,
  clusterId: string,
  firstStart: 'retained' | 'now',
  spool?: { readonly mark: string | undefined; readonly needsReading: boolean },
): StartingPoint {
  if (spool?.needsReading) return { mark: spool.mark, firstStart: 'retained' };
  const kept = annotations[MARK_CLUSTER_ANNOTATION] === clusterId ? annotations[MARK_ANNOTATION] : undefined;
  const lease = isVersion(kept) ? kept : undefined;
  const mark = spool?.mark !== undefined && isNewer(spool.mark, lease) ? spool.mark : lease;
  return { mark, firstStart: kept === START_NOW ? 'now' : firstStart };
}
