import { compareText, groupOf, type KubernetesObject } from '../../constructs/kubernetes-object.js';

/** Names one object of a cluster. */
export interface ObjectRef {
  /** API group; empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** Absent for cluster-scoped objects. */
  readonly namespace?: string;
  readonly name: string;
}

/** The name of an object. */
export function refOf({ apiVersion, kind, metadata }: KubernetesObject): ObjectRef {
  const group = groupOf(apiVersion);
  const version = group === '' ? apiVersion : apiVersion.slice(group.length + 1);
  return {
    group,
    version,
    kind,
    ...(metadata.namespace ? { namespace: metadata.namespace } : {}),
    name: metadata.name,
  };
}

/** What makes two references the same object; the version is no part of it. */
export function keyOf({ group, kind, namespace = '', name }: Omit<ObjectRef, 'version'>): string {
  return `${group}/${kind}/${namespace}/${name}`;
}

/** `apiVersion` of a reference. */
export const apiVersionOfRef = ({ group, version }: Pick<ObjectRef, 'group' | 'version'>) =>
  group === '' ? version : `${group}/${version}`;

/** `group/Kind`, or `Kind` of the core group: what tables of kinds are keyed by. */
export const groupKindOfRef = ({ group, kind }: Pick<ObjectRef, 'group' | 'kind'>) =>
  group === '' ? kind : `${group}/${kind}`;

/** The object in words, as in `Deployment opni/opni-shipper`. */
export function describeRef({ kind, namespace, name }: ObjectRef): string {
  return `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}

/** A fixed order of references. */
export const compareRefs = (a: ObjectRef, b: ObjectRef) => compareText(keyOf(a), keyOf(b));
