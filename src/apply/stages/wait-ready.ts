import { OpniLoggingError } from '../../common/error.js';
import { mapPool } from '../../common/pool.js';
import type { KubernetesObject } from '../../constructs/kubernetes-object.js';
import { healthOf } from '../health/health.js';
import { readObject } from '../plan/read-live.js';
import type { PendingObject } from '../session/engine-events.js';
import type { Report } from '../session/report.js';
import type { Session } from '../session/session.js';
import { describeRef, type ObjectRef, refOf } from '../set/object-ref.js';
import { nextStep } from '../status/next-step.js';
import { type ObjectStatus, objectStatus } from '../status/object-status.js';

const FIRST_POLL_MS = 50;
const LAST_POLL_MS = 1000;

/**
 * Waits until definitions are established and their kinds are served. The one does not follow from the other: an API
 * server shows a new kind a little later, and each of several at its own time.
 *
 * @throws OpniLoggingError `cluster` when a definition is refused, or the time is over
 */
export async function waitForDefinitions(
  session: Session,
  report: Report,
  definitions: readonly KubernetesObject[],
  timeoutMs: number,
): Promise<void> {
  await waitFor(
    session,
    report,
    'definitions are established',
    definitions,
    timeoutMs,
    async (definition) => {
      const ref = refOf(definition);
      const live = await readObject(session, ref);
      const health = healthOf(live, session.clock.wallMs());
      if (health.state === 'Failed') throw refused(ref, { health, next: nextStep(ref, health, undefined) });
      return health.state === 'Current' ? undefined : health.message;
    },
  );
  const { discovery } = session.cluster;
  await discovery.refresh(session.signal);
  let first = true;
  await waitFor(
    session,
    report,
    'the kinds are served',
    definitions,
    timeoutMs,
    async (definition) => {
      const { group, names, versions } = definition['spec'] as {
        readonly group: string;
        readonly names: { readonly kind: string };
        readonly versions: readonly { readonly name: string; readonly served: boolean }[];
      };
      // Nobody can tell while the group does not answer; its objects are told with that reason when they are sent.
      if (discovery.brokenGroups().has(group)) return undefined;
      for (const { name } of versions.filter(({ served }) => served)) {
        if (await discovery.find(`${group}/${name}`, names.kind, session.signal)) continue;
        return `${names.kind} ${group}/${name} is not served yet`;
      }
      return undefined;
    },
    {
      before: async () => {
        if (!first) await discovery.refresh(session.signal);
        first = false;
      },
    },
  );
}

/**
 * Waits until workloads run.
 *
 * @throws OpniLoggingError `cluster` when one fails, or the time is over
 */
export async function waitForWorkloads(
  session: Session,
  report: Report,
  workloads: readonly KubernetesObject[],
  timeoutMs: number,
): Promise<void> {
  await waitFor(
    session,
    report,
    'what custom resources need is running',
    workloads,
    timeoutMs,
    async (workload) => {
      const ref = refOf(workload);
      const live = await readObject(session, ref);
      const health = healthOf(live, session.clock.wallMs());
      if (health.state === 'Failed') throw refused(ref, await objectStatus(session, ref, live, workloads));
      return health.state === 'Current' ? undefined : health.message;
    },
    {
      explain: async (workload) => {
        const ref = refOf(workload);
        return objectStatus(session, ref, await readObject(session, ref), workloads);
      },
    },
  );
}

interface WaitHooks {
  /** Called before each look. */
  readonly before?: () => Promise<void>;
  /** What keeps an object, in more words than a look at it gives. */
  readonly explain?: (object: KubernetesObject) => Promise<ObjectStatus>;
}

async function waitFor(
  session: Session,
  report: Report,
  reason: string,
  objects: readonly KubernetesObject[],
  timeoutMs: number,
  check: (object: KubernetesObject) => Promise<string | undefined>,
  { before, explain }: WaitHooks = {},
): Promise<void> {
  const { clock, signal, concurrency } = session;
  const until = clock.now() + timeoutMs;
  let told = '';
  let left = objects;
  for (let pollMs = FIRST_POLL_MS; left.length > 0; pollMs = Math.min(pollMs * 1.5, LAST_POLL_MS)) {
    await before?.();
    const states = await mapPool(
      left,
      concurrency,
      async (object) => ({ object, message: await check(object) }),
      signal,
    );
    const waiting = states.flatMap(({ object, message }) =>
      message === undefined ? [] : [{ object, message }],
    );
    left = waiting.map(({ object }) => object);
    if (left.length === 0) return;
    const pending: PendingObject[] = waiting.map(({ object, message }) => ({
      object: refOf(object),
      message,
    }));
    const text = pending.map(({ object, message }) => `${describeRef(object)}: ${message}`).join('\n');
    if (text !== told) report.tell({ type: 'waiting', reason: `until ${reason}`, pending });
    told = text;
    if (clock.now() >= until) {
      const statuses = await Promise.all(left.map(async (object) => explain?.(object)));
      throw late(reason, pending, statuses, timeoutMs);
    }
    await clock.sleep(pollMs, signal);
  }
}

function refused(
  ref: ObjectRef,
  { health: { message }, next }: Pick<ObjectStatus, 'health' | 'next'>,
): OpniLoggingError {
  const path = describeRef(ref);
  return new OpniLoggingError('cluster', `${path} ${message}`, { problems: [{ path, message, fix: next }] });
}

function late(
  reason: string,
  pending: readonly PendingObject[],
  statuses: readonly (ObjectStatus | undefined)[],
  timeoutMs: number,
): OpniLoggingError {
  const waited = `waited in vain for ${Math.round(timeoutMs / 1000)} s until ${reason}`;
  const problems = pending.map(({ object, message }, index) => {
    const status = statuses[index];
    return {
      path: describeRef(object),
      message: `${status?.health.message ?? message} (${waited})`,
      fix: `${status?.next ? `${status.next}; then` : 'see why, then'} apply again; a longer --timeout may do`,
    };
  });
  return new OpniLoggingError('cluster', waited, { problems });
}
