import { mapPool } from '../../common/pool.js';
import { failureIn } from '../../kube/api-failure.js';
import type { LiveObject } from '../../kube/live-object.js';
import { STAGES } from '../../synth/stages.js';
import type { Session } from '../session/session.js';
import { isMemberByLabel, PART_OF_LABEL } from '../set/marks.js';
import { groupKindOfRef, type ObjectRef } from '../set/object-ref.js';

/** Kinds that are read one by one, so that others of their kind were not seen. */
const READ_SINGLY: ReadonlySet<string> = new Set(['Secret']);

/**
 * Objects with the label of the set, of all kinds that sets are made of: what is left to go by when there is no
 * inventory. Kinds that may not be listed are left out.
 *
 * @param refs objects that were read before; others of their kind in their namespace are known already
 * @param namespaces where to look
 * @param everywhere looks in all other namespaces too, for kinds of which all objects may be listed
 */
export async function findMembers(
  session: Session,
  refs: readonly ObjectRef[],
  namespaces: ReadonlySet<string>,
  { everywhere = false }: { readonly everywhere?: boolean } = {},
): Promise<readonly LiveObject[]> {
  const { cluster, setId, signal, concurrency } = session;
  const listed = new Set(refs.filter((ref) => !READ_SINGLY.has(groupKindOfRef(ref))).map(placeOf));
  const known = new Set(STAGES.flatMap(({ kinds }) => kinds));
  const resources = (await cluster.discovery.all(signal)).filter((resource) => {
    const groupKind = groupKindOfRef(resource);
    return known.has(groupKind) && resource.verbs.includes('list');
  });
  const places = resources.flatMap((resource) => {
    // Where not all of a kind may be listed, the namespaces are what is left to look in.
    const within = resource.namespaced ? [...namespaces, ...(everywhere ? [undefined] : [])] : [undefined];
    return within
      .filter((namespace) => !listed.has(placeOf({ ...resource, namespace })))
      .map((namespace) => ({ resource, namespace }));
  });
  const lists = await mapPool(
    places,
    concurrency,
    async ({ resource, namespace }) => {
      const labelSelector = `${PART_OF_LABEL}=${setId}`;
      // Values of Secrets are nobody's business here.
      const metadataOnly = groupKindOfRef(resource) === 'Secret';
      try {
        return (await cluster.list(resource, { namespace, labelSelector, metadataOnly, signal })).items;
      } catch (error) {
        if (failureIn(error)?.status === 403) return [];
        throw error;
      }
    },
    signal,
  );
  const members = lists.flat().filter((live) => isMemberByLabel(live, setId));
  return [...new Map(members.map((live) => [live.metadata.uid, live])).values()];
}

/** A kind in one namespace. */
const placeOf = ({ namespace = '', ...ref }: Pick<ObjectRef, 'group' | 'kind' | 'namespace'>) =>
  `${groupKindOfRef(ref)} ${namespace}`;
