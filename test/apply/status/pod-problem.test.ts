import { expect } from 'chai';
import { openSession } from '../../../src/apply/session/session.js';
import { podProblem } from '../../../src/apply/status/pod-problem.js';
import type { Cluster } from '../../../src/kube/cluster.js';
import { clusterAt, refusalOf } from '../../kube/client-support.js';
import { failure, type Reply, type ScriptedServer, startScripted } from '../../kube/scripted-server.js';
import { type LiveParts, liveOf } from '../unit-support.js';

const workload = liveOf('apps/v1/Deployment', {
  spec: { selector: { matchLabels: { app: 'x', tier: 'a' } } },
});
const podOf = (status: object, metadata: LiveParts['metadata'] = {}) =>
  liveOf('v1/Pod', { metadata: { name: 'x-1', ...metadata }, status });
const container = (state: object, parts: object = {}) =>
  podOf({ containerStatuses: [{ name: 'main', state, ...parts }] });
const sessionWith = (cluster: Cluster) =>
  openSession({ cluster, set: { namespace: 'logs', inventory: 'i', lock: 'l' } });

const PROBLEMS: readonly (readonly [
  what: string,
  pod: ReturnType<typeof podOf>,
  problem: object | undefined,
])[] = [
  ['nothing', podOf({}), undefined],
  ['nothing of a pod that runs', container({ running: {} }), undefined],
  [
    'nothing of a pod that goes',
    podOf(
      { containerStatuses: [{ name: 'a', state: { waiting: { reason: 'Oops' } } }] },
      { deletionTimestamp: 'x' },
    ),
    undefined,
  ],
  [
    'nothing of a container that is being made',
    container({ waiting: { reason: 'ContainerCreating' } }),
    undefined,
  ],
  [
    'nothing of a container that waits for another',
    container({ waiting: { reason: 'PodInitializing' } }),
    undefined,
  ],
  [
    'nothing of a container that ended well',
    container({ terminated: { exitCode: 0, reason: 'Completed' } }),
    undefined,
  ],
  [
    'that no node is found',
    podOf({
      conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes' }],
    }),
    { reason: 'Unschedulable', message: '0/3 nodes' },
  ],
  [
    'why a container waits',
    container({ waiting: { reason: 'ImagePullBackOff', message: 'no such image' } }),
    { container: 'main', reason: 'ImagePullBackOff', message: 'no such image' },
  ],
  [
    'how a container ended before it waits',
    container(
      { waiting: { reason: 'CrashLoopBackOff', message: 'back-off' } },
      { lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } } },
    ),
    { container: 'main', reason: 'CrashLoopBackOff', message: 'back-off, last exit code 137 (OOMKilled)' },
  ],
  [
    'how a container ended, with its last line',
    container({ terminated: { exitCode: 1, reason: 'Error', message: 'one\ntwo\n' } }, { restartCount: 3 }),
    { container: 'main', reason: 'Error', message: 'ended with exit code 1 (Error: two), 3 restarts' },
  ],
  [
    'what keeps a pod from starting before anything else',
    podOf({
      containerStatuses: [{ name: 'main', state: { waiting: { reason: 'Other' } } }],
      initContainerStatuses: [{ name: 'init', state: { waiting: { reason: 'ErrImagePull' } } }],
    }),
    { container: 'init', reason: 'ErrImagePull', message: 'ErrImagePull' },
  ],
];

describe('what keeps a pod from running', () => {
  let server: ScriptedServer;
  const serve = async (reply: Reply) => {
    server = await startScripted(() => reply);
    return sessionWith(clusterAt(server.url));
  };
  const podList = (...items: readonly object[]): Reply => ({
    body: { metadata: { resourceVersion: '1' }, items },
  });
  afterEach(() => server?.close());

  for (const [what, pod, problem] of PROBLEMS) {
    it(`is told: ${what}`, async () => {
      const found = await podProblem(await serve(podList(pod)), workload);
      expect(found).to.deep.equal(problem && { namespace: 'logs', pod: 'x-1', ...problem });
    });
  }

  it('is looked for among the pods that the workload selects', async () => {
    await podProblem(await serve(podList()), workload);
    expect(server.requests[0]?.path).to.equal('/api/v1/namespaces/logs/pods');
    expect(server.requests[0]?.query.get('labelSelector')).to.equal('app=x,tier=a');
  });

  it('is that of the first pod that has one', async () => {
    const bad = container({ waiting: { reason: 'ErrImagePull' } });
    const found = await podProblem(await serve(podList(container({ running: {} }), bad)), workload);
    expect(found?.reason).to.equal('ErrImagePull');
  });

  it('is asked of nobody when the object selects no pods', async () => {
    const session = await serve(podList());
    expect(await podProblem(session, liveOf('v1/ConfigMap'))).to.equal(undefined);
    expect(await podProblem(session, { ...workload, metadata: { name: 'x' } })).to.equal(undefined);
    expect(server.requests).to.deep.equal([]);
  });

  it('is unknown to whoever may not read pods, and all other refusals are told', async () => {
    const forbidden = await serve(failure(403, 'Forbidden', 'pods is forbidden'));
    expect(await podProblem(forbidden, workload)).to.equal(undefined);
    server.close();
    const broken = await serve(failure(400, 'BadRequest', 'no'));
    expect((await refusalOf(podProblem(broken, workload))).message).to.contain('no');
  });
});
