import type { PatchOperation } from '../../kube/cluster.js';
import type { FieldsV1, LiveObject, ManagedFieldsEntry } from '../../kube/live-object.js';

/** Options of {@link takeoverPatch}. */
export interface TakeoverOptions {
  /** Our field manager. */
  readonly manager: string;
  /** Whose fields become ours. */
  readonly from: (entry: ManagedFieldsEntry) => boolean;
}

/** Where `kubectl apply` keeps what it was given. It holds the values of Secrets. */
export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * A patch that gives us the fields of former appliers, and changes no value. After it, an apply removes those of the
 * fields that are no longer wanted.
 *
 * @returns undefined when there is nothing to take
 */
export function takeoverPatch(
  live: LiveObject,
  { manager, from }: TakeoverOptions,
): readonly PatchOperation[] | undefined {
  const entries = live.metadata.managedFields ?? [];
  const former = entries.filter(
    (entry) => from(entry) && !entry.subresource && entry.apiVersion === live.apiVersion,
  );
  const annotated = live.metadata.annotations?.[LAST_APPLIED] !== undefined;
  const ours = entries.filter(
    (entry) => entry.manager === manager && entry.operation === 'Apply' && !entry.subresource,
  );
  // The server keeps one entry of an applier, whatever its version: an apply has to bring ours up to date first.
  const isBehind = ours.some((entry) => entry.apiVersion !== live.apiVersion);
  if (former.length === 0 || isBehind) return undefined;
  const fieldsV1 = [...ours, ...former].map((entry) => entry.fieldsV1 ?? {}).reduce(union, {});
  const taken: ManagedFieldsEntry = {
    manager,
    operation: 'Apply',
    apiVersion: live.apiVersion,
    fieldsType: 'FieldsV1',
    fieldsV1,
    ...timeOf(former),
  };
  const rest = entries.filter((entry) => !former.includes(entry) && !ours.includes(entry));
  return [
    // A version that is out of date is a conflict. A `test` that fails is told like any other error of a patch.
    { op: 'replace', path: '/metadata/resourceVersion', value: live.metadata.resourceVersion },
    { op: 'replace', path: '/metadata/managedFields', value: [...rest, taken] },
    ...(annotated
      ? [{ op: 'remove', path: `/metadata/annotations/${LAST_APPLIED.replaceAll('/', '~1')}` } as const]
      : []),
  ];
}

function timeOf(entries: readonly ManagedFieldsEntry[]): { readonly time?: string } {
  const time = entries.map((entry) => entry.time).find((text) => text !== undefined);
  return time === undefined ? {} : { time };
}

/** All fields of both sets. */
export function union(a: FieldsV1, b: FieldsV1): FieldsV1 {
  const merged: Record<string, FieldsV1> = { ...a };
  for (const [member, fields] of Object.entries(b)) {
    const other = merged[member];
    merged[member] = other ? unionAt(other, fields) : fields;
  }
  return merged;
}

/** The same below the root, where no members means that the place itself is owned. */
function unionAt(a: FieldsV1, b: FieldsV1): FieldsV1 {
  const [isLeaf, isOtherLeaf] = [a, b].map((fields) => Object.keys(fields).length === 0);
  return { ...(isLeaf === isOtherLeaf ? {} : { '.': {} }), ...union(a, b) };
}
