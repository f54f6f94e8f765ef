import type { Problem } from '../../common/error.js';
import { isSecretValueKey } from '../../config/secrets.js';
import type { KubernetesObject } from '../../constructs/kubernetes-object.js';
import { type Fields, fields } from '../fields.js';
import { findInText, isLiteral } from '../literal-secrets.js';
import { type LintRule, problem } from '../rule.js';

/** Kinds that hold no values of a user, but many fields. */
const SKIPPED = new Set([
  'ClusterRole',
  'ClusterRoleBinding',
  'CustomResourceDefinition',
  'Namespace',
  'NetworkPolicy',
  'Role',
  'RoleBinding',
]);

/** What stands here belongs to the name beside it, as in an environment variable, or to the key above. */
const VALUE_KEY = 'value';

const FIX =
  'put it into a Secret of the cluster, and refer to that: `valueFrom: {secretKeyRef: {name: …, key: …}}`';

/** Whoever may read manifests, or the Git repository they are in, would have the account. */
export const plainSecret: LintRule = {
  id: 'plain-secret',
  title: 'No password, token or private key stands in an object',

  *check({ objects }) {
    const isSecretKey = remembered(isSecretValueKey);
    for (const object of objects) {
      if (object.kind === 'Secret' && object.apiVersion === 'v1') yield* checkSecret(object);
      else if (!SKIPPED.has(object.kind)) yield* checkTexts(object, isSecretKey);
    }
  },
};

function* checkSecret(object: KubernetesObject): Generator<Problem> {
  for (const part of ['data', 'stringData']) {
    for (const [key, value] of Object.entries(fields(object[part]))) {
      if (value === '' || value === null) continue;
      const name = `${object.metadata.namespace ? `-n ${object.metadata.namespace} ` : ''}${object.metadata.name}`;
      yield problem(
        object,
        `${part}.${key}`,
        'holds a secret in a manifest',
        `remove the Secret from the set, and make it in the cluster: \`kubectl create secret generic ${name} --from-file=${key}=FILE\``,
      );
    }
  }
}

/** A text, and the way to it from the top of its object. */
interface TextAt {
  readonly value: string;
  readonly key: string;
  readonly path: readonly (string | number)[];
}

/**
 * Goes through all texts of an object. Most are of no interest, so the path to one is put together only on demand.
 *
 * @param value what is below the path
 * @param key the key that tells what a text is; for `value`, the name beside it or the key above it
 * @param path the way here; changed while walking
 * @param visit called for every text, with the path as it is then
 */
function walk(value: unknown, key: string, path: (string | number)[], visit: (text: TextAt) => void): void {
  if (typeof value === 'string') {
    visit({ value, key, path });
  } else if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) {
      path.push(index);
      walk(value[index], key, path, visit);
      path.pop();
    }
  } else if (typeof value === 'object' && value !== null) {
    const map = value as Fields;
    const named = typeof map['name'] === 'string' ? map['name'] : key;
    for (const name in map) {
      path.push(name);
      walk(map[name], name === VALUE_KEY ? named : name, path, visit);
      path.pop();
    }
  }
}

function checkTexts(object: KubernetesObject, isSecretKey: (key: string) => boolean): Problem[] {
  const problems: Problem[] = [];
  walk(object, '', [], ({ value, key, path }) => {
    const found = isSecretKey(key) && isLiteral(value) ? [key] : findInText(value);
    for (const what of found) {
      const message = `holds a literal secret (${what}), which whoever reads the manifest then knows`;
      problems.push(problem(object, pathText(path), message, FIX));
    }
  });
  return problems;
}

const pathText = (path: readonly (string | number)[]): string =>
  path.map((part, at) => (typeof part === 'number' ? `[${part}]` : `${at > 0 ? '.' : ''}${part}`)).join('');

/** Keys are few and repeat. */
function remembered(test: (key: string) => boolean): (key: string) => boolean {
  const known = new Map<string, boolean>();
  return (key) => {
    const before = known.get(key);
    if (before !== undefined) return before;
    const answer = test(key);
    known.set(key, answer);
    return answer;
  };
}
