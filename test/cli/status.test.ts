import { expect } from 'chai';
import {
  CONFIG,
  configMap,
  makeSecret,
  NAMESPACE,
  nothingOf,
  useCommandCluster,
} from './cluster-commands.js';

const HEALTHY = `set opni/opni: 51 objects, applied

OpenSearch  ok
│  Secret opni/opni-opensearch-auth is there
└─ shipper  ok
   │  Deployment opni/opni-shipper has 2 of 2 pods ready
   ├─ aggregator  ok
   │  │  ClusterFlow opni/opni-flow is in use
   │  │  ClusterOutput opni/opni-output is in use
   │  │  ClusterOutput opni/opni-output-errors is in use
   │  │  Logging opni-logging has 1 of 1 pods ready
   │  ├─ pods  ok
   │  │     FluentbitAgent opni-logging is ready on 2 of 2 nodes
   │  └─ hosts  ok
   │        DaemonSet opni/opni-host-logs is ready on 2 of 2 nodes
   └─ events  ok
         Deployment opni/opni-events has 1 of 1 pods ready

platform  ok
   Deployment opni/opni-logging-operator has 1 of 1 pods ready
`;

/** A pod of the events forwarder whose container fails. */
const CRASHING = {
  containerStatuses: [
    {
      name: 'events',
      image: 'x',
      imageID: '',
      ready: false,
      restartCount: 3,
      state: {
        waiting: { reason: 'CrashLoopBackOff', message: 'back-off 40s restarting failed container' },
      },
      lastState: { terminated: { exitCode: 1, reason: 'Error', message: 'no route to host' } },
    },
  ],
};

