import type { LiveObject } from '../../kube/live-object.js';

/** What an object's state comes to. */
export type HealthState = 'Current' | 'InProgress' | 'Failed' | 'Terminating' | 'NotFound' | 'Unknown';

/** The state of an object, and why. */
export interface Health {
  readonly state: HealthState;
  /** One word, for machines. */
  readonly reason: string;
  /** Goes on after the name of the object, as in "has 2 of 3 pods ready". */
  readonly message: string;
  /** It works, and something about it should be known. @default false */
  readonly warning?: boolean;
}

/** Judges the objects of one kind. */
export type HealthRule = (live: LiveObject, nowMs: number) => Health;

/** A condition in the status of an object. */
export interface Condition {
  readonly type?: string;
  readonly status?: string;
  readonly reason?: string;
  readonly message?: string;
}

export const current = (message = 'is as it should be', reason = 'Current'): Health => ({
  state: 'Current',
  reason,
  message,
});
export const inProgress = (reason: string, message: string): Health => ({
  state: 'InProgress',
  reason,
  message,
});
export const failed = (reason: string, message: string): Health => ({ state: 'Failed', reason, message });

/** Conditions of an object, in their order. */
export function conditionsOf(live: LiveObject): readonly Condition[] {
  const { conditions } = (live['status'] ?? {}) as { readonly conditions?: readonly Condition[] };
  return conditions ?? [];
}

/** The part of an object as a record; empty when it is not there. */
export const partOf = (live: LiveObject, part: 'spec' | 'status'): Readonly<Record<string, unknown>> =>
  (live[part] ?? {}) as Readonly<Record<string, unknown>>;

/** A number of a record. */
export function numberIn(record: Readonly<Record<string, unknown>>, name: string, fallback = 0): number {
  const value = record[name];
  return typeof value === 'number' ? value : fallback;
}
