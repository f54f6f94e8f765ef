import type { EngineEvent, ObjectAction, ObjectEvent } from '../apply/session/engine-events.js';
import { describeRef } from '../apply/set/object-ref.js';
import { OpniLoggingError, type Problem } from '../common/error.js';
import type { ExitCodes } from './command-setup.js';
import { counted, EXIT, numberText, reportError } from './report.js';
import type { Style, Terminal } from './terminal.js';

/** In the order in which the summary counts them. */
const ACTIONS: readonly ObjectAction[] = [
  'created',
  'configured',
  'recreated',
  'unchanged',
  'pruned',
  'deleted',
  'kept',
  'conflict',
  'skipped',
  'failed',
];

const STYLES: Readonly<Partial<Record<ObjectAction, Style>>> = {
  created: 'green',
  configured: 'green',
  recreated: 'yellow',
  kept: 'yellow',
  conflict: 'red',
  skipped: 'yellow',
  failed: 'red',
};

/** As in `2 created, 1 conflict`. */
function summaryOf(counts: SetResult['counts']): string {
  const texts = ACTIONS.flatMap((action) => {
    const count = counts[action] ?? 0;
    if (count === 0) return [];
    return [action === 'conflict' ? counted(count, action) : `${numberText(count)} ${action}`];
  });
  return texts.join(', ') || 'nothing to do';
}
/** So many objects of one kind that are kept for one reason are told one by one; more are counted. */
const MANY_KEPT = 3;

/** What an operation on a set came to. */
export interface SetResult {
  readonly outcome: string;
  readonly counts: Readonly<Partial<Record<ObjectAction, number>>>;
  readonly problems: readonly Problem[];
}

/** Prints what the engine tells: progress on a terminal, lines elsewhere, and one document at the end for machines. */
export class EngineOutput {
  readonly #objects: ObjectEvent[] = [];
  readonly #warnings: string[] = [];
  readonly #notes: string[] = [];
  readonly #lines: Promise<void>[] = [];
  #done = 0;
  #total = 0;

  constructor(private readonly screen: Terminal) {}

  /** For the option `onEvent` of the engine. */
  readonly onEvent = (event: EngineEvent): void => {
    switch (event.type) {
      case 'object':
        this.#objects.push(event);
        this.#done += 1;
        // What is kept is told at the end, together where it is kept for one reason.
        if (event.action !== 'unchanged' && event.action !== 'kept') this.#line(event);
        this.screen.progress(`${this.#progress} ${describeRef(event.object)}`);
        break;
      case 'step':
        if (event.step !== 'done') this.#step(event.message);
        break;
      case 'waiting': {
        const [first] = event.pending;
        if (!first) break;
        const others = event.pending.length > 1 ? ` (and ${event.pending.length - 1} more)` : '';
        this.#step(`waiting ${event.reason}: ${describeRef(first.object)} ${first.message}${others}`);
        break;
      }
      case 'warning': {
        const text = `${event.object ? `${describeRef(event.object)}: ` : ''}${event.message}`;
        this.#warnings.push(text);
        this.screen.note(`${this.screen.style('yellow', 'warning:', 'stderr')} ${text}`);
      }
    }
  };

  /** How many objects there are, for the progress. */
  expect(total: number): void {
    this.#total = total;
  }

  /** Something that a person should know. */
  note(text: string): void {
    this.#notes.push(text);
    this.screen.note(`note: ${text}`);
  }

  /**
   * Prints what it came to, and sets the exit code.
   *
   * @param headline for an outcome with problems, as in `not everything was applied`
   * @param more further properties of the document for machines
   * @param dryRun nothing was changed, which is said beside what would have been
   */
  async finish(
    result: SetResult,
    exit: ExitCodes,
    {
      headline,
      more = {},
      dryRun,
    }: { readonly headline: string; readonly more?: object; readonly dryRun: boolean },
  ): Promise<void> {
    this.#keptLines();
    await Promise.all(this.#lines);
    const { outcome, counts, problems } = result;
    const ok = problems.length === 0;
    const objects = this.#objects.map(({ type: _, object, ...event }) => ({ ...object, ...event }));
    const told = { warnings: this.#warnings, notes: this.#notes };
    const summary = `${summaryOf(counts)}${dryRun ? ' (dry run: nothing was changed)' : ''}`;
    const document = { ok, outcome, ...more, dryRun, counts, objects, ...told };
    const failure = new OpniLoggingError('cluster', `${headline}: ${summary}`, { problems });
    if (ok) {
      await this.screen.result([summary], document);
      return;
    }
    exit.done = EXIT.refused;
    const { code, message } = failure;
    if (this.screen.json) await this.screen.result([], { ...document, code, message, problems });
    else await reportError(this.screen, failure);
  }

  /** Objects that leave the set come on top of those in it. */
  get #progress(): string {
    return this.#done <= this.#total ? `${this.#done}/${this.#total}` : `${this.#done}`;
  }

  #keptLines(): void {
    const groups = new Map<string, ObjectEvent[]>();
    for (const event of this.#objects.filter(({ action }) => action === 'kept')) {
      const key = `${event.object.kind} ${event.message}`;
      groups.set(key, [...(groups.get(key) ?? []), event]);
    }
    for (const events of groups.values()) {
      const [first] = events;
      if (events.length <= MANY_KEPT) for (const event of events) this.#line(event);
      else this.#line(first!, counted(events.length, first!.object.kind));
    }
  }

  #line({ action, object, message, fields }: ObjectEvent, name = describeRef(object)): void {
    if (this.screen.json) return;
    const word = this.screen.style(STYLES[action] ?? 'dim', action.padEnd(10));
    // What went wrong is told once, at the end, with the way to mend it.
    const isProblem = action === 'failed' || action === 'conflict';
    const where = fields?.length ? ` (${fields.join(', ')})` : '';
    const why = message && !isProblem ? `: ${message}` : '';
    this.#lines.push(this.screen.line(`${word} ${name}${isProblem ? '' : where}${why}`));
  }

  #step(text: string): void {
    if (this.screen.interactive) this.screen.progress(text, { now: true });
    else this.screen.note(text);
  }
}
