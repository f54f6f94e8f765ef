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

/** What is known of where to begin. */
export interface KnownMarks {
  /** Those of the Lease. */
  readonly annotations: Readonly<Record<string, string>>;
  readonly clusterId: string;
  readonly firstStart: 'retained' | 'now';
  /** Up to where this process has delivered before. @default nowhere */
  readonly own?: string;
  /** Whether another replica was the active one since then. @default false */
  readonly stoodBy?: boolean;
  /** One that lost records says up to where it is whole, and what comes after that is read again. @default none */
  readonly spool?: { readonly mark: string | undefined; readonly needsReading: boolean };
}

/** Where to begin, by what the Lease and the spool keep. */
export function startingPoint(known: KnownMarks): StartingPoint {
  const { annotations, clusterId, firstStart, own, stoodBy = false, spool } = known;
  if (spool?.needsReading) return { mark: spool.mark, firstStart: 'retained' };
  const kept = annotations[MARK_CLUSTER_ANNOTATION] === clusterId ? annotations[MARK_ANNOTATION] : undefined;
  // Another replica was told to forget what was before; else it is this one's, whose mark the Lease could not take.
  const forgets = kept === START_NOW && (own === undefined || stoodBy) && spool?.mark === undefined;
  if (forgets) return { mark: undefined, firstStart: 'now' };
  const marks = [isVersion(kept) ? kept : undefined, own, spool?.mark];
  const mark = marks.reduce((newest, one) => (one !== undefined && isNewer(one, newest) ? one : newest));
  return { mark, firstStart: kept === START_NOW ? 'now' : firstStart };
}

/** What the Lease shall keep while this replica is the active one. */
export class KeptMark {
  #startsNow = false;

  constructor(private readonly clusterId: string) {}

  /** Shipping begins here. */
  begin({ mark, firstStart }: StartingPoint): void {
    this.#startsNow = mark === undefined && firstStart === 'now';
  }

  /**
   * Until there is a first mark, what was written after disabling has to stay: a replica that begins in its place would
   * ship what is not wanted.
   */
  annotations(mark: string | undefined): Annotations {
    this.#startsNow &&= mark === undefined;
    return this.#startsNow ? disabledAnnotations(this.clusterId) : markAnnotations(mark, this.clusterId);
  }
}
