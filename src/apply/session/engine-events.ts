import type { StageName } from '../../synth/stages.js';
import type { ObjectRef } from '../set/object-ref.js';

/**
 * What became of an object.
 *
 * - `created`, `configured`, `unchanged`: it is in the cluster as wanted
 * - `recreated`: it was deleted and made anew, because a field that differs cannot be changed
 * - `pruned`, `deleted`: it is gone, because it left the set, or the set was deleted
 * - `kept`: it should have gone, or been changed, and a rule of safety said no; the message says which
 * - `conflict`: somebody else owns it, or a field that is wanted otherwise; nothing was written
 * - `skipped`: it was not tried, because something that it needs failed
 * - `failed`: the API server refused it
 */
export type ObjectAction =
  | 'created'
  | 'configured'
  | 'unchanged'
  | 'recreated'
  | 'pruned'
  | 'deleted'
  | 'kept'
  | 'conflict'
  | 'skipped'
  | 'failed';

/** Something became of an object. */
export interface ObjectEvent {
  readonly type: 'object';
  readonly action: ObjectAction;
  readonly object: ObjectRef;
  /** Why, for all but the plain cases. Never holds a secret value. */
  readonly message?: string;
  /** Paths of the fields that changed, as in `.spec.replicas`. */
  readonly fields?: readonly string[];
  /** How to mend it. */
  readonly fix?: string;
}

/** An object that is not there yet, or not yet gone. */
export interface PendingObject {
  readonly object: ObjectRef;
  /** What it waits for. */
  readonly message: string;
}

/** Work on a set began, or a part of it. */
export interface StepEvent {
  readonly type: 'step';
  readonly step: 'plan' | 'lock' | 'stage' | 'prune' | 'drain' | 'delete' | 'health' | 'done';
  /** The stage, with step `stage`. */
  readonly stage?: StageName;
  readonly message: string;
}

/** What is being waited for; told again whenever it changes. */
export interface WaitingEvent {
  readonly type: 'waiting';
  readonly reason: string;
  readonly pending: readonly PendingObject[];
}

/** Something that is no failure and should be known. */
export interface WarningEvent {
  readonly type: 'warning';
  readonly message: string;
  readonly object?: ObjectRef;
}

/** All that the engine tells while it works. */
export type EngineEvent = ObjectEvent | StepEvent | WaitingEvent | WarningEvent;

/** Takes the events. It must not throw. */
export type OnEvent = (event: EngineEvent) => void;
