import type { Problem } from '../../common/error.js';
import { describeRef, type ObjectRef } from '../set/object-ref.js';
import type { EngineEvent, ObjectAction, ObjectEvent, OnEvent } from './engine-events.js';

/** How many objects met each end. */
export type Counts = Readonly<Partial<Record<ObjectAction, number>>>;

/** Ends that are no success. */
const PROBLEMS: ReadonlySet<ObjectAction> = new Set(['conflict', 'failed']);

/** Passes on what happens, and keeps account of it. */
export class Report {
  readonly #counts: Partial<Record<ObjectAction, number>> = {};
  readonly #problems: Problem[] = [];

  constructor(private readonly onEvent: OnEvent) {}

  /** Something became of an object. */
  object(
    action: ObjectAction,
    object: ObjectRef,
    details: Omit<ObjectEvent, 'type' | 'action' | 'object'> = {},
  ): void {
    this.#counts[action] = (this.#counts[action] ?? 0) + 1;
    const { message, fix, fields } = details;
    if (PROBLEMS.has(action)) {
      const where = fields?.length ? ` (${fields.join(', ')})` : '';
      this.#problems.push({ path: describeRef(object), message: `${message ?? action}${where}`, fix });
    }
    const defined = Object.fromEntries(Object.entries(details).filter(([, value]) => value !== undefined));
    this.onEvent({ type: 'object', action, object, ...defined });
  }

  /** Anything else. */
  tell(event: Exclude<EngineEvent, ObjectEvent>): void {
    this.onEvent(event);
  }

  /** A failure that is not of one object. */
  problem(problem: Problem): void {
    this.#problems.push(problem);
  }

  get counts(): Counts {
    return { ...this.#counts };
  }

  get problems(): readonly Problem[] {
    return [...this.#problems];
  }
}
