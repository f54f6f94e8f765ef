import { messageOf, OpniLoggingError } from '../../src/common/error.js';
import type { LiveMetadata, LiveObject, ManagedFieldsEntry } from '../../src/kube/live-object.js';

/** What some call was refused with. */
export function thrownBy(call: () => unknown): OpniLoggingError {
  try {
    call();
  } catch (error) {
    if (error instanceof OpniLoggingError) return error;
    throw new Error(`no refusal, but ${messageOf(error)}`, { cause: error });
  }
  throw new Error('nothing was thrown');
}

/** Parts of an object as an API server returns it. */
export interface LiveParts {
  readonly metadata?: Partial<LiveMetadata>;
  readonly [field: string]: unknown;
}

/** An object as an API server returns it; `groupKind` is `apiVersion/Kind`, as in `apps/v1/Deployment`. */
export function liveOf(groupKind: string, { metadata, ...parts }: LiveParts = {}): LiveObject {
  const slash = groupKind.lastIndexOf('/');
  return {
    apiVersion: groupKind.slice(0, slash),
    kind: groupKind.slice(slash + 1),
    metadata: { name: 'x', namespace: 'logs', uid: 'uid-1', resourceVersion: '7', ...metadata },
    ...parts,
  };
}

/** An entry of server-side apply. */
export const appliedBy = (
  manager: string,
  fieldsV1: ManagedFieldsEntry['fieldsV1'],
  apiVersion = 'v1',
): ManagedFieldsEntry => ({ manager, operation: 'Apply', apiVersion, fieldsType: 'FieldsV1', fieldsV1 });

/** An entry of any other write. */
export const updatedBy = (
  manager: string,
  fieldsV1: ManagedFieldsEntry['fieldsV1'],
  apiVersion = 'v1',
): ManagedFieldsEntry => ({ ...appliedBy(manager, fieldsV1, apiVersion), operation: 'Update' });

type Tree = Record<string, unknown>;

/**
 * A copy with another value at a path, as in `spec.containers.0.image`.
 *
 * @param value a function makes it of the old one; undefined takes the field away
 */
export function edited<Any>(object: Any, path: string, value: unknown): Any {
  const copy = structuredClone(object);
  const names = path.split('.');
  const last = names.pop()!;
  const parent = names.reduce<Tree>((node, name) => node[name] as Tree, copy as Tree);
  const next: unknown = typeof value === 'function' ? value(parent[last]) : value;
  if (next === undefined) delete parent[last];
  else parent[last] = next;
  return copy;
}
