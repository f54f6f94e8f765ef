import type { ApiCall } from '../../cluster/front.js';
import { isJson, type Json } from '../fields/field-type.js';
import type { KindRegistry } from '../kinds/kind-registry.js';
import type { ServedKind } from '../kinds/kinds.js';
import type { User } from '../rules/users.js';
import { badRequest, noSuchPage } from './refusal.js';

/** What an account does to a resource, in the words of roles. */
export type Verb = 'get' | 'list' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection';

/** A request for objects. */
export interface ObjectRequest {
  readonly call: ApiCall;
  readonly user: User;
  readonly verb: Verb;
  readonly kind: ServedKind;
  /** Undefined for cluster-scoped kinds, and for lists over all namespaces. */
  readonly namespace: string | undefined;
  /** Empty for collections. */
  readonly name: string;
  /** Empty for the object itself. */
  readonly subresource: string;
  readonly dryRun: boolean;
  /** What else the client should know. */
  readonly warnings: string[];
}

const VERBS: Readonly<Record<string, Verb>> = {
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

/**
 * Reads the address of objects: `/api/v1/…` or `/apis/<group>/<version>/…`.
 *
 * @throws Refusal when nothing is served there
 */
export function objectRequest(call: ApiCall, user: User, kinds: KindRegistry): ObjectRequest {
  const parts = call.path
    .split('/')
    .filter((text) => text !== '')
    .map(decodeURIComponent);
  const [root, ...rest] = parts;
  const [group, version] = root === 'api' ? ['', rest.shift()] : [rest.shift() ?? '', rest.shift()];
  let namespace: string | undefined;
  // The namespace itself is an object too.
  if (rest[0] === 'namespaces' && rest.length > 2 && !(rest.length === 3 && rest[2] === 'status')) {
    namespace = rest[1];
    rest.splice(0, 2);
  }
  const [plural = '', name = '', subresource = '', ...more] = rest;
  const kind = kinds.at(group ?? '', version ?? '', plural);
  if (!kind || (namespace !== undefined && !kind.namespaced)) throw noSuchPage();
  const isProxy = plural === 'pods' && subresource === 'proxy';
  if (!isProxy && (more.length > 0 || (subresource !== '' && !kind.subresources.includes(subresource)))) {
    throw noSuchPage();
  }
  const write = VERBS[call.method];
  const reads = name === '' ? 'list' : 'get';
  const verb = write === 'delete' && name === '' ? 'deletecollection' : (write ?? reads);
  return {
    call,
    user,
    verb,
    kind,
    namespace,
    name,
    subresource,
    dryRun: isDryRun(call),
    warnings: [],
  };
}

function isDryRun({ query }: ApiCall): boolean {
  const values = query.getAll('dryRun');
  for (const value of values) {
    if (value !== 'All') {
      throw badRequest(
        `invalid dryRun: Unsupported value: ${JSON.stringify(value)}: supported values: "All"`,
      );
    }
  }
  return values.length > 0;
}

/** The object whose name counts for access: a list of one name is a request for it. */
export function accessName({ name, verb, call }: ObjectRequest): string {
  if (verb !== 'list' && verb !== 'deletecollection') return name;
  const selector = call.query.get('fieldSelector') ?? '';
  return /(?:^|,)metadata\.name==?([^,]+)/.exec(selector)?.[1] ?? name;
}

/** The body as JSON. */
export function bodyOf({ body }: ApiCall): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (error) {
    throw badRequest(`the object provided is unrecognized (must be of type JSON): ${String(error)}`);
  }
}

/** The body as an object. */
export function objectIn(call: ApiCall): Json {
  const body = bodyOf(call);
  if (!isJson(body)) throw badRequest('the object provided is unrecognized (must be an object)');
  return body;
}

/** Who writes, as `managedFields` records it: the parameter, or what stands before the slash in the user agent. */
export function fieldManagerOf({ query, headers }: ApiCall): string {
  return query.get('fieldManager') || (headers['user-agent'] ?? 'unknown').split('/')[0]!;
}