describe('opni-logging status', () => {
  const opened = useCommandCluster();

  beforeEach(() => {
    opened().folder.write('opni-logging.yaml', CONFIG);
  });

  async function applied(): Promise<void> {
    await makeSecret(opened());
    expect((await opened().cli(['apply'])).code).to.equal(0);
  }

  /** Lets the events forwarder fail. */
  async function crash(): Promise<void> {
    const { cluster, server } = opened();
    const deployment = await cluster.get('apps/v1', 'Deployment', 'opni-events', 'opni');
    const { selector } = deployment!['spec'] as { readonly selector: { readonly matchLabels: object } };
    await cluster.send('POST', '/api/v1/namespaces/opni/pods', {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'opni-events-1', labels: selector.matchLabels },
      spec: { containers: [{ name: 'events', image: 'x' }] },
    });
    server.setStatus('v1', 'Pod', 'opni', 'opni-events-1', CRASHING);
    const pods = { replicas: 1, updatedReplicas: 1, readyReplicas: 0, availableReplicas: 0 };
    server.setStatus('apps/v1', 'Deployment', 'opni', 'opni-events', { ...pods, unavailableReplicas: 1 });
  }

  it('says that nothing is applied, and ends with 1', async () => {
    expect(await opened().cli(['status'])).to.deep.equal({
      code: 1,
      stdout: nothingOf('opni', 'opni'),
      stderr: '',
    });
  });

  it('shows the data path hop by hop, and ends with 0 when everything works', async () => {
    await applied();
    expect(await opened().cli(['status'])).to.deep.equal({ code: 0, stdout: HEALTHY, stderr: '' });
  });

  it('writes nothing and lists no Secret', async () => {
    await applied();
    const { front } = opened().cluster;
    front.clear();
    await opened().cli(['status']);
    expect(front.writes).to.deep.equal([]);
    expect(front.calls.filter(({ path }) => path.endsWith('/secrets'))).to.deep.equal([]);
  });

  it('tells the command that makes a Secret that is missing', async () => {
    await opened().cli(['apply']);
    const { code, stdout } = await opened().cli(['status']);
    expect(code).to.equal(1);
    expect(stdout).to.contain(`
OpenSearch  failed
│  Secret opni/opni-opensearch-auth is not there, and pods wait for it
│    next: kubectl create secret generic -n opni opni-opensearch-auth --from-literal=password=<password>
└─ shipper  ok
`);
  });

  it('tells which key a Secret lacks', async () => {
    await applied();
    const { cli, cluster } = opened();
    const data = { password: null, other: 'eA==' };
    await cluster.edit('v1', 'Secret', 'opni-opensearch-auth', 'opni', { data });
    const { stdout } = await cli(['status']);
    expect(stdout).to.contain(`
│  Secret opni/opni-opensearch-auth has no password
│    next: kubectl edit secret -n opni opni-opensearch-auth, and add it below stringData
`);
  });

  it('tells the words of a pod that crashes, and where to look', async () => {
    await applied();
    await crash();
    const { code, stdout } = await opened().cli(['status']);
    expect(code).to.equal(1);
    expect(stdout).to.contain(`
   └─ events  waiting
         Deployment opni/opni-events has 0 of 1 pods available; opni-events-1, container events: back-off 40s restarting failed container, last exit code 1 (Error: no route to host)
           next: kubectl logs -n opni opni-events-1 -c events --previous
`);
  });

  it('tells of a definition that is gone, and of what went with it', async () => {
    await applied();
    const { cli, cluster } = opened();
    const name = 'clusterflows.logging.banzaicloud.io';
    await cluster.remove('apiextensions.k8s.io/v1', 'CustomResourceDefinition', name);
    const { code, stdout } = await cli(['status']);
    expect(code).to.equal(1);
    expect(stdout).to.contain(`
   ├─ aggregator  failed
   │  │  ClusterFlow opni/opni-flow is not there, since the cluster does not know ClusterFlow.logging.banzaicloud.io any more
   │  │    next: opni-logging apply makes it anew
`);
    expect(stdout).to.contain(`
platform  failed
   CustomResourceDefinition ${name} is not there
     next: opni-logging apply makes it anew
`);
  });

  it('shows no data path for a set that has none', async () => {
    const { cli, manifests } = opened();
    await cli(['apply', '-f', manifests('m.yaml', [NAMESPACE, configMap('a')]), '--set', 'opni/few']);
    expect((await cli(['status', '--set', 'opni/few'])).stdout).to.equal(
      'set opni/few: 2 objects, applied\n\nplatform  ok\n',
    );
  });

  it('prints one document for machines, and nothing with --quiet', async () => {
    const { cli, manifests, cluster } = opened();
    await cli(['apply', '-f', manifests('m.yaml', [NAMESPACE, configMap('a')]), '--set', 'opni/few']);
    await cluster.remove('v1', 'ConfigMap', 'a', 'opni');
    const { code, stdout, stderr } = await cli(['status', '--set', 'opni/few', '--json']);
    expect({ code, stderr }).to.deep.equal({ code: 1, stderr: '' });
    const parts = ['pods', 'hosts', 'events', 'aggregator', 'shipper', 'opensearch'];
    expect(JSON.parse(stdout)).to.deep.equal({
      ok: false,
      set: { namespace: 'opni', inventory: 'few-inventory', lock: 'few-apply' },
      context: 'test',
      phase: 'applied',
      members: 2,
      healthy: false,
      parts: [
        ...parts.map((part) => ({ part, state: 'absent', objects: [] })),
        {
          part: 'platform',
          state: 'failed',
          objects: [
            {
              group: '',
              version: 'v1',
              kind: 'ConfigMap',
              namespace: 'opni',
              name: 'a',
              state: 'NotFound',
              reason: 'NotFound',
              message: 'is not there',
              next: 'opni-logging apply makes it anew',
            },
          ],
        },
      ],
    });
    const quiet = await cli(['status', '--set', 'opni/few', '--quiet']);
    expect(quiet).to.deep.equal({ code: 1, stdout: '', stderr: '' });
  });

  it('shows failures in colour on a terminal', async () => {
    await opened().cli(['apply']);
    const { stdout } = await opened().cli(['status'], { terminal: true });
    expect(stdout).to.contain('\u001b[1mOpenSearch\u001b[22m  \u001b[31mfailed\u001b[39m\n');
    expect(stdout).to.contain('└─ \u001b[1mshipper\u001b[22m  \u001b[32mok\u001b[39m\n');
  });

  it('tells a change with --watch, once, and ends with 130 when it is interrupted', async function () {
    this.timeout(30_000);
    const { cli, cluster, manifests } = opened();
    await cli(['apply', '-f', manifests('m.yaml', [NAMESPACE, configMap('a')]), '--set', 'opni/few']);
    const interrupt = new AbortController();
    let looks = 0;
    cluster.front.fault = async ({ path }) => {
      if (!path.endsWith('/configmaps/few-inventory')) return undefined;
      looks += 1;
      if (looks === 2) await cluster.remove('v1', 'ConfigMap', 'a', 'opni');
      if (looks === 3) setImmediate(() => interrupt.abort());
      return undefined;
    };
    const run = await cli(['status', '--set', 'opni/few', '--watch'], { signal: interrupt.signal });
    expect(run).to.deep.equal({
      code: 130,
      stdout: `set opni/few: 2 objects, applied

platform  ok

set opni/few: 2 objects, applied

platform  failed
   ConfigMap opni/a is not there
     next: opni-logging apply makes it anew
`,
      stderr: '',
    });
  });

  it('has no document to print with --watch', async () => {
    const { code, stdout } = await opened().cli(['status', '--watch', '--json']);
    expect(code).to.equal(2);
    expect(JSON.parse(stdout)).to.deep.include({ ok: false, code: 'usage' });
  });
});
