/** Why a state of an event is no longer the present one. */
export type StateEnd = 'changed' | 'removed' | 'expired' | 'namespace' | 'restored';

/** A state of an event that could be read through the API for a while. */
export interface ShownState {
  /** `<uid>-<resourceVersion>`. */
  readonly id: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly namespace: string;
  readonly name: string;
  /** The {@link EventLedger.mark} after which it began. */
  readonly from: number;
  /** The mark after which it ended; undefined while it lasts. */
  readonly to: number | undefined;
  readonly end: StateEnd | undefined;
  /** When it began, in milliseconds since 1970. */
  readonly fromMs: number;
  /** When it ended, in milliseconds since 1970. */
  readonly toMs: number | undefined;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Remembers every state that events had, so that a checker can compare it with what arrived. */
export class EventLedger {
  #states = new Map<string, Mutable<ShownState>>();
  #count = 0;

  constructor(private readonly nowMs: () => number) {}

  /** A mark in time: counts the beginnings and ends of states. */
  get mark(): number {
    return this.#count;
  }

  begin(state: Pick<ShownState, 'uid' | 'resourceVersion' | 'namespace' | 'name'>): void {
    const id = `${state.uid}-${state.resourceVersion}`;
    const known = this.#states.get(id);
    if (known) {
      reopen(known);
      return;
    }
    const { uid, resourceVersion, namespace, name } = state;
    const times = {
      from: this.#count++,
      to: undefined,
      end: undefined,
      fromMs: this.nowMs(),
      toMs: undefined,
    };
    this.#states.set(id, { id, uid, resourceVersion, namespace, name, ...times });
  }

  finish(state: Pick<ShownState, 'uid' | 'resourceVersion'>, end: StateEnd): void {
    const known = this.#states.get(`${state.uid}-${state.resourceVersion}`);
    if (!known || known.to !== undefined) return;
    known.to = this.#count++;
    known.toMs = this.nowMs();
    known.end = end;
  }

  /**
   * The states that were the present one at some time after a mark.
   *
   * @param since @default 0, all
   */
  states(since = 0): ShownState[] {
    const existed = ({ to }: ShownState) => to === undefined || to >= since;
    return [...this.#states.values()].filter(existed);
  }

  /** Forgets the states that ended before a mark, so that a long run needs no more and more memory. */
  forget(before: number): void {
    for (const [id, { to }] of this.#states) {
      if (to !== undefined && to < before) this.#states.delete(id);
    }
  }
}

/** A restored backup brings back what was there before. */
function reopen(state: Mutable<ShownState>): void {
  state.to = undefined;
  state.toMs = undefined;
  state.end = undefined;
}
