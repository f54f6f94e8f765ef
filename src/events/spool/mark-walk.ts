import { type Cursor, type Hold, isHeld, type Position } from './cursor.js';

/**
 * Follows the marks of the records in their order while a spool is opened, and finds the one to read on from: that of
 * the last record before the first hole that is not healed.
 */
export class MarkWalk {
  #mark: string | undefined;
  #hold: Hold | undefined;
  #isFrozen = false;
  /** Whether a record was met that the hold of an earlier opening keeps from moving the mark. */
  #metHeld = false;
  #damaged = 0;
  /** Whether nothing was read again since a hole was found. */
  readonly #metOpen: boolean;

  /**
   * @param nextNumber the first segment that may be made from here on
   * @param hold what an earlier opening left
   */
  constructor(
    private readonly nextNumber: number,
    hold: Cursor['hold'],
  ) {
    // Nothing was read again while it was open; the reader does it now.
    this.#hold = hold && { ...hold, until: hold.until ?? nextNumber };
    this.#metOpen = hold !== undefined && hold.until === undefined;
  }

  get mark(): string | undefined {
    return this.#mark;
  }

  get hold(): Hold | undefined {
    return this.#hold;
  }

  /** Holes that were met. */
  get damaged(): number {
    return this.#damaged;
  }

  /** Whether the events have to be read again from the mark, because of a hole that no opening before knew. */
  get needsReading(): boolean {
    return this.#isFrozen || this.#metOpen;
  }

  /** Begins with what is done. */
  begin(mark: string | undefined): void {
    this.#mark = mark;
  }

  /** Takes a record, or the beginning of a segment that has no mark. */
  pass(position: Position, mark: string | undefined): void {
    if (this.#isFrozen) return;
    if (this.#enterHeld(position)) this.#mark = this.#hold?.mark;
    else this.#mark = mark ?? this.#mark;
  }

  /** Takes a hole. One that was there when reading began again is healed by the records behind the hold. */
  hole(position: Position): void {
    this.#damaged += 1;
    if (this.#isFrozen || this.#enterHeld(position)) return;
    // Records of an earlier hold that are still there must not move the mark either.
    const from = this.#metHeld && this.#hold ? this.#hold : { ...position, mark: this.#mark };
    this.#hold = { ...from, until: this.nextNumber };
    this.#mark = from.mark;
    this.#isFrozen = true;
  }

  #enterHeld(position: Position): boolean {
    if (!isHeld(this.#hold, position)) return false;
    this.#metHeld = true;
    return true;
  }
}
