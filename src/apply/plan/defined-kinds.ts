import { groupKindOf, type KubernetesObject } from '../../constructs/kubernetes-object.js';
import type { ObjectRef } from '../set/object-ref.js';

/** Key of a kind in one version. */
export const kindKey = ({ group, version, kind }: Pick<ObjectRef, 'group' | 'version' | 'kind'>) =>
  `${group}/${version}/${kind}`;

/** Whether an object is a definition of kinds. */
export const isDefinition = (object: Pick<KubernetesObject, 'apiVersion' | 'kind'>): boolean =>
  groupKindOf(object) === 'apiextensions.k8s.io/CustomResourceDefinition';

/** Kinds that the definitions among some objects define, by {@link kindKey}. */
export function definedKinds(objects: readonly KubernetesObject[]): ReadonlySet<string> {
  return new Set(objects.filter(isDefinition).flatMap(kindsOf));
}

function kindsOf(definition: KubernetesObject): string[] {
  const { group, names, versions } = definition['spec'] as {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly versions: readonly { readonly name: string }[];
  };
  return versions.map(({ name }) => kindKey({ group, version: name, kind: names.kind }));
}
