import type { Problem } from '../common/error.js';
import { type PipelinesFile, toDocument } from './pipeline-model.js';
import { holdsPlaceholder, isPlaceholder } from './placeholders.js';

/** Keys whose value is a secret wherever they stand. */
const SECRET_KEYS: ReadonlySet<string> = new Set(['password', 'api_token', 'client_key']);

/**
 * A secret is a placeholder and nothing else; a placeholder stands alone, and under the key that it is made for.
 * Otherwise a password would be in a ConfigMap, or show up in a user name or an address. Values are never quoted.
 */
export function secretRule(file: PipelinesFile): readonly Problem[] {
  return walk(toDocument(file), '', '');
}

function walk(value: unknown, key: string, path: string): readonly Problem[] {
  if (typeof value === 'string') return checkText(value, key, path);
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((item, index) => walk(item, key, `${path}[${index}]`));
  return Object.entries(value).flatMap(([name, child]) =>
    walk(child, name, path === '' ? name : `${path}.${name}`),
  );
}

function checkText(value: string, key: string, path: string): readonly Problem[] {
  if (isPlaceholder(value) && value.endsWith(`_${key.toUpperCase()}@@`)) return [];
  if (SECRET_KEYS.has(key)) {
    return [
      {
        path,
        message: 'must not stand here in clear',
        fix: 'use a placeholder; the Secret is put in when the pod starts',
      },
    ];
  }
  if (!holdsPlaceholder(value)) return [];
  return [{ path, message: 'holds a placeholder, which would be replaced by a secret' }];
}
