import type { IntakeBehaviour } from './intake-behaviour.js';

/** The buffer of an intake, which documents leave at a steady rate. Requests have their turn in the order of arrival. */
export class IntakeBuffer {
  /** When all documents have left. */
  #emptyAtMs = 0;

  /**
   * Gives room to the documents of a request, or not.
   *
   * @param count documents of the request
   * @param nowMs of a steady clock
   * @returns how long the answer has to wait, in milliseconds, and whether there is room then
   */
  enter(
    count: number,
    { documentsPerSecond, bufferRecords = 0, bufferWaitMs = Number.POSITIVE_INFINITY }: IntakeBehaviour,
    nowMs: number,
  ): { readonly waitMs: number; readonly hasRoom: boolean } {
    if (documentsPerSecond === undefined) return { waitMs: 0, hasRoom: true };
    const msPerDocument = 1000 / documentsPerSecond;
    const emptyAtMs = Math.max(nowMs, this.#emptyAtMs) + count * msPerDocument;
    const waitMs = Math.max(0, emptyAtMs - nowMs - bufferRecords * msPerDocument);
    if (waitMs > bufferWaitMs) return { waitMs: bufferWaitMs, hasRoom: false };
    this.#emptyAtMs = emptyAtMs;
    return { waitMs, hasRoom: true };
  }

  /** Loses what is in it. */
  clear(): void {
    this.#emptyAtMs = 0;
  }
}
