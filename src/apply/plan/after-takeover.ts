import { failureOf } from '../../kube/api-failure.js';
import type { PatchOperation } from '../../kube/cluster.js';
import type { LiveObject, ManagedFieldsEntry } from '../../kube/live-object.js';
import type { ApiResource } from '../../kube/resource.js';
import { withoutLeaving } from '../fields/leaving-fields.js';
import type { Session } from '../session/session.js';
import { FIELD_MANAGER } from '../set/marks.js';

type Fields = Readonly<Record<string, unknown>>;

/**
 * An object as it will be when the fields of former appliers are taken over and then applied. What only they declared
 * goes; where the API server has a default for it, that comes instead, so it is asked.
 *
 * @param after what a dry run made of the object before anything is taken over
 * @param from whose fields are taken over
 */
export async function afterTakeover(
  { cluster, signal }: Session,
  resource: ApiResource,
  live: LiveObject,
  after: LiveObject,
  from: (entry: ManagedFieldsEntry) => boolean,
): Promise<LiveObject> {
  const reduced = withoutLeaving(after, from);
  if (reduced === after) return after;
  const { namespace, name } = live.metadata;
  const options = { fieldManager: FIELD_MANAGER, dryRun: true, signal };
  const answer = await cluster.patchJson(resource, namespace, name, operationsTo(live, reduced), options);
  if (failureOf(answer)) return reduced;
  const { metadata, ...rest } = answer.body as LiveObject;
  return { ...rest, metadata: { ...metadata, managedFields: reduced.metadata.managedFields } } as LiveObject;
}

/** Operations that give an object other contents, but for what the server keeps for itself. */
function operationsTo(live: LiveObject, wanted: LiveObject): PatchOperation[] {
  const contents = ({ apiVersion: _, kind: __, metadata: ___, status: ____, ...rest }: Fields) => rest;
  const marks = ({ metadata: { labels, annotations } }: LiveObject) => ({ labels, annotations });
  return [
    ...operationsAt('', contents(live), contents(wanted)),
    ...operationsAt('/metadata', marks(live), marks(wanted)),
  ];
}

function operationsAt(path: string, before: Fields, after: Fields): PatchOperation[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.flatMap((name): PatchOperation[] => {
    const at = `${path}/${name}`;
    if (after[name] !== undefined) return [{ op: 'add', path: at, value: after[name] }];
    return before[name] === undefined ? [] : [{ op: 'remove', path: at }];
  });
}
