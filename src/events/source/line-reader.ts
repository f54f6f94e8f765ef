import type { IncomingMessage } from 'node:http';

/** Options of {@link readLines}. */
export interface LineReaderOptions {
  /** Told each line without its end, each byte as one character (latin1). What it throws ends the reading. */
  readonly onLine: (line: string) => void;
  /** Told of a line that is too long, with its beginning; it is left out. */
  readonly onTooLong: (beginning: string) => void;
  /** Asked after each piece of the answer: whether to wait before the next one is read. */
  readonly beforeMore: () => Promise<void> | undefined;
  /** Longest line, in bytes. */
  readonly maxLineBytes: number;
}

/** So much of a line that is too long is told. */
const BEGINNING = 2048;

/**
 * Reads an answer line by line up to its end. Nothing is read while `beforeMore` waits, so that the sender of the lines is
 * held up instead of this program's memory being filled. A last line without an end was cut off, and is left out.
 *
 * @throws Error when the connection is lost, what `onLine` or `beforeMore` throws, or the reason for which the answer was
 * destroyed
 */
export function readLines(response: IncomingMessage, options: LineReaderOptions): Promise<void> {
  const lines = new LineSplitter(options);
  return new Promise<void>((resolve, reject) => {
    const fail = (error: unknown) => {
      reject(error);
      response.destroy();
    };
    response.on('data', (chunk: Buffer) => {
      // What came in one piece of the network is told to its end, also after the answer was destroyed.
      if (response.destroyed) return;
      try {
        lines.add(chunk);
        const wait = options.beforeMore();
        if (!wait) return;
        response.pause();
        wait.then(() => response.resume(), fail);
      } catch (error) {
        fail(error);
      }
    });
    response.on('end', resolve);
    response.on('error', reject);
    response.on('close', () => reject(lost()));
  });
}

const lost = () => Object.assign(new Error('the connection was lost'), { code: 'ECONNRESET' });

class LineSplitter {
  /** Beginning of a line whose end is not there yet. */
  #begun = '';
  #isTooLong = false;

  constructor(private readonly options: LineReaderOptions) {}

  add(chunk: Buffer): void {
    const text = chunk.toString('latin1');
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      this.#end(text.slice(start, end));
      start = end + 1;
    }
    if (start < text.length) this.#begin(text.slice(start));
  }

  #end(rest: string): void {
    const line = this.#begun + rest;
    this.#begun = '';
    const { onLine, onTooLong, maxLineBytes } = this.options;
    if (this.#isTooLong || line.length > maxLineBytes) {
      this.#isTooLong = false;
      onTooLong(line.slice(0, BEGINNING));
      return;
    }
    const content = line.endsWith('\r') ? line.slice(0, -1) : line;
    if (content.length > 0) onLine(content);
  }

  #begin(part: string): void {
    if (this.#isTooLong) return;
    this.#begun += part;
    if (this.#begun.length <= this.options.maxLineBytes) return;
    this.#isTooLong = true;
    this.#begun = this.#begun.slice(0, BEGINNING);
  }
}
