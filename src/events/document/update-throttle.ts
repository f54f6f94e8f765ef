/** Most events that are remembered; the one that was sent longest ago is forgotten first. */
const MAX_EVENTS = 20_000;

/**
 * Thins out the updates of repeated events: after one state of an event was sent, others are left out for a time. Time is
 * that of this machine's steady clock, so that no wrong clock hides an event.
 */
export class UpdateThrottle {
  readonly #sentAt = new Map<string, number>();

  /**
   * @param intervalMs least time between two states of one event; 0 sends all
   * @param now milliseconds of a steady clock
   */
  constructor(
    private readonly intervalMs: number,
    private readonly now: () => number,
  ) {}

  /** Whether this state of an event is sent. */
  takes(uid: string): boolean {
    if (this.intervalMs === 0) return true;
    const now = this.now();
    const sentAt = this.#sentAt.get(uid);
    if (sentAt !== undefined && now - sentAt < this.intervalMs) return false;
    // Put at the end again, so that the map is ordered by time.
    this.#sentAt.delete(uid);
    this.#sentAt.set(uid, now);
    if (this.#sentAt.size > MAX_EVENTS) {
      for (const oldest of this.#sentAt.keys()) {
        this.#sentAt.delete(oldest);
        break;
      }
    }
    return true;
  }
}
