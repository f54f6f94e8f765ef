import { type Hold, isHeld, type Position } from './cursor.js';

/** Follows the holes of an open spool, and which records must not move the mark because of them. */
export class Holes {
  /**
   * @param hold what opening found
   * @param damaged number of holes that opening found
   * @param readMark mark of the last record before the first one that is read
   */
  constructor(
    private held: Hold | undefined,
    private damaged: number,
    private readMark: string | undefined,
  ) {}

  /** Number of holes. */
  get count(): number {
    return this.damaged;
  }

  /** What has to survive. */
  get hold(): Hold | undefined {
    return this.held;
  }

  /** The hold, while nothing was read again since it began. */
  get open(): Hold | undefined {
    return this.held && this.held.until === undefined ? this.held : undefined;
  }

  /** The mark that a record at this place moves to; undefined when it must not. */
  markOf(position: Position, mark: string | undefined): string | undefined {
    const moved = isHeld(this.held, position) ? undefined : mark;
    this.readMark = moved ?? this.readMark;
    return moved;
  }

  /**
   * Takes a record that was whole when it was taken and is damaged now.
   *
   * @param first number of the first segment that is left
   */
  add(position: Position, first: number): void {
    this.damaged += 1;
    const hold = this.held;
    // What was read again, or will be, heals this one too.
    if (isHeld(hold, position)) return;
    const until = hold?.until ?? 0;
    // Records of the earlier hold that are still there must not move the mark either.
    const isBehindHeld = hold !== undefined && first < until && position.segment >= until;
    const from = isBehindHeld ? hold : { ...position, mark: this.readMark };
    this.held = { ...from, until: undefined };
  }
}
