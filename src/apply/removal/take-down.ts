import type { LiveObject } from '../../kube/live-object.js';
import type { Report } from '../session/report.js';
import { DEFAULT_WAIT_MS, type Session } from '../session/session.js';
import { type Drain, waitForDrain } from './drain.js';
import { type RemoveAllResult, removeAll } from './remove-all.js';
import type { Candidate, RemovalRules } from './remove-object.js';
import { stripFinalizers } from './strip-finalizers.js';
import { TEARDOWN, type TeardownStep } from './teardown.js';

/** What goes with a set, and how. */
export interface TakeDownOptions {
  /** Also deletes definitions that nobody has objects of. @default false */
  readonly definitions?: boolean;
  /** Also deletes namespaces that the set made and that hold nothing else. @default false */
  readonly namespaces?: boolean;
  /** Also deletes volume claims of the set, and the data on them. @default false */
  readonly volumes?: boolean;
  /** How long to wait for each step, in milliseconds. @default 300000 */
  readonly waitMs?: number;
  /** Called between the end of the intake and the end of the rest. @default none */
  readonly drain?: Drain;
  /**
   * Finalizers that are taken away from objects that are stuck when the time is over, because whoever should do so is
   * gone for good.
   * @default []
   */
  readonly stripFinalizers?: readonly string[];
}

/** An object of a set that is to go. */
export interface DoomedMember {
  readonly candidate: Candidate;
  readonly live: LiveObject | undefined;
  readonly step: TeardownStep;
}

/** Asks the API server step by step, as a deletion would, and changes nothing. */
export async function previewTakeDown(
  session: Session,
  report: Report,
  members: readonly DoomedMember[],
  options: TakeDownOptions,
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
  options: TakeDownOptions,
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
      await waitForDrain(session, report, live, options.drain);
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
  { definitions, namespaces, volumes }: TakeDownOptions,
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
