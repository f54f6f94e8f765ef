import type { Clock } from '../../common/clock.js';

/** Limits a rate: whoever is too fast waits. */
export class Pace {
  /** When what was let through so far is paid for. */
  #paidAt = 0;

  /** @param perSecond most things a second; 0 is no limit */
  constructor(
    private readonly perSecond: number,
    private readonly clock: Clock,
  ) {}

  /** Something went through. */
  count(things = 1): void {
    if (this.perSecond === 0) return;
    this.#paidAt = Math.max(this.#paidAt, this.clock.now()) + (things * 1000) / this.perSecond;
  }

  /** How long to wait before more may go through, in milliseconds. A tenth of a second is let through in advance. */
  get waitMs(): number {
    return this.perSecond === 0 ? 0 : Math.max(0, this.#paidAt - this.clock.now() - 100);
  }
}
