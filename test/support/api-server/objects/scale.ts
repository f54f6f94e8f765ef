import { isJson, type Json } from '../fields/field-type.js';
import { groupKind } from '../kinds/kinds.js';
import { notFound, staleVersion } from '../requests/refusal.js';
import { bodyOf, type ObjectRequest } from '../requests/request.js';
import type { World } from '../requests/world.js';
import { jsonPatch, mergePatch } from './json-patch.js';
import type { ObjectPatcher } from './object-patcher.js';
import type { StoredObject } from './store.js';

/** The number of pods of an object, as a thing of its own. */
function scaleOf({ metadata, spec, status }: StoredObject): Json {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = metadata;
  const { replicas, selector } = spec as {
    readonly replicas?: number;
    readonly selector?: { readonly matchLabels?: Json };
  };
  const labels = Object.entries(selector?.matchLabels ?? {}).map(([label, value]) => `${label}=${value}`);
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: replicas ?? 0 },
    status: { replicas: (status as Json | undefined)?.['replicas'] ?? 0, selector: labels.join(',') },
  };
}

function liveOf({ store }: World, { kind, namespace, name }: ObjectRequest): StoredObject {
  const live = store.get(groupKind(kind), namespace, name);
  if (!live) throw notFound(kind, name);
  return live;
}

export const readScale = (world: World, request: ObjectRequest): Json => scaleOf(liveOf(world, request));

/** Changes the number of pods. Whoever does so owns it, and is recorded with the subresource. */
export function writeScale(world: World, patcher: ObjectPatcher, request: ObjectRequest): Json {
  const live = liveOf(world, request);
  const before = scaleOf(live);
  const { call, kind, name } = request;
  const body = bodyOf(call);
  const isJsonPatch = call.headers['content-type']?.startsWith('application/json-patch');
  const next = (
    call.method === 'PUT' ? body : isJsonPatch ? jsonPatch(before, body) : mergePatch(before, body)
  ) as Json;
  const { resourceVersion } = (isJson(next['metadata']) ? next['metadata'] : {}) as {
    readonly resourceVersion?: string;
  };
  if (resourceVersion && resourceVersion !== live.metadata.resourceVersion) throw staleVersion(kind, name);
  const { replicas = 0 } = (isJson(next['spec']) ? next['spec'] : {}) as { readonly replicas?: number };
  const changed = { ...live, spec: { ...(live['spec'] as Json), replicas } };
  return scaleOf(patcher.update(request, live, changed).object);
}
