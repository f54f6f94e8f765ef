import { expect } from 'chai';
import { ClusterFlow } from '../../src/constructs/cluster-flow.js';
import { ClusterOutput } from '../../src/constructs/cluster-output.js';
import { Flow } from '../../src/constructs/flow.js';
import { LogAdapter, type LogAdapterProps } from '../../src/constructs/log-adapter.js';
import { at, ofKind, one } from '../stack/object-parts.js';
import { refusal, render } from './support.js';

const GIB = 1024 ** 3;
const PROPS: LogAdapterProps = { name: 'opni-logging', namespace: 'opni' };

/** The limit of one buffer, in MiB, with so many Flows beside the one of the stack. */
function limitWith(flows: number, props: Partial<LogAdapterProps> = {}): number {
  const objects = render((scope) => {
    const logging = new LogAdapter(scope, 'LogAdapter', { ...PROPS, ...props });
    new ClusterOutput(scope, 'Output', { name: 'out', logging, endpoint: 'http://shipper:2021/log/ingest' });
    new ClusterFlow(scope, 'Flow', { name: 'flow', logging, outputs: ['out'], clusterId: 'c1' });
    for (let index = 0; index < flows; index += 1) {
      new Flow(scope, `Flow${index}`, {
        name: `flow-${index}`,
        namespace: 'team',
        logging,
        outputs: ['a', 'b'],
        clusterOutputs: ['c'],
      });
    }
  });
  const text = at(one(objects, 'ClusterOutput'), 'spec.http.buffer.total_limit_size') as string;
  expect(text).to.match(/^\d+m$/);
  return Number.parseInt(text, 10);
}

describe('LogAdapter', () => {
  it('takes its name as the reference that ties agents and flows to it, so that none is shared', () => {
    const objects = render((scope) => {
      new LogAdapter(scope, 'A', { ...PROPS, name: 'a', pods: { stateFolder: '/var/lib/a' } });
      new LogAdapter(scope, 'B', { ...PROPS, name: 'b', pods: { stateFolder: '/var/lib/b' } });
    });
    for (const kind of ['Logging', 'FluentbitAgent']) {
      const refs = ofKind(objects, kind).map((object) => at(object, 'spec.loggingRef'));
      expect(refs, kind).to.deep.equal(['a', 'b']);
    }
  });

  it('skips invalid flows, so that one team cannot stop the others', () => {
    const logging = one(
      render((scope) => new LogAdapter(scope, 'LogAdapter', PROPS)),
      'Logging',
    );
    expect(at(logging, 'spec.skipInvalidResources')).to.equal(true);
  });

  it('makes no agent when no container is collected', () => {
    const objects = render((scope) => new LogAdapter(scope, 'LogAdapter', PROPS));
    expect(objects.map(({ kind }) => kind)).to.deep.equal(['Logging']);
  });

  it('knows the aggregator’s address under the domain of the cluster', () => {
    render((scope) => {
      const standard = new LogAdapter(scope, 'A', { ...PROPS, name: 'a' });
      const own = new LogAdapter(scope, 'B', { ...PROPS, name: 'b', clusterDomain: 'lab.local' });
      expect(standard.aggregatorHost).to.equal('a-fluentd.opni.svc.cluster.local');
      expect(own.aggregatorHost).to.equal('b-fluentd.opni.svc.lab.local');
      expect(at(own.logging.toJson(), 'spec.clusterDomain')).to.equal('lab.local.');
    });
  });

  it('refuses a name that the operator would cut, and says how long it may be', () => {
    const name = 'n'.repeat(41);
    expect(refusal((scope) => new LogAdapter(scope, 'LogAdapter', { ...PROPS, name }))).to.deep.equal([
      `LogAdapter: name ${name} has 41 characters; give at most 40, or the operator changes the aggregator’s address`,
    ]);
    const objects = render(
      (scope) => new LogAdapter(scope, 'LogAdapter', { ...PROPS, name: 'n'.repeat(40) }),
    );
    expect(objects).to.have.length(1);
  });

  describe('its volume', () => {
    it('goes to the one buffer, four fifths of it', () => {
      expect(limitWith(0)).to.equal(Math.floor((20 * GIB * 0.8) / 1024 ** 2));
    });

    it('leaves a little for the error output', () => {
      expect(limitWith(0, { errorOutput: 'out' })).to.equal(Math.floor((20 * GIB * 0.8) / 1024 ** 2) - 128);
    });

    it('is shared by every pair of flow and output, also of flows that come later', () => {
      for (const flows of [1, 2, 7]) {
        const pairs = 1 + 3 * flows;
        const expected = Math.floor((20 * GIB * 0.8 - 128 * 1024 ** 2) / pairs / 1024 ** 2);
        expect(limitWith(flows, { errorOutput: 'out' }), `${flows} flows`).to.equal(expected);
      }
    });

    it('never holds less than the buffers may take together', () => {
      for (const storageSize of ['1Gi', '5G', '100Gi', '1.5Ti']) {
        const limit = limitWith(3, { errorOutput: 'out', aggregator: { storageSize } });
        const [, amount, unit] = /^([\d.]+)(\w+)$/.exec(storageSize)!;
        const bytes =
          Number(amount) * ({ Gi: GIB, G: 1e9, Ti: 1024 * GIB } as Record<string, number>)[unit!]!;
        const all = limit * 1024 ** 2 * 10 + 128 * 1024 ** 2;
        expect(all, storageSize).to.be.at.most(bytes * 0.8);
        expect(all, storageSize).to.be.greaterThan(bytes * 0.75);
      }
    });
  });

  it('asks for a disk also when it has several pods, and lets one of them go at a time', () => {
    const fluentd = (replicas: number) =>
      at(
        one(
          render((scope) => new LogAdapter(scope, 'A', { ...PROPS, aggregator: { replicas } })),
          'Logging',
        ),
        'spec.fluentd',
      );
    expect(at(fluentd(1), 'pdb')).to.equal(undefined);
    expect(at(fluentd(3), 'pdb')).to.deep.equal({ maxUnavailable: 1 });
    expect(at(fluentd(3), 'scaling')).to.deep.include({ replicas: 3 });
    expect(at(fluentd(3), 'bufferStorageVolume.pvc.spec.resources.requests.storage')).to.equal('20Gi');
    expect(at(fluentd(3), 'disablePvc')).to.equal(undefined);
  });

  describe('a Logging of somebody else', () => {
    it('can be sent to, without a limit that would be a guess', () => {
      const logging = LogAdapter.fromLogging({ loggingRef: 'theirs', namespace: 'cattle-logging-system' });
      const objects = render((scope) => {
        new ClusterOutput(scope, 'Output', {
          name: 'out',
          logging,
          endpoint: 'http://shipper:2021/log/ingest',
        });
        new ClusterFlow(scope, 'Flow', { name: 'flow', logging, outputs: ['out'], clusterId: 'c1' });
      });
      expect(at(one(objects, 'ClusterOutput'), 'spec.http.buffer')).not.to.have.property('total_limit_size');
      for (const object of objects) {
        expect(object.metadata.namespace).to.equal('cattle-logging-system');
        expect(at(object, 'spec.loggingRef')).to.equal('theirs');
      }
    });
  });
});
