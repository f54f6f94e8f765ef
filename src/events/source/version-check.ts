import type { Clock } from '../../common/clock.js';
import type { Cluster } from '../../kube/cluster.js';
import { compareVersions } from '../document/resource-version.js';
import { currentVersion, type EventSelection } from './event-list.js';
import { textOf } from './trouble.js';

/** Options of {@link versionIfBehind}. */
export interface VersionCheck {
  readonly cluster: Cluster;
  readonly selection: EventSelection;
  /** Where a watch began. */
  readonly version: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Told of a question that was not answered; it is asked again. */
  readonly onNotice: (message: string) => void;
}

/** Wait after a question that was not answered, in milliseconds. */
const AGAIN_MS = 10_000;

/**
 * Finds out whether a server is behind the version at which a watch on it began, as after a restore of its data. Such a
 * watch is not refused, since events have no watch cache: it says nothing until the server is at that version again.
 *
 * @returns the version of the server if it is behind; undefined if it is not, or the signal was aborted before
 */
export async function versionIfBehind(check: VersionCheck): Promise<string | undefined> {
  const { cluster, selection, version, clock, signal, onNotice } = check;
  for (let failures = 0; !signal.aborted; failures++) {
    try {
      const current = await currentVersion(cluster, selection, signal);
      return compareVersions(current, version) < 0 ? current : undefined;
    } catch (error) {
      if (signal.aborted) return undefined;
      // A connection that is lost tells of itself.
      if (failures > 0) onNotice(`it is not known at which version the API server is: ${textOf(error)}`);
      // Ends with the signal only.
      await clock.sleep(AGAIN_MS, signal).catch(() => undefined);
    }
  }
  return undefined;
}
