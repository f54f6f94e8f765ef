import type { Position } from './cursor.js';

/** Up to where all is done, and the mark there. */
export interface DonePosition extends Position {
  readonly mark: string | undefined;
}

interface Handed {
  /** Where the record ends. */
  readonly position: Position;
  readonly mark: string | undefined;
  isDone: boolean;
}

/** Follows which of the records that were handed out are done. They may be done in any order. */
export class HandedOut {
  /** In order; the first one is not done. */
  readonly #handed: Handed[] = [];

  /** @param done up to where all is done at the start */
  constructor(private done: DonePosition) {}

  /** Before this, all is done. */
  get position(): DonePosition {
    return this.done;
  }

  /**
   * Takes a record that is handed out.
   *
   * @param onDone called when it is done for the first time
   * @returns to be called when it is done
   */
  add(position: Position, mark: string | undefined, onDone: (hasMoved: boolean) => void): () => void {
    const handed: Handed = { position, mark, isDone: false };
    this.#handed.push(handed);
    return () => {
      if (handed.isDone) return;
      handed.isDone = true;
      const before = this.done;
      while (this.#handed[0]?.isDone) {
        const first = this.#handed.shift()!;
        this.done = { ...first.position, mark: first.mark ?? this.done.mark };
      }
      onDone(this.done !== before);
    };
  }
}
