import type { LiveObject } from '../../kube/live-object.js';
import type { DeleteOptions, Drain } from '../delete.js';
import type { Report } from '../session/report.js';
import type { Session } from '../session/session.js';
import { type RemoveAllResult, removeAll } from './remove-all.js';
import type { Candidate, RemovalRules } from './remove-object.js';
import { stripFinalizers } from './strip-finalizers.js';
import { TEARDOWN, type TeardownStep } from './teardown.js';

/** An object of a set that is to go. */
export interface DoomedMember {
  readonly candidate: Candidate;
  readonly live: LiveObject | undefined;
  readonly step: TeardownStep;
}

const DEFAULT_WAIT_MS = 300_000;
const DEFAULT_DRAIN_MS = 120_000;
const DRAIN_POLL_MS = 2000;

/** Asks the API server step by step, as a deletion would, and changes nothing. */
export async function previewTakeDown(
  session: Session,
  report: Report,
  members: readonly DoomedMember[],
  options: DeleteOptions,
): Promise<void> {
  const groups = TEARDOWN.map((step) => membersIn(members, step));
  const rules = { ...rulesOf('config', options, async () => {}), dryRun: true };
  await removeAll(session, report, groups, { action: 'deleted', timeoutMs: 0, rules });
}

/**
 * Removes the members of a set, step by step; after a failure no further step is begun.
 *
 * @param fence called before each deletion; throws to stop
 */
export async function takeDown(
  session: Session,
  report: Report,
  members: readonly DoomedMember[],
  options: DeleteOptions,
  fence: () => Promise<void>,
): Promise<RemoveAllResult> {
  const remaining: { candidate: Candidate; kept: boolean }[] = [];
  let complete = true;
  for (const step of TEARDOWN) {
    const group = membersIn(members, step);
    if (!complete) {
      remaining.push(...group.map((candidate) => ({ candidate, kept: false })));
      continue;
    }
    if (group.length > 0)
      report.tell({ type: 'step', step: 'delete', message: `deleting ${STEP_TEXT[step]}` });
    const done = await removeAll(session, report, [group], {
      action: 'deleted',
      timeoutMs: options.waitMs ?? DEFAULT_WAIT_MS,
      rules: rulesOf(step, options, fence),
      onStuck: options.stripFinalizers?.length
        ? (stuck) => stripFinalizers(session, report, stuck, options.stripFinalizers!)
        : undefined,
    });
    complete = done.complete;
    remaining.push(...done.remaining);
    if (step === 'intake' && complete && options.drain && members.some(isReceiver)) {
      const live = members.flatMap((member) => member.live ?? []);
      await drain(session, report, live, options.drain);
    }
  }
  return { remaining, complete };
}

const membersIn = (members: readonly DoomedMember[], wanted: TeardownStep): Candidate[] =>
  members.filter(({ step }) => step === wanted).map(({ candidate }) => candidate);

/** Something that records in flight still need. */
const isReceiver = ({ step }: DoomedMember) => step === 'custom-resources' || step === 'workloads';

const STEP_TEXT: Readonly<Record<TeardownStep, string>> = {
  intake: 'what takes records in',
  'custom-resources': 'custom resources, while their operator lives',
  webhooks: 'webhooks',
  workloads: 'workloads',
  config: 'configuration',
  access: 'accounts and roles',
  definitions: 'definitions',
  namespaces: 'namespaces',
};

function rulesOf(
  step: TeardownStep,
  { definitions, namespaces, volumes }: DeleteOptions,
  fence: () => Promise<void>,
): RemovalRules {
  return {
    appliedUids: new Set(),
    definitions,
    namespaces,
    volumes,
    // Pods may need what they use until they have ended.
    propagation: step === 'workloads' || step === 'intake' ? 'Foreground' : 'Background',
    fence,
  };
}

async function drain(
  session: Session,
  report: Report,
  members: readonly LiveObject[],
  { remaining, timeoutMs = DEFAULT_DRAIN_MS }: Drain,
): Promise<void> {
  const { clock, signal } = session;
  const until = clock.now() + timeoutMs;
  let told: string | undefined;
  for (;;) {
    const left = await remaining(session.cluster, members, signal);
    if (left === undefined) {
      report.tell({ type: 'step', step: 'drain', message: 'everything on its way has arrived' });
      return;
    }
    if (clock.now() >= until) {
      report.tell({
        type: 'warning',
        message: `after ${Math.round(timeoutMs / 1000)} s ${left}; what lies on disk stays there`,
      });
      return;
    }
    if (left !== told) report.tell({ type: 'step', step: 'drain', message: left });
    told = left;
    await clock.sleep(Math.min(DRAIN_POLL_MS, until - clock.now()), signal);
  }
}
