import type { Construct } from 'constructs';
import type { OverrideItemConfig } from '../config/types.js';
import { KubeObject } from './kube-object.js';

/** Fields that make an object what it is. An override that touched them would make another object. */
const IDENTITY = ['apiVersion', 'kind'] as const;

/**
 * Applies overrides to the objects below a construct. Each must match exactly one object; what does not is reported by
 * the construct's validation, so that a renamed object or a typing error is never passed over.
 */
export function applyOverrides(scope: Construct, overrides: readonly OverrideItemConfig[]): void {
  const objects = scope.node.findAll().filter((node): node is KubeObject => node instanceof KubeObject);
  const messages = overrides.flatMap((override, index) => {
    const path = `overrides[${index}]`;
    const found = objects.filter(({ kind, name }) => kind === override.kind && name === override.name);
    const reason = refusal(override) ?? mismatch(override, found, objects);
    if (reason === undefined) found[0]?.merge(override.merge);
    return reason === undefined ? [] : [`${path}: ${reason}`];
  });
  scope.node.addValidation({ validate: () => messages });
}

function refusal({ merge }: OverrideItemConfig): string | undefined {
  const metadata = merge['metadata'];
  const touched: string[] = IDENTITY.filter((field) => field in merge);
  const isMap = typeof metadata === 'object' && metadata !== null && !Array.isArray(metadata);
  if ('metadata' in merge && (!isMap || 'name' in metadata || 'namespace' in metadata)) {
    touched.push('metadata.name or metadata.namespace');
  }
  return touched.length
    ? `merge must not change ${touched.join(', ')}: the object’s identity stays`
    : undefined;
}

function mismatch(
  { kind, name }: OverrideItemConfig,
  found: readonly KubeObject[],
  objects: readonly KubeObject[],
): string | undefined {
  if (found.length === 1) return undefined;
  if (found.length > 1) return `${kind} ${name} matches ${found.length} objects, and must match one`;
  const ofKind = objects.filter((object) => object.kind === kind).map((object) => object.name);
  const kinds = [...new Set(objects.map((object) => object.kind))].sort();
  return ofKind.length
    ? `no ${kind} is named ${name}; there are: ${ofKind.sort().join(', ')}`
    : `no object is of kind ${kind}; there are: ${kinds.join(', ')}`;
}
