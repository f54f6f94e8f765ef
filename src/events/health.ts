import type { Clock } from '../common/clock.js';
import type { SourceState } from './source/source-types.js';

/** One thing that is not as it should be. */
export interface HealthProblem {
  /** `source` reads events, `shipper` sends them, `lease` says who is active, `spool` keeps them on disk. */
  readonly part: 'source' | 'shipper' | 'lease' | 'spool' | 'dead-letters';
  readonly message: string;
  /** When it began, in milliseconds since 1970. */
  readonly since: number;
}

interface Fault {
  readonly message: string;
  readonly since: number;
  /** Counts at once, because it stays until somebody mends it. */
  readonly isRefusal: boolean;
  readonly steadySince: number;
}

/** What a forwarder does in general. */
export type Activity = 'off' | 'starting' | 'standby' | 'active';

/** A fault that passes by itself counts after this time, in milliseconds. */
const GRACE_MS = 60_000;
/** Lost connections to the API server are found sooner: its events expire. */
const SERVER_GRACE_MS = 30_000;
/** A server may take each watch and end it at once: trouble is over when the source has worked for this time. */
const SOURCE_STEADY_MS = 10_000;

/** What is wrong with a forwarder now, for `/readyz`, the metrics and the agent. */
export class Health {
  readonly #faults = new Map<HealthProblem['part'], Fault>();
  #activity: Activity = 'off';
  /** The last trouble of the source, and until when it is the same one if it comes back. */
  #relapse: { readonly fault: Fault; readonly untilMs: number } | undefined;

  constructor(private readonly clock: Clock) {}

  get activity(): Activity {
    return this.#activity;
  }

  /** What the forwarder does now. Faults of what it did before are forgotten. */
  set(activity: Activity): void {
    if (activity !== this.#activity) {
      this.#faults.clear();
      this.#relapse = undefined;
    }
    this.#activity = activity;
  }

  /**
   * A part works.
   *
   * @returns whether it did not before
   */
  good(part: HealthProblem['part']): boolean {
    return this.#faults.delete(part);
  }

  /**
   * A part does not work.
   *
   * @param isRefusal somebody has to mend it
   */
  bad(part: HealthProblem['part'], message: string, isRefusal: boolean): void {
    const known = this.#faults.get(part) ?? (part === 'source' ? this.#relapsed : undefined);
    this.#faults.set(part, {
      message,
      isRefusal,
      since: known?.since ?? this.clock.wallMs(),
      steadySince: known?.steadySince ?? this.clock.now(),
    });
  }

  /** What the source does tells whether it works. */
  source(state: SourceState): void {
    if (state !== 'watching' && state !== 'listing' && state !== 'held') return;
    const fault = this.#faults.get('source');
    if (fault) this.#relapse = { fault, untilMs: this.clock.now() + SOURCE_STEADY_MS };
    this.good('source');
  }

  get #relapsed(): Fault | undefined {
    return this.#relapse && this.clock.now() < this.#relapse.untilMs ? this.#relapse.fault : undefined;
  }

  /** Everything that is wrong now. */
  get problems(): readonly HealthProblem[] {
    return [...this.#faults].flatMap(([part, { message, since, steadySince, isRefusal }]) => {
      const graceMs = part === 'source' || part === 'lease' ? SERVER_GRACE_MS : GRACE_MS;
      const counts = isRefusal || this.clock.now() - steadySince >= graceMs;
      return counts ? [{ part, message, since }] : [];
    });
  }

  /** Whether events are shipped, or would be by another replica. */
  get isReady(): boolean {
    return (this.#activity === 'active' || this.#activity === 'standby') && this.problems.length === 0;
  }
}
