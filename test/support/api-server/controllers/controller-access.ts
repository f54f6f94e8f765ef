import type { ApiReply } from '../../cluster/front.js';
import type { Json } from '../fields/field-type.js';
import { apiVersionOf, type ServedKind } from '../kinds/kinds.js';

/** Sends a request of a controller inside of the cluster, which may do everything. */
export type Send = (
  manager: string,
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body?: unknown,
) => ApiReply;

/** Address of the objects of a kind, or of one. */
export function addressOf(kind: ServedKind, namespace: string | undefined, name?: string): string {
  const root = kind.group === '' ? '/api' : '/apis';
  const within = kind.namespaced && namespace !== undefined ? `/namespaces/${namespace}` : '';
  return `${root}/${apiVersionOf(kind)}${within}/${kind.plural}${name === undefined ? '' : `/${name}`}`;
}

/** Merges fields into the status of an object, and annotations with them. */
export function writeStatus(
  send: Send,
  manager: string,
  kind: ServedKind,
  { metadata }: { readonly metadata: { readonly name: string; readonly namespace?: string } },
  status: Json,
  annotations?: Json,
): void {
  const path = `${addressOf(kind, metadata.namespace, metadata.name)}/status`;
  const reply = send(manager, 'PATCH', path, {
    status,
    ...(annotations ? { metadata: { annotations } } : {}),
  });
  if (reply.status >= 400)
    throw new Error(`status of ${kind.kind} ${metadata.name}: ${JSON.stringify(reply.body)}`);
}
