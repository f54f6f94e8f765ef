import type { Problem } from '../../common/error.js';
import type { KubernetesObject } from '../../constructs/kubernetes-object.js';
import { fields, items } from '../fields.js';
import { KINDS_OF_ONE_VERSION, NEW_FIELDS, OLD_FIELDS, type VersionedField } from '../operator-fields.js';
import { type LintRule, problem } from '../rule.js';

const GROUPS = ['logging.banzaicloud.io/', 'logging-extensions.banzaicloud.io/'];

/** The API server drops a field that it does not know without a word, unless it was asked to be strict. */
export const operatorVersion: LintRule = {
  id: 'operator-version',
  title: 'Every field exists in the chosen generation of the Logging Operator',

  *check({ objects, context: { operatorVersion: version } }) {
    const [unknown, other] = version === '4.10' ? [NEW_FIELDS, '6.7'] : [OLD_FIELDS, '4.10'];
    for (const object of objects) {
      if (!GROUPS.some((group) => object.apiVersion.startsWith(group))) continue;
      const only = KINDS_OF_ONE_VERSION[object.kind];
      if (only !== undefined && only !== version) {
        yield problem(
          object,
          'kind',
          `Logging Operator ${version} does not know the kind ${object.kind}`,
          `remove the object, or write \`operator: {version: '${only}'}\``,
        );
        continue;
      }
      for (const field of unknown[object.kind] ?? []) yield* unknownField(object, field, version, other);
    }
  },
};

function* unknownField(
  object: KubernetesObject,
  { path, instead }: VersionedField,
  version: string,
  other: string,
): Generator<Problem> {
  for (const field of occurrences(object, path.split('.'), '')) {
    const name = field.slice(field.lastIndexOf('.') + 1);
    yield problem(
      object,
      field,
      `Logging Operator ${version} has no field "${name}"; it is dropped, and what it asks for does not happen`,
      `${instead ?? `remove \`${name}\``}, or write \`operator: {version: '${other}'}\``,
    );
  }
}

/** Where a path with `[]` leads to a value. */
function* occurrences(value: unknown, keys: readonly string[], before: string): Generator<string> {
  const [key, ...rest] = keys;
  if (key === undefined) {
    if (value !== undefined && value !== null) yield before;
    return;
  }
  const isList = key.endsWith('[]');
  const name = isList ? key.slice(0, -2) : key;
  const next = fields(value)[name];
  if (next === undefined) return;
  const path = before === '' ? name : `${before}.${name}`;
  if (!isList) {
    yield* occurrences(next, rest, path);
    return;
  }
  for (const [index, item] of items(next).entries()) yield* occurrences(item, rest, `${path}[${index}]`);
}
