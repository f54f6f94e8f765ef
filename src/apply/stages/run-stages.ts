import { messageOf, OpniLoggingError } from '../../common/error.js';
import { mapPool } from '../../common/pool.js';
import { groupKindOf, type KubernetesObject } from '../../constructs/kubernetes-object.js';
import type { ApiResource } from '../../kube/resource.js';
import type { StageName } from '../../synth/stages.js';
import { type Decision, isQuiet } from '../plan/decision.js';
import { definedKinds, isDefinition, kindKey } from '../plan/defined-kinds.js';
import type { ConflictPolicy } from '../plan/policy.js';
import { waitUntilGone } from '../removal/wait-gone.js';
import type { Report } from '../session/report.js';
import type { Session } from '../session/session.js';
import { keyOf, refOf } from '../set/object-ref.js';
import { applyObject, type Failure } from './apply-object.js';
import { type Batch, batchesOf } from './batches.js';
import { makeRoom } from './recreate.js';
import { waitForDefinitions, waitForWorkloads } from './wait-ready.js';

/** Options of {@link runStages}. */
export interface StagesOptions {
  readonly conflicts: ConflictPolicy;
  /** In milliseconds. */
  readonly waitMs: number;
}

/** What a run needs of its caller. */
export interface StageHooks {
  /** Called before each write; throws when the lock is lost. */
  readonly fence: () => Promise<void>;
  /** Notes down that an object is about to be deleted and made anew. */
  readonly journal: (key: string) => Promise<void>;
}

/** The stages of one plan. */
export interface StageRun {
  /** Makes one namespace ahead of all else. */
  makeNamespace(name: string): Promise<void>;
  run(hooks: StageHooks): Promise<void>;
  /** UIDs of the objects that are in the cluster as wanted, or that the set left alone, by `keyOf`. */
  readonly uids: ReadonlyMap<string, string>;
}

/** Label value of workloads that act upon custom resources. */
const OPERATOR = 'operator';

/** Prepares the stages of a plan. Nothing is sent before `run`. */
export function runStages(
  session: Session,
  report: Report,
  decisions: readonly Decision[],
  options: StagesOptions,
): StageRun {
  return new Stages(session, report, decisions, options);
}

class Stages implements StageRun {
  readonly uids = new Map<string, string>();
  readonly #done = new Set<Decision>();
  readonly #failed = new Set<Decision>();
  readonly #absentNamespaces = new Set<string>();
  /** Kinds whose definition changes in this run. */
  readonly #redefined: ReadonlySet<string>;
  #broken: StageName | undefined;

  constructor(
    private readonly session: Session,
    private readonly report: Report,
    private readonly decisions: readonly Decision[],
    private readonly options: StagesOptions,
  ) {
    const written = decisions.filter(({ action }) => !isQuiet(action));
    this.#redefined = definedKinds(written.map(({ object }) => object));
  }

  async makeNamespace(name: string): Promise<void> {
    const decision = this.decisions.find(
      ({ object }) => groupKindOf(object) === 'Namespace' && object.metadata.name === name,
    );
    if (!decision) return;
    await this.#one(decision, undefined);
    if (this.uids.has(keyOf(refOf(decision.object))) && !this.#failed.has(decision)) return;
    const [problem] = this.report.problems;
    throw new OpniLoggingError(
      'cluster',
      `Namespace ${name} could not be made, and nothing else was changed.`,
      {
        problems: problem ? [problem] : [],
      },
    );
  }

  async run(hooks: StageHooks): Promise<void> {
    let stage: StageName | undefined;
    let told: StageName | undefined;
    for (const batch of batchesOf(this.decisions)) {
      if (batch.stage !== stage) await this.#enter(batch.stage);
      stage = batch.stage;
      const writes = batch.decisions.some(({ action }) => !isQuiet(action));
      if (writes && !this.#broken && told !== stage) {
        this.report.tell({ type: 'step', step: 'stage', stage, message: `stage ${stage}` });
        told = stage;
      }
      await mapPool(
        batch.decisions,
        this.session.concurrency,
        (decision) => this.#one(decision, hooks),
        this.session.signal,
      );
      await this.#leave(batch);
    }
  }

  /** Waits for what the stage needs of the earlier ones. */
  async #enter(stage: StageName): Promise<void> {
    if (this.#broken || stage !== 'logging') return;
    const custom = this.decisions.some(({ object, action }) => isCustom(object) && !isQuiet(action));
    const operators = this.decisions.filter(({ object }) => isOperator(object)).map(({ object }) => object);
    if (!custom || operators.length === 0) return;
    await this.#orBroken('workloads', () =>
      waitForWorkloads(this.session, this.report, operators, this.options.waitMs),
    );
  }

