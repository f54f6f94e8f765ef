import type { Clock } from '../../common/clock.js';
import type { Cluster } from '../../kube/cluster.js';
import type { EventsSourceSettings } from '../config/events-settings.js';
import type { EventSink, SourceListener } from './source-types.js';

/** Options of `EventSource`. */
export interface EventSourceOptions {
  readonly cluster: Cluster;
  readonly settings: Pick<
    EventsSourceSettings,
    'namespaces' | 'fieldSelector' | 'labelSelector' | 'replayPerSecond'
  >;
  /** Up to where everything was told before. @default nothing is known */
  readonly mark?: string;
  /** Without a mark: whether the events that there are already are told. */
  readonly firstStart: 'retained' | 'now';
  readonly sink: EventSink;
  readonly listener: SourceListener;
  readonly clock: Clock;
  /** How long a connection is used, in milliseconds; varied by a tenth. @default 300000 */
  readonly connectionMs?: number;
  /** Longest silence while the events that there are are told, in milliseconds. @default 30000 */
  readonly stallMs?: number;
  /** How long a connection is held up for want of room before it is ended, in milliseconds. @default 30000 */
  readonly holdMs?: number;
}
