/** Metadata of a rendered object, as far as synthesis reads it. */
export interface KubernetesMetadata {
  readonly name: string;
  /** Absent for a cluster-scoped object. */
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

/** A Kubernetes object as plain data, ready to be written or applied. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: KubernetesMetadata;
  readonly [field: string]: unknown;
}

/** The API group in an `apiVersion`; the core group is the empty string. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}

/** `Kind` for the core group, `group/Kind` for the others: what the tables of kinds are keyed by. */
export function groupKindOf(object: Pick<KubernetesObject, 'apiVersion' | 'kind'>): string {
  const group = groupOf(object.apiVersion);
  return group === '' ? object.kind : `${group}/${object.kind}`;
}

/**
 * What makes an object one and the same for an API server: group, kind, namespace and name. The version is no part
 * of it, because every served version shows the same object.
 */
export function identityOf(object: KubernetesObject): string {
  return `${groupKindOf(object)}\n${object.metadata.namespace ?? ''}\n${object.metadata.name}`;
}

/** The object in words, as in `Deployment opni/opni-shipper`. */
export function describeObject(object: KubernetesObject): string {
  const { name, namespace } = object.metadata;
  return `${object.kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}

/** Compares by UTF-16 code units: the same on every machine, whatever its locale. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
