import { failureOf } from '../../kube/api-failure.js';
import { readObject } from '../plan/read-live.js';
import type { Report } from '../session/report.js';
import type { Session } from '../session/session.js';
import { FIELD_MANAGER } from '../set/marks.js';
import { apiVersionOfRef } from '../set/object-ref.js';
import type { GoingObject } from './wait-gone.js';

/** Takes named finalizers away from objects that are being deleted. Other finalizers stay. */
export async function stripFinalizers(
  session: Session,
  report: Report,
  stuck: readonly GoingObject[],
  names: readonly string[],
): Promise<void> {
  for (const { ref, uid } of stuck) {
    const live = await readObject(session, ref);
    if (live?.metadata.uid !== uid || !live.metadata.deletionTimestamp) continue;
    const before = live.metadata.finalizers ?? [];
    const after = before.filter((name) => !names.includes(name));
    if (after.length === before.length) continue;
    const { cluster, signal } = session;
    const resource = await cluster.discovery.find(apiVersionOfRef(ref), ref.kind, signal);
    if (!resource) continue;
    const answer = await cluster.patchJson(
      resource,
      ref.namespace,
      ref.name,
      [
        { op: 'test', path: '/metadata/uid', value: uid },
        { op: 'test', path: '/metadata/finalizers', value: before },
        { op: 'replace', path: '/metadata/finalizers', value: after },
      ],
      { fieldManager: FIELD_MANAGER },
    );
    const failure = failureOf(answer);
    const removed = before.filter((name) => names.includes(name)).join(', ');
    const message = failure
      ? `the finalizers ${removed} could not be taken away: ${failure.message}`
      : `took the finalizers ${removed} away; what they stood for was not done`;
    report.tell({ type: 'warning', message, object: ref });
  }
}
