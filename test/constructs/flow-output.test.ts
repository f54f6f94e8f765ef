import { expect } from 'chai';
import { ClusterOutput } from '../../src/constructs/cluster-output.js';
import { Flow, type FlowProps } from '../../src/constructs/flow.js';
import { LogAdapter } from '../../src/constructs/log-adapter.js';
import { Output, type OutputProps } from '../../src/constructs/output.js';
import { at, one } from '../stack/object-parts.js';
import { createObjectValidator } from '../support/strict-schema.js';
import { refusal, render } from './support.js';

const LOGGING = LogAdapter.fromLogging({ loggingRef: 'opni-logging', namespace: 'opni' });
const FLOW: FlowProps = { name: 'shop', namespace: 'team', logging: LOGGING, outputs: ['bucket'] };
const OUTPUT: OutputProps = {
  name: 'bucket',
  namespace: 'team',
  logging: LOGGING,
  target: { http: { endpoint: 'https://logs.example.com' } },
};

const validate = createObjectValidator({ kubernetesVersion: '1.30', crdFolders: ['crds'] });

describe('Flow', () => {
  it('lies in its own namespace and belongs to the Logging', () => {
    const flow = one(
      render((scope) => new Flow(scope, 'Flow', FLOW)),
      'Flow',
    );
    expect(flow.metadata.namespace).to.equal('team');
    expect(flow['spec']).to.deep.equal({ loggingRef: 'opni-logging', localOutputRefs: ['bucket'] });
    expect(validate(flow)).to.deep.equal([]);
  });

  it('passes filters and matches on as they are', () => {
    const filters = [{ dedot: { de_dot_nested: true } }];
    const match = [{ select: { labels: { app: 'shop' } } }];
    const flow = one(
      render((scope) => new Flow(scope, 'Flow', { ...FLOW, filters, match, clusterOutputs: ['central'] })),
      'Flow',
    );
    expect(flow['spec']).to.deep.include({ filters, match, globalOutputRefs: ['central'] });
    expect(validate(flow)).to.deep.equal([]);
  });

  it('refuses to send nowhere, and an empty match, which would take nothing', () => {
    const bad = { ...FLOW, outputs: [], match: [] };
    expect(refusal((scope) => new Flow(scope, 'Flow', bad))).to.deep.equal([
      'Flow: flow shop has no output: name one in outputs or clusterOutputs',
      'Flow: flow shop has an empty match, which takes nothing; leave it out',
    ]);
  });

  it('counts a disk buffer for every output that it sends to', () => {
    render((scope) => {
      const logging = new LogAdapter(scope, 'L', {
        name: 'l',
        namespace: 'opni',
        aggregator: { storageSize: '10Gi' },
      });
      const whole = logging.bufferLimitBytes();
      new Flow(scope, 'A', { ...FLOW, logging, outputs: ['a', 'b'], clusterOutputs: ['c'] });
      expect(logging.bufferLimitBytes()).to.equal(Math.floor(whole / 3));
      new Flow(scope, 'B', { ...FLOW, name: 'other', logging });
      expect(logging.bufferLimitBytes()).to.equal(Math.floor(whole / 4));
    });
  });
});

describe('Output', () => {
  it('lies in its own namespace, with its one target as it was given', () => {
    const output = one(
      render((scope) => new Output(scope, 'Output', OUTPUT)),
      'Output',
    );
    expect(output.metadata.namespace).to.equal('team');
    expect(output['spec']).to.deep.equal({ loggingRef: 'opni-logging', ...OUTPUT.target });
    expect(validate(output)).to.deep.equal([]);
  });

  it('refuses no target and two targets, and names them', () => {
    expect(refusal((scope) => new Output(scope, 'Output', { ...OUTPUT, target: {} }))).to.deep.equal([
      'Output: output bucket has 0 targets (): give exactly one',
    ]);
    const target = { http: { endpoint: 'https://logs.example.com' }, s3: { s3_bucket: 'b' } };
    expect(refusal((scope) => new Output(scope, 'Output', { ...OUTPUT, target }))).to.deep.equal([
      'Output: output bucket has 2 targets (http, s3): give exactly one',
    ]);
  });

  it('can have the name of a cluster-wide one, which is another kind', () => {
    const objects = render((scope) => {
      new Output(scope, 'Output', { ...OUTPUT, namespace: 'opni' });
      new ClusterOutput(scope, 'ClusterOutput', { ...OUTPUT, endpoint: 'http://shipper:2021/log/ingest' });
    });
    expect(objects.map((object) => at(object, 'metadata.name'))).to.deep.equal(['bucket', 'bucket']);
  });
});
