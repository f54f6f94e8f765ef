import { isDeepStrictEqual } from 'node:util';
import { isJson, type Json } from '../fields/field-type.js';
import { badRequest, patchDoesNotFit } from '../requests/refusal.js';

interface Operation {
  readonly op: string;
  readonly path: string;
  readonly from?: string;
  readonly value?: unknown;
}

/** An object after a merge patch (RFC 7386). */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isJson(patch)) return structuredClone(patch);
  const result: Json = isJson(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else result[name] = mergePatch(result[name], value);
  }
  return result;
}

/**
 * An object after a JSON patch (RFC 6902).
 *
 * @throws Refusal 422 when an operation does not fit, a `test` included
 */
export function jsonPatch(target: Json, operations: unknown): Json {
  if (!Array.isArray(operations)) throw badRequest('error decoding patch: json: cannot unmarshal object');
  const root = { document: structuredClone(target) as unknown };
  for (const operation of operations as readonly Operation[]) run(root, operation);
  return root.document as Json;
}

function run(root: { document: unknown }, { op, path, from, value }: Operation): void {
  if (op === 'test') {
    if (!isDeepStrictEqual(read(root, path), value)) throw patchDoesNotFit();
  } else if (op === 'add') {
    add(root, path, structuredClone(value));
  } else if (op === 'replace' || op === 'remove') {
    if (read(root, path) === undefined) throw patchDoesNotFit();
    remove(root, path);
    if (op === 'replace') add(root, path, structuredClone(value));
  } else if (op === 'copy' || op === 'move') {
    const source = read(root, from ?? '');
    if (source === undefined) throw patchDoesNotFit();
    if (op === 'move') remove(root, from ?? '');
    add(root, path, structuredClone(source));
  } else {
    throw badRequest(`Unexpected kind: ${op}`);
  }
}

function partsOf(path: string): string[] {
  if (path === '') return ['document'];
  const parts = path.split('/').slice(1);
  return ['document', ...parts.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))];
}

function read(root: object, path: string): unknown {
  return partsOf(path).reduce<unknown>(child, root);
}

function child(parent: unknown, name: string): unknown {
  if (Array.isArray(parent)) return parent[Number(name)];
  return isJson(parent) && Object.hasOwn(parent, name) ? parent[name] : undefined;
}

function place(root: object, path: string): { readonly parent: unknown; readonly name: string } {
  const parts = partsOf(path);
  const name = parts.pop()!;
  return { parent: parts.reduce<unknown>(child, root), name };
}

function add(root: object, path: string, value: unknown): void {
  const { parent, name } = place(root, path);
  if (Array.isArray(parent)) {
    const index = name === '-' ? parent.length : Number(name);
    if (!(index >= 0 && index <= parent.length)) throw patchDoesNotFit();
    parent.splice(index, 0, value);
  } else if (isJson(parent)) {
    parent[name] = value;
  } else {
    throw patchDoesNotFit();
  }
}

function remove(root: object, path: string): void {
  const { parent, name } = place(root, path);
  if (Array.isArray(parent)) parent.splice(Number(name), 1);
  else if (isJson(parent)) delete parent[name];
}
