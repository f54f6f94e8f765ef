import { OpniLoggingError, type Problem } from '../common/error.js';
import type { Located } from './located.js';
import type { Place } from './place.js';
import type { Advice } from './syntax-messages.js';

/** What was found wrong in one or several files, and which nodes cannot be used because of it. */
export class Findings {
  /** Nodes that were refused. */
  readonly bad = new Set<Located>();
  readonly #maxPerFile: number;
  readonly #found = new Map<string, Problem>();
  readonly #perFile = new Map<string, number>();

  /** @param maxPerFile problems told a file; of more than that only the number is told. @default 1000 */
  constructor(maxPerFile = 1000) {
    this.#maxPerFile = maxPerFile;
  }

  /** Problems found, also those beyond the limit. */
  get count(): number {
    let count = 0;
    for (const found of this.#perFile.values()) count += found;
    return count;
  }

  add(problem: Problem): void {
    const { file = '', line = 0, column = 0, path = '', message } = problem;
    const identity = `${file}\n${line}:${column}\n${path}\n${message}`;
    if (this.#found.has(identity)) return;
    const before = this.#perFile.get(file) ?? 0;
    this.#perFile.set(file, before + 1);
    if (before < this.#maxPerFile) this.#found.set(identity, problem);
  }

  at(place: Place | undefined, path: string, advice: Advice): void {
    this.add({ ...place, ...(path && { path }), message: advice.message, fix: advice.fix });
  }

  /** The refusal that holds all problems. */
  error(): OpniLoggingError {
    const plural = (amount: number, noun: string) => `${amount} ${noun}${amount === 1 ? '' : 's'}`;
    const files = [...this.#perFile.keys()].filter((file) => file !== '').length;
    const where = files > 1 ? ` in ${plural(files, 'file')}` : '';
    const message = `the configuration is refused: ${plural(this.count, 'problem')}${where}`;
    return new OpniLoggingError('config', message, { problems: this.problems() });
  }

  /** All problems, in the order of file, line and column. */
  problems(): readonly Problem[] {
    const rest: readonly Problem[] = [...this.#perFile]
      .filter(([, found]) => found > this.#maxPerFile)
      .map(([file, found]) => ({
        ...(file && { file }),
        message: `${found - this.#maxPerFile} more problems`,
        fix: 'mend those above first',
      }));
    const line = (problem: Problem) => (rest.includes(problem) ? Number.MAX_VALUE : (problem.line ?? 0));
    const compare = (a: string, b: string) => (a < b ? -1 : Number(a > b));
    return [...this.#found.values(), ...rest].sort(
      (a, b) =>
        compare(a.file ?? '', b.file ?? '') ||
        line(a) - line(b) ||
        (a.column ?? 0) - (b.column ?? 0) ||
        compare(a.path ?? '', b.path ?? ''),
    );
  }
}
