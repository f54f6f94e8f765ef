import { mapPool } from '../../common/pool.js';
import type { KubernetesObject } from '../../constructs/kubernetes-object.js';
import { failureIn } from '../../kube/api-failure.js';
import { type RequiredObject, requiredObjects } from '../../synth/required-objects.js';
import type { Health } from '../health/health.js';
import { readObject } from '../plan/read-live.js';
import type { Session } from '../session/session.js';
import { keyOf, type ObjectRef } from '../set/object-ref.js';
import type { ObjectStatus } from './object-status.js';

/**
 * Secrets and ConfigMaps that the objects refer to and that somebody else makes: whether they are there, with all keys.
 *
 * @param members keys of what the set itself makes
 */
export async function requiredStatus(
  session: Session,
  objects: readonly KubernetesObject[],
  members: ReadonlySet<string>,
): Promise<readonly ObjectStatus[]> {
  const required = requiredObjects(objects, session.set.namespace)
    .map((object) => ({ ...object, ref: refOfRequired(object) }))
    .filter(({ ref }) => !members.has(keyOf(ref)));
  return await mapPool(
    required,
    session.concurrency,
    async ({ ref, keys }) => {
      const health = await healthOfRequired(session, ref, keys);
      const next = health.state === 'Current' ? undefined : nextOfRequired(ref, health, keys);
      return { object: ref, health, ...(next ? { next } : {}) };
    },
    session.signal,
  );
}

function nextOfRequired({ kind, namespace, name }: ObjectRef, { reason }: Health, keys: readonly string[]) {
  const where = `-n ${namespace} ${name}`;
  const isSecret = kind === 'Secret';
  if (reason === 'MissingKeys') {
    return `kubectl edit ${kind.toLowerCase()} ${where}, and add it below ${isSecret ? 'stringData' : 'data'}`;
  }
  const make = isSecret ? 'kubectl create secret generic' : 'kubectl create configmap';
  return `${make} ${where}${keys.map((key) => ` ${valueFlag(key)}`).join('')}`;
}

/** What stands for the value is no word of a shell, so that nobody sends it as it is. Keys with a dot name files. */
const valueFlag = (key: string) =>
  key.includes('.') ? `--from-file=${key}=<file>` : `--from-literal=${key}=<${key}>`;

const refOfRequired = ({ kind, namespace, name }: RequiredObject): ObjectRef => ({
  group: '',
  version: 'v1',
  kind,
  namespace,
  name,
});

async function healthOfRequired(session: Session, ref: ObjectRef, keys: readonly string[]): Promise<Health> {
  try {
    const live = await readObject(session, ref);
    if (!live) return { state: 'Failed', reason: 'Missing', message: 'is not there, and pods wait for it' };
    const has = { ...(live['data'] as object | undefined), ...(live['binaryData'] as object | undefined) };
    const missing = keys.filter((key) => !Object.hasOwn(has, key));
    if (missing.length === 0) return { state: 'Current', reason: 'Current', message: 'is there' };
    return { state: 'Failed', reason: 'MissingKeys', message: `has no ${missing.join(', ')}` };
  } catch (error) {
    if (failureIn(error)?.status !== 403) throw error;
    return {
      state: 'Current',
      reason: 'Unreadable',
      message: 'may not be read by this account',
      warning: true,
    };
  }
}
