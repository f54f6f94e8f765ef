import type { EventWorld } from '../../support/events/event-world.js';

/** How long a state that ended is looked for, in milliseconds. Longer than any outage of a soak, and what it costs. */
const LATE_MS = 60_000;

/** Compares what was shown with what arrived, and forgets what is settled, so that a long run needs no more memory. */
export class Books {
  /** States that were settled, whether they arrived or not. */
  settled = 0;
  /** Documents that came again. */
  duplicates = 0;
  readonly missing: string[] = [];
  readonly unknown: string[] = [];

  constructor(private readonly world: EventWorld) {}

  /** States that were shown and did not arrive yet. */
  get behind(): number {
    const { ledger } = this.world.intake;
    return this.world.states.reduce((sum, { id }) => sum + (ledger.times(id) === 0 ? 1 : 0), 0);
  }

  /** Settles what ended long ago. @param isLast all else as well */
  settle(isLast = false): void {
    const { store, intake, api, states } = this.world;
    const before = Date.now() - LATE_MS;
    let end = 0;
    for (const { id, to, toMs } of states) {
      const isOver = to !== undefined && toMs !== undefined && toMs < before;
      if (!isOver && !isLast) continue;
      this.settled += 1;
      const times = intake.ledger.times(id);
      if (times === 0) this.missing.push(id);
      else this.duplicates += times - 1;
      intake.ledger.received.delete(id);
      if (to !== undefined) end = Math.max(end, to + 1);
    }
    store.forgetStates(end);
    if (isLast) this.unknown.push(...intake.ledger.received.keys());
    intake.ledger.requests.length = 0;
    api.requests.length = 0;
  }
}
