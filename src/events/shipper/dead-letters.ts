import { join } from 'node:path';
import { type Clock, systemClock } from '../../common/clock.js';
import { Turns } from '../../common/turns.js';
import { codeOf, fileFailure, machineFiles, type SpoolFile, type SpoolFiles } from '../spool/files.js';

/** A document that the shipper refuses for its content. */
export interface DeadLetter {
  /** The document as it was sent. One that is no JSON is kept as text. */
  readonly document: string | Buffer;
  /** Why it was refused. */
  readonly reason: string;
  /** HTTP status of the answer. */
  readonly status: number;
  /** When, in milliseconds since 1970. @default now */
  readonly at?: number;
}

/** Options of {@link DeadLetters.open}. */
export interface DeadLettersOptions {
  /** It is made when it is not there. */
  readonly folder: string;
  /** Largest size of the file, in bytes. */
  readonly maxBytes: number;
  /** @default the files of this machine */
  readonly files?: SpoolFiles;
  /** Told when a document could not be stored for another reason than the cap. @default nobody */
  readonly onTrouble?: (message: string) => void;
  /** @default the clock of this machine */
  readonly clock?: Clock;
}

/** File in the folder. */
export const DEAD_LETTERS_NAME = 'dead-letters.ndjson';

const NEWLINE = 0x0a;

/**
 * Documents that the shipper refuses for their content, kept for a human: a line of JSON for each, with `time`, `status`,
 * `reason` and `document`. At the cap nothing more is stored; old ones are never dropped.
 */
export class DeadLetters {
  readonly #turns = new Turns();
  readonly #utf8 = new TextDecoder('utf-8', { fatal: true });
  readonly #options: Required<DeadLettersOptions>;
  /** Where the next line begins. */
  #end: number;
  /** Whether there may be something behind the end. */
  #hasRest = false;

  private constructor(
    options: Required<DeadLettersOptions>,
    private readonly file: SpoolFile,
    end: number,
  ) {
    this.#options = options;
    this.#end = end;
  }

  /**
   * Opens the file, or makes it. A last line that was torn is ended, so that the next one stands for itself.
   *
   * @throws OpniLoggingError `io` when the file cannot be read or written. A full disk is no failure where it is there.
   */
  static async open(options: DeadLettersOptions): Promise<DeadLetters> {
    const { files = machineFiles, onTrouble = () => {}, clock = systemClock } = options;
    const { folder } = options;
    try {
      await files.makeFolder(folder);
      const file = await openOrMake(files, folder);
      const size = await file.size();
      return new DeadLetters({ ...options, files, onTrouble, clock }, file, size);
    } catch (error) {
      throw fileFailure('open the dead letters', join(folder, DEAD_LETTERS_NAME), error);
    }
  }

  /**
   * Stores a document so that it survives a power cut.
   *
   * @returns `full` at the cap, or when the disk does not take it, which is told
   */
  add(letter: DeadLetter): Promise<'stored' | 'full'> {
    return this.#turns.take(() => this.#add(letter));
  }

  /** Waits for what is under way, and lets the file go. */
  async close(): Promise<void> {
    await this.#turns.take(() => this.file.close());
  }

  async #add(letter: DeadLetter): Promise<'stored' | 'full'> {
    const { maxBytes, folder, onTrouble } = this.#options;
    try {
      const line = await this.#line(letter);
      if (this.#end + line.length > maxBytes) return 'full';
      if (this.#hasRest) await this.file.truncate(this.#end);
      this.#hasRest = true;
      await this.file.write([line], this.#end);
      await this.file.sync();
      this.#hasRest = false;
      this.#end += line.length;
      return 'stored';
    } catch (error) {
      await this.#takeBack();
      onTrouble(fileFailure('write', join(folder, DEAD_LETTERS_NAME), error).message);
      return 'full';
    }
  }

  async #line({ document, reason, status, at }: DeadLetter): Promise<Buffer> {
    const time = new Date(at ?? this.#options.clock.wallMs()).toISOString();
    const head = JSON.stringify({ time, status, reason }).slice(0, -1);
    const line = Buffer.from(`${head},"document":${this.#json(document)}}\n`);
    return (await this.#isTorn()) ? Buffer.concat([Buffer.of(NEWLINE), line]) : line;
  }

  /** The document as JSON on one line. */
  #json(document: string | Buffer): string {
    try {
      const text = typeof document === 'string' ? document : this.#utf8.decode(document);
      JSON.parse(text);
      // A line break in JSON is only ever space between its parts.
      return text.trim().replace(/[\r\n]+/g, ' ');
    } catch {
      return JSON.stringify(document.toString());
    }
  }

  async #isTorn(): Promise<boolean> {
    if (this.#end === 0) return false;
    return (await this.file.read(1, this.#end - 1))[0] !== NEWLINE;
  }

  async #takeBack(): Promise<void> {
    if (!this.#hasRest) return;
    try {
      await this.file.truncate(this.#end);
      this.#hasRest = false;
    } catch {
      // Tried again before the next line.
    }
  }
}

async function openOrMake(files: SpoolFiles, folder: string): Promise<SpoolFile> {
  const path = join(folder, DEAD_LETTERS_NAME);
  try {
    return await files.open(path, 'change');
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
  const file = await files.open(path, 'make');
  await files.syncFolder(folder);
  return file;
}
