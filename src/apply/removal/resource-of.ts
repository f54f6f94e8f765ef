import type { ApiResource } from '../../kube/resource.js';
import type { Session } from '../session/session.js';
import { apiVersionOfRef, type ObjectRef } from '../set/object-ref.js';

/** Finds the kind of an object that may be known in another version by now. One refresh, then its absence counts. */
export async function resourceOf(
  { cluster, signal }: Session,
  ref: Pick<ObjectRef, 'group' | 'version' | 'kind'>,
): Promise<ApiResource | 'unserved' | 'unknown'> {
  const { discovery } = cluster;
  const find = async () =>
    (await discovery.find(apiVersionOfRef(ref), ref.kind, signal)) ??
    (await discovery.findKind(ref.group, ref.kind, signal));
  const first = await find();
  if (first) return first;
  await discovery.refresh(signal);
  const second = await find();
  if (second) return second;
  return discovery.brokenGroups().has(ref.group) ? 'unknown' : 'unserved';
}
