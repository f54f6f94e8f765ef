import { expect } from 'chai';
import { aggregatorDrain } from '../../../src/apply/removal/aggregator-drain.js';
import { clusterAt } from '../../kube/client-support.js';
import { failure, type Reply, type ScriptedServer, startScripted } from '../../kube/scripted-server.js';
import { liveOf } from '../unit-support.js';

const PODS = '/api/v1/namespaces/logs/pods';
const loggingOf = (name: string, controlNamespace = 'logs') =>
  liveOf('logging.banzaicloud.io/v1beta1/Logging', { metadata: { name }, spec: { controlNamespace } });
const podList = (...names: readonly string[]): Reply => ({
  body: {
    metadata: { resourceVersion: '1' },
    items: names.map((name) => ({ metadata: { name, namespace: 'logs' } })),
  },
});
const metrics = (...bytes: readonly (number | string)[]): Reply => ({
  headers: { 'content-type': 'text/plain' },
  body: [
    '# TYPE fluentd_output_status_buffer_total_bytes gauge',
    ...bytes.map(
      (value, index) => `fluentd_output_status_buffer_total_bytes{plugin_id="o${index}",type="x"} ${value}`,
    ),
    'fluentd_output_status_buffer_total_bytes_x{plugin_id="o"} 999999',
    'fluentd_output_status_buffer_queue_length{plugin_id="o"} 7',
  ].join('\n'),
});

describe('what still lies in the buffers of aggregators', () => {
  let server: ScriptedServer | undefined;
  afterEach(() => server?.close());

  /** @param answers by path, from the name of a pod on */
  async function remaining(answers: Readonly<Record<string, Reply>>, members = [loggingOf('main')]) {
    server = await startScripted(({ path }) => {
      if (path === PODS) return answers['pods'] ?? podList('main-fluentd-0');
      const pod = /\/pods\/([^:]+):24231\/proxy\/metrics$/.exec(path)?.[1] ?? '';
      return answers[pod] ?? failure(404, 'NotFound', 'not found');
    });
    return await aggregatorDrain().remaining(clusterAt(server.url), members, undefined);
  }

  it('is nothing when all buffers of all pods are empty', async () => {
    const pods = podList(
      'main-fluentd-0',
      'main-fluentd-1',
      'main-fluentd-configcheck-abc',
      'mainx-fluentd-0',
    );
    const empty = metrics(0, '0.0');
    expect(await remaining({ pods, 'main-fluentd-0': empty, 'main-fluentd-1': empty })).to.equal(undefined);
    expect(server?.requests).to.have.length(3);
  });

  it('is the sum of all outputs of all pods', async () => {
    const pods = podList('main-fluentd-0', 'main-fluentd-1');
    const answers = { pods, 'main-fluentd-0': metrics(1024, 1), 'main-fluentd-1': metrics('2.048e+03') };
    expect(await remaining(answers)).to.equal('4 KiB wait in the disk buffer of logs/main');
  });

  it('is a single byte too', async () => {
    expect(await remaining({ 'main-fluentd-0': metrics(1) })).to.contain('1 KiB wait');
  });

  it('is unknown, and so not nothing, when a pod does not tell', async () => {
    const told = await remaining({
      'main-fluentd-0': failure(503, 'ServiceUnavailable', 'connection refused'),
    });
    expect(told).to.equal('the buffer of Pod logs/main-fluentd-0 cannot be read: connection refused');
    server?.close();
    expect(await remaining({ 'main-fluentd-0': { body: 'up 1' } })).to.contain('it tells no buffer sizes');
  });

  it('is unknown, and so not nothing, to whoever may not list pods', async () => {
    const told = await remaining({ pods: failure(403, 'Forbidden', 'pods is forbidden') });
    expect(told).to.equal(
      'the buffers of logs/main cannot be read: list /api/v1/namespaces/logs/pods: pods is forbidden',
    );
  });

  it('is told for each aggregator', async () => {
    const pods = podList('a-fluentd-0', 'b-fluentd-0', 'c-fluentd-0');
    const answers = {
      pods,
      'a-fluentd-0': metrics(1),
      'b-fluentd-0': metrics(0),
      'c-fluentd-0': metrics(2048),
    };
    expect(
      await remaining(
        answers,
        ['a', 'b', 'c'].map((name) => loggingOf(name)),
      ),
    ).to.equal('1 KiB wait in the disk buffer of logs/a; 2 KiB wait in the disk buffer of logs/c');
  });

  it('is nothing, and asks nobody, when the set has no aggregator', async () => {
    expect(await remaining({}, [liveOf('v1/ConfigMap')])).to.equal(undefined);
    expect(server?.requests).to.deep.equal([]);
  });
});
