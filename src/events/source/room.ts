import type { Clock } from '../../common/clock.js';
import { rejectedBy } from '../../common/rejected-by.js';
import type { EventSink, SourceListener } from './source-types.js';
import { SourceTrouble } from './trouble.js';

/** Who has to have room, and who is told of the lack of it. */
export interface RoomOptions {
  readonly sink: EventSink;
  readonly listener: SourceListener;
  readonly clock: Clock;
  /** How long a connection is held up for want of room before it is ended, in milliseconds. @default 30000 */
  readonly holdMs?: number;
}

/** Waits before a request for as long as there is no room. @throws the signal's reason once it is aborted */
export async function untilRoom({ sink, listener }: RoomOptions, signal: AbortSignal): Promise<void> {
  if (sink.hasRoom) return;
  listener.onState('held');
  await rejectedBy(signal, sink.untilRoom());
}

/**
 * Holds a connection up for a while, so that the events that are on their way wait in the network.
 *
 * @param signal ends with the connection too
 * @throws SourceTrouble `no-room` when that does not help: the connection is to be given up, and the API server keeps the
 * events; the signal's reason once it is aborted
 */
export async function holdUp(options: RoomOptions, signal: AbortSignal): Promise<void> {
  const { sink, listener, clock, holdMs = 30_000 } = options;
  listener.onState('held');
  const end = new AbortController();
  const time = clock.sleep(holdMs, AbortSignal.any([signal, end.signal])).catch(() => undefined);
  await Promise.race([sink.untilRoom(), time]);
  end.abort();
  signal.throwIfAborted();
  if (!sink.hasRoom) throw new SourceTrouble('no-room', 'there is no room; the API server keeps the events');
}
