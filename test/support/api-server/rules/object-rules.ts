import { deduce, type FieldType, fieldOf, isJson, type Json } from '../fields/field-type.js';
import { schemaErrors } from '../kinds/custom-schema.js';
import { groupKind, type ServedKind } from '../kinds/kinds.js';
import { type FieldError, invalidValue, requiredValue } from '../requests/refusal.js';

const SELECTING = ['apps/Deployment', 'apps/DaemonSet', 'apps/StatefulSet', 'apps/ReplicaSet'];

/** What is wrong with an object, apart from its metadata. */
export function objectErrors(kind: ServedKind, object: Json): FieldError[] {
  if (kind.custom) {
    const { metadata: _, ...rest } = object;
    return schemaErrors(rest, kind.custom.schema);
  }
  const errors = missing(object, kind.type, '');
  const name = groupKind(kind);
  if (SELECTING.includes(name)) errors.push(...selectorErrors(object));
  if (SELECTING.includes(name)) errors.push(...replicaErrors(object));
  if (name === 'Service') errors.push(...portErrors(object));
  if (name === 'apiextensions.k8s.io/CustomResourceDefinition') errors.push(...definitionErrors(object));
  return errors;
}

/** Required fields that are absent; those of a status are nobody's duty. */
function missing(value: unknown, type: FieldType, path: string): FieldError[] {
  const shape = deduce(type, value);
  if (shape.kind === 'list' && Array.isArray(value)) {
    return value.flatMap((item, index) => missing(item, shape.items, `${path}[${index}]`));
  }
  if (shape.kind !== 'map' || !isJson(value)) return [];
  const at = (name: string) => (path === '' ? name : `${path}.${name}`);
  const absent = [...shape.required]
    .filter((name) => value[name] === undefined)
    .map((name) => requiredValue(at(name)));
  const below = Object.entries(value)
    .filter(([name]) => name !== 'status')
    .flatMap(([name, item]) => missing(item, fieldOf(shape, name) ?? { kind: 'open' }, at(name)));
  return [...absent, ...below];
}

function selectorErrors(object: Json): FieldError[] {
  const spec = (object['spec'] ?? {}) as {
    readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> };
    readonly template?: { readonly metadata?: { readonly labels?: Readonly<Record<string, string>> } };
  };
  const wanted = Object.entries(spec.selector?.matchLabels ?? {});
  const labels = spec.template?.metadata?.labels ?? {};
  if (wanted.every(([name, value]) => labels[name] === value)) return [];
  const why = '`selector` does not match template `labels`';
  return [invalidValue('spec.template.metadata.labels', labels, why)];
}

function replicaErrors({ spec }: Json): FieldError[] {
  const { replicas = 0 } = (spec ?? {}) as { readonly replicas?: number };
  const why = 'must be greater than or equal to 0';
  return replicas < 0 ? [invalidValue('spec.replicas', replicas, why)] : [];
}

function portErrors({ spec }: Json): FieldError[] {
  const { ports = [] } = (spec ?? {}) as { readonly ports?: readonly { readonly port?: number }[] };
  return ports.flatMap(({ port = 0 }, index) =>
    port >= 1 && port <= 65_535
      ? []
      : [invalidValue(`spec.ports[${index}].port`, port, 'must be between 1 and 65535, inclusive')],
  );
}

function definitionErrors({ metadata, spec }: Json): FieldError[] {
  const { name } = metadata as { readonly name: string };
  const { group, names, versions } = (spec ?? {}) as {
    readonly group?: string;
    readonly names?: { readonly plural?: string };
    readonly versions?: readonly {
      readonly storage?: boolean;
      readonly schema?: { readonly openAPIV3Schema?: unknown };
    }[];
  };
  const errors: FieldError[] = [];
  if (name !== `${names?.plural}.${group}`) {
    errors.push(invalidValue('metadata.name', name, 'must be spec.names.plural+"."+spec.group'));
  }
  for (const [index, { schema }] of (versions ?? []).entries()) {
    if (schema?.openAPIV3Schema) continue;
    errors.push(requiredValue(`spec.versions[${index}].schema.openAPIV3Schema`, 'schemas are required'));
  }
  if ((versions ?? []).filter(({ storage }) => storage).length !== 1) {
    errors.push(
      invalidValue(
        'spec.versions',
        versions ?? [],
        'must have exactly one version marked as storage version',
      ),
    );
  }
  return errors;
}
