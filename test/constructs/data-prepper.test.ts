import { expect } from 'chai';
import { DataPrepper, type DataPrepperProps } from '../../src/constructs/data-prepper.js';
import { at, one } from '../stack/object-parts.js';
import { KAFKA, SHIPPER, shipper, shipperPod } from './data-prepper-props.js';
import { refusal, render } from './support.js';

const kinds = (props: Partial<DataPrepperProps> = {}) => shipper(props).map(({ kind }) => kind);
const deployment = (props: Partial<DataPrepperProps> = {}) => one(shipper(props), 'Deployment');

/** The construct itself. */
function made(props: Partial<DataPrepperProps> = {}): DataPrepper {
  let construct: DataPrepper | undefined;
  render((scope) => {
    construct = new DataPrepper(scope, 'Shipper', { ...SHIPPER, ...props });
  });
  return construct!;
}

describe('DataPrepper', () => {
  it('is two pods behind a Service, with a budget, and no Secret', () => {
    expect(kinds()).to.deep.equal([
      'ServiceAccount',
      'ConfigMap',
      'Service',
      'PodDisruptionBudget',
      'Deployment',
    ]);
    expect(at(deployment(), 'spec.replicas')).to.equal(2);
  });

  it('needs no budget with one pod, which would keep its node from ever being drained', () => {
    expect(kinds({ replicas: 1 })).not.to.include('PodDisruptionBudget');
  });

  it('leaves the number of pods to the autoscaler where there is one', () => {
    const autoscaling = { minReplicas: 3, maxReplicas: 9, targetCpuPercent: 60 };
    const objects = shipper({ autoscaling, replicas: 5 });
    expect(at(one(objects, 'Deployment'), 'spec')).not.to.have.property('replicas');
    const scaler = at(one(objects, 'HorizontalPodAutoscaler'), 'spec');
    expect(scaler).to.deep.include({
      minReplicas: 3,
      maxReplicas: 9,
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'opni-shipper' },
    });
    expect(at(scaler, 'metrics.0.resource.target.averageUtilization')).to.equal(60);
    expect(kinds({ autoscaling })).to.include('PodDisruptionBudget');
  });

  for (const [title, props] of [
    ['memory', {}],
    ['Kafka', { buffer: KAFKA }],
    ['a large buffer', { buffer: { records: 300_000 }, resources: { limits: { memory: '16Gi' } } }],
  ] as const) {
    it(`takes pods away no faster than one may take to drain: ${title}`, () => {
      const autoscaling = { minReplicas: 2, maxReplicas: 6, targetCpuPercent: 75 };
      const scaler = one(shipper({ ...props, autoscaling }), 'HorizontalPodAutoscaler');
      const [policy] = at(scaler, 'spec.behavior.scaleDown.policies') as {
        type: string;
        value: number;
        periodSeconds: number;
      }[];
      expect(policy).to.include({ type: 'Pods', value: 1 });
      expect(policy!.periodSeconds).to.be.at.least(shipperPod(props).terminationGracePeriodSeconds!);
    });
  }

  it('replaces pods without taking one away first', () => {
    expect(at(deployment(), 'spec.strategy.rollingUpdate')).to.deep.equal({ maxUnavailable: 0, maxSurge: 1 });
  });

  it('can be sent to under the domain of the cluster, by HTTPS where it serves that', () => {
    expect(made().ingestUrl).to.equal('http://opni-shipper.opni.svc.cluster.local:2021/log/ingest');
    expect(made({ clusterDomain: 'lab.local', intake: { tls: { secretName: 't' } } }).ingestUrl).to.equal(
      'https://opni-shipper.opni.svc.lab.local:2021/log/ingest',
    );
  });

  it('offers the intake and nothing else', () => {
    expect(at(one(shipper(), 'Service'), 'spec.ports')).to.deep.equal([
      { name: 'intake', port: 2021, targetPort: 'intake' },
    ]);
  });

  describe('limits of chunks', () => {
    it('stay below a quarter of the buffer and a sixth of a request, which JSON may make of them', () => {
      expect(made().chunkLimits).to.deep.equal({ bytes: 3 * 1024 ** 2, records: 12_500 });
      const small = made({
        buffer: { records: 4000, batchRecords: 1000 },
        intake: { maxRequestBytes: '2Mi' },
      });
      expect(small.chunkLimits.records).to.equal(1000);
      expect(small.chunkLimits.bytes * 6).to.be.at.most(2 * 1024 ** 2);
    });

    it('stay below 1 MiB of JSON with Kafka, where Data Prepper splits more and swallows errors', () => {
      const { bytes } = made({ buffer: KAFKA }).chunkLimits;
      expect(bytes * 2).to.be.below(1024 ** 2);
      // The flow joins at most a quarter MiB, and a joined record has to fit.
      expect(bytes).to.be.above(256 * 1024);
    });
  });

  describe('a new password', () => {
    const annotation = (props: Partial<DataPrepperProps>) =>
      deployment(props).metadata.annotations?.['secret.reloader.stakater.com/reload'];

    it('rolls the pods where Reloader runs: every Secret is named, sorted and once', () => {
      expect(annotation({})).to.equal('opni-opensearch-auth');
      const intake = { tls: { secretName: 'tls' }, basicAuth: { secretName: 'account' } };
      expect(annotation({ intake, buffer: KAFKA })).to.equal(
        'account,kafka-account,opni-opensearch-auth,tls',
      );
      const same = { basicAuth: { secretName: 'opni-opensearch-auth' } };
      expect(annotation({ intake: same })).to.equal('opni-opensearch-auth');
    });

    it('and a new authority do so alike', () => {
      const ca = { kind: 'Secret', name: 'opensearch-ca', key: 'ca.crt' } as const;
      expect(annotation({ opensearch: { ...SHIPPER.opensearch, ca } })).to.include('opensearch-ca');
    });
  });

  it('rolls its pods when a file changes, and not when only the number of pods does', () => {
    const hash = (props: Partial<DataPrepperProps>) =>
      at(deployment(props), 'spec.template.metadata.annotations') as Record<string, string>;
    expect(hash({ replicas: 9 })).to.deep.equal(hash({}));
    for (const props of [{ workers: 7 }, { buffer: { records: 10_000 } }, { heapPercent: 50 }]) {
      expect(hash(props)).not.to.deep.equal(hash({}));
    }
  });

  it('refuses a buffer that does not fit its memory, and says what does', () => {
    const props = { ...SHIPPER, buffer: { records: 400_000 } };
    const found = refusal((scope) => new DataPrepper(scope, 'Shipper', props));
    expect(found).to.have.length(1);
    expect(found[0]).to.match(
      /^Shipper: .*buffer\.records.*400000 records may need 3907 MiB of heap, but only 1074 MiB may be used/,
    );
    expect(found[0]).to.match(/at most \d+ records, or raise the memory limit/);
  });

  it('takes that buffer with more memory, or in Kafka', () => {
    const resources = { limits: { memory: '16Gi' } };
    expect(shipper({ buffer: { records: 400_000 }, resources })).not.to.deep.equal([]);
    expect(shipper({ buffer: { ...KAFKA, records: 400_000 } })).not.to.deep.equal([]);
  });

  it('refuses pipelines that Data Prepper would skip', () => {
    const opensearch = { ...SHIPPER.opensearch, url: 'opensearch.example.com' };
    const found = refusal((scope) => new DataPrepper(scope, 'Shipper', { ...SHIPPER, opensearch }));
    expect(found.join('\n')).to.match(/hosts/);
  });

  it('refuses half of a Kafka buffer, which would be one in memory', () => {
    for (const buffer of [{ type: 'kafka' as const }, { kafka: KAFKA.kafka }]) {
      const found = refusal((scope) => new DataPrepper(scope, 'Shipper', { ...SHIPPER, buffer }));
      expect(found.some((text) => text.includes('neither'))).to.equal(true);
    }
  });

  it('gives records without a cluster id that of its cluster', () => {
    const data = one(shipper({ clusterId: 'c-1' }), 'ConfigMap')['data'] as Record<string, string>;
    expect(data['pipelines.yaml']).to.match(
      /key: cluster_id\n +value: c-1\n +add_when: \/cluster_id == null/,
    );
  });

  it('can be one that exists already', () => {
    const { ingestUrl, chunkLimits } = DataPrepper.fromIngestUrl('http://dp:2021/log/ingest', 6 * 1024 ** 2);
    expect(ingestUrl).to.equal('http://dp:2021/log/ingest');
    expect(chunkLimits.bytes).to.equal(1024 ** 2);
  });
});
