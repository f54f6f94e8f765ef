/** A place in a file. */
export interface Place {
  /** File as the user named it. */
  readonly file: string;
  /** Line, from 1. */
  readonly line: number;
  /** Column in UTF-16 units, from 1. */
  readonly column: number;
}

/** Where an effective value came from: a place in a file, or the schema's own default. */
export type Origin = Place | 'default';

/** Turns offsets in one file's text into places. Keeps where lines begin, not the text. */
export class SourceText {
  readonly file: string;
  readonly #lineStarts: readonly number[];

  constructor(file: string, text: string) {
    this.file = file;
    const starts = [0];
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
    this.#lineStarts = starts;
  }

  /** The place of an offset in UTF-16 units from the beginning of the text. */
  place(offset: number): Place {
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#lineStarts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return { file: this.file, line: low + 1, column: offset - this.#lineStarts[low]! + 1 };
  }
}