  async #leave({ stage, decisions }: Batch): Promise<void> {
    if (decisions.some((decision) => this.#failed.has(decision))) this.#broken ??= stage;
    const definitions = decisions
      .filter(({ object }) => isDefinition(object))
      .filter(({ object, action }) => action !== 'unchanged' || this.#definesUnserved(object))
      .map(({ object }) => object);
    if (this.#broken || definitions.length === 0) return;
    await this.#orBroken(stage, () =>
      waitForDefinitions(this.session, this.report, definitions, this.options.waitMs),
    );
  }

  /** An earlier run may have ended between a definition and the moment from which its kind is served. */
  #definesUnserved(definition: KubernetesObject): boolean {
    const kinds = definedKinds([definition]);
    return this.decisions.some(({ object, resource }) => !resource && kinds.has(kindKey(refOf(object))));
  }

  async #orBroken(stage: StageName, wait: () => Promise<void>): Promise<void> {
    try {
      await wait();
    } catch (error) {
      if (!(error instanceof OpniLoggingError)) throw error;
      this.#broken = stage;
      const problems = error.problems.length > 0 ? error.problems : [{ message: messageOf(error) }];
      for (const problem of problems) this.report.problem(problem);
    }
  }

  async #one(decision: Decision, hooks: StageHooks | undefined): Promise<void> {
    if (this.#done.has(decision)) return;
    this.#done.add(decision);
    const ref = refOf(decision.object);
    const { action, live, message, fields, fix } = decision;
    if (live && decision.member) this.uids.set(keyOf(ref), live.metadata.uid);
    if (isQuiet(action)) {
      this.report.object(action, ref, { message, fields, fix });
      if (action === 'failed') this.#failed.add(decision);
      return;
    }
    if (this.#broken) {
      this.report.object('skipped', ref, { message: `the stage ${this.#broken} before it failed` });
      return;
    }
    const { namespace } = decision.object.metadata;
    if (namespace !== undefined && this.#absentNamespaces.has(namespace)) {
      this.report.object('skipped', ref, { message: `Namespace ${namespace} could not be made` });
      return;
    }
    const resource = decision.resource ?? (await this.#find(decision.object));
    if (!resource) {
      const broken = this.session.cluster.discovery.brokenGroups().has(ref.group);
      this.#fail(decision, {
        message: `the API group ${ref.group} ${broken ? 'does not answer' : `has no ${ref.kind} in ${ref.version}`}`,
        fix: broken ? 'see why its APIService is not available' : 'see the definition of the kind',
      });
      return;
    }
    if (action === 'await-gone' && !(await this.#awaitGone(decision))) return;
    if (action === 'recreate' && hooks && !(await this.#makeRoom(decision, resource, hooks))) return;
    // What comes before may have taken minutes.
    await hooks?.fence();
    await this.#send(decision, resource);
  }

  #find({ apiVersion, kind }: KubernetesObject): Promise<ApiResource | undefined> {
    return this.session.cluster.discovery.find(apiVersion, kind, this.session.signal);
  }

  async #send(decision: Decision, resource: ApiResource): Promise<void> {
    const ref = refOf(decision.object);
    const redefined = this.#redefined.has(kindKey(ref));
    const { conflicts } = this.options;
    const done = await applyObject(this.session, this.report, decision, resource, { conflicts, redefined });
    if (done === 'conflict') return;
    if ('uid' in done) this.uids.set(keyOf(ref), done.uid);
    else this.#fail(decision, done.failure);
  }

  /** Waits for an object of the same name that somebody deleted. */
  async #awaitGone(decision: Decision): Promise<boolean> {
    const going = [{ ref: refOf(decision.object), uid: decision.live!.metadata.uid }];
    const reason = 'until what is being deleted is gone, to make it anew';
    const stuck = await waitUntilGone(this.session, this.report, going, {
      reason,
      timeoutMs: this.options.waitMs,
    });
    if (stuck.length === 0) return true;
    const message = `is being deleted and ${stuck[0]!.message}`;
    this.#fail(decision, { message, fix: 'let it go, then run again' });
    return false;
  }

  async #makeRoom(decision: Decision, resource: ApiResource, hooks: StageHooks): Promise<boolean> {
    const refused = this.#failed.size > 0 || this.decisions.some(({ action }) => action === 'failed');
    const problem = refused
      ? {
          message: 'it is not made anew while other objects are refused',
          fix: 'mend the other objects first',
        }
      : await makeRoom(this.session, this.report, decision, resource, {
          ...hooks,
          waitMs: this.options.waitMs,
        });
    if (!problem) return true;
    const { message, fields } = decision;
    this.#fail(decision, { fields, message: `${message}; ${problem.message}`, fix: problem.fix });
    return false;
  }

  #fail(decision: Decision, failure: Failure): void {
    const { object } = decision;
    this.#failed.add(decision);
    if (groupKindOf(object) === 'Namespace') this.#absentNamespaces.add(object.metadata.name);
    this.report.object('failed', refOf(object), failure);
  }
}

/** Kinds of Kubernetes have no dot in their group, or end with k8s.io. */
function isCustom(object: KubernetesObject): boolean {
  const [group = ''] = object.apiVersion.includes('/') ? object.apiVersion.split('/') : [''];
  return group.includes('.') && !group.endsWith('.k8s.io');
}

const isOperator = ({ kind, metadata }: KubernetesObject) =>
  kind === 'Deployment' && metadata.labels?.['app.kubernetes.io/component'] === OPERATOR;
