/** Lets work run one after another, in the order in which it came. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs work when all that came before is over, however that ended. */
  take<Result>(work: () => Promise<Result>): Promise<Result> {
    const mine = this.#last.then(work);
    this.#last = mine.catch(() => {});
    return mine;
  }
}
