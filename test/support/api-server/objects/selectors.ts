import { badRequest } from '../requests/refusal.js';
import type { StoredObject } from './store.js';

type Test = (object: StoredObject) => boolean;

/** Reads `a=b,c in (d,e),!f`. */
export function labelTest(selector: string | null): Test {
  const tests = split(selector ?? '').map(requirement);
  return ({ metadata }) => tests.every((test) => test(metadata.labels ?? {}));
}

function split(selector: string): string[] {
  const parts = selector.match(/(?:[^,(]|\([^)]*\))+/g) ?? [];
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

function requirement(text: string): (labels: Readonly<Record<string, string>>) => boolean {
  const set = /^(\S+)\s+(in|notin)\s+\(([^)]*)\)$/.exec(text);
  if (set) {
    const [, key = '', operator, list = ''] = set;
    const values = list.split(',').map((value) => value.trim());
    const isIn = (labels: Readonly<Record<string, string>>) =>
      labels[key] !== undefined && values.includes(labels[key]);
    return operator === 'in' ? isIn : (labels) => !isIn(labels);
  }
  const equal = /^([^!=\s]+)\s*(==|=|!=)\s*(\S*)$/.exec(text);
  if (equal) {
    const [, key = '', operator, value] = equal;
    return operator === '!=' ? (labels) => labels[key] !== value : (labels) => labels[key] === value;
  }
  const absent = /^!\s*(\S+)$/.exec(text);
  if (absent) return (labels) => labels[absent[1]!] === undefined;
  if (/^[\w./-]+$/.test(text)) return (labels) => labels[text] !== undefined;
  throw badRequest(`unable to parse requirement: ${text}`);
}

const FIELDS: Readonly<Record<string, (object: StoredObject) => string>> = {
  'metadata.name': ({ metadata }) => metadata.name,
  'metadata.namespace': ({ metadata }) => metadata.namespace ?? '',
};

/** Reads `metadata.name=a,metadata.namespace!=b`. */
export function fieldTest(selector: string | null): Test {
  const tests = split(selector ?? '').map((text): Test => {
    const [, field = '', operator, value] = /^([^!=]+)(==|=|!=)(.*)$/.exec(text) ?? [];
    const read = FIELDS[field];
    if (!read) throw badRequest(`field label not supported: ${field}`);
    return (object) => (read(object) === value) === (operator !== '!=');
  });
  return (object) => tests.every((test) => test(object));
}
