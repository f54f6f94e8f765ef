import { expect } from 'chai';
import { load } from 'js-yaml';
import type { Container, Volume } from 'kubernetes-types/core/v1.js';
import type { DataPrepperProps } from '../../src/constructs/data-prepper.js';
import { at, one } from '../stack/object-parts.js';
import { KAFKA, SHIPPER, shipper, shipperPod } from './data-prepper-props.js';

const main = (props: Partial<DataPrepperProps> = {}): Container => shipperPod(props).containers[0]!;
const volume = (name: string, props: Partial<DataPrepperProps> = {}): Volume | undefined =>
  shipperPod(props).volumes?.find((item) => item.name === name);
const files = (props: Partial<DataPrepperProps> = {}) =>
  one(shipper(props), 'ConfigMap')['data'] as Record<string, string>;
const server = (props: Partial<DataPrepperProps> = {}) => load(files(props)['data-prepper-config.yaml']!);
const mounts = (container: Container) =>
  new Map((container.volumeMounts ?? []).map((mount) => [mount.name, mount]));

describe('the pod of DataPrepper', () => {
  it('renders the pipelines into memory, and Data Prepper can only read them', () => {
    expect(volume('pipelines')?.emptyDir?.medium).to.equal('Memory');
    const init = shipperPod().initContainers![0]!;
    expect(mounts(init).get('pipelines')?.readOnly).to.equal(undefined);
    expect(mounts(main()).get('pipelines')?.readOnly).to.equal(true);
    expect(mounts(main()).get('pipelines')?.mountPath).to.equal(mounts(init).get('pipelines')?.mountPath);
  });

  it('shows the secrets to the init container alone, as files and not in the environment', () => {
    expect(mounts(shipperPod().initContainers![0]!).has('secrets')).to.equal(true);
    expect(mounts(main()).has('secrets')).to.equal(false);
    for (const container of [...shipperPod().initContainers!, main()]) {
      expect(container.env?.filter(({ valueFrom }) => valueFrom) ?? []).to.deep.equal([]);
      expect(container.envFrom).to.equal(undefined);
    }
  });

  it('mounts secrets so that the image’s user can read them and nobody else', () => {
    expect(volume('secrets')?.projected?.defaultMode).to.equal(0o440);
    expect(shipperPod().securityContext).to.include({ fsGroup: 1000 });
    expect(main().securityContext).to.include({ runAsUser: 1000, runAsGroup: 1000 });
  });

  it('uses one image for both containers', () => {
    expect(shipperPod().initContainers![0]!.image).to.equal(main().image);
  });

  describe('stopping', () => {
    it('asks Data Prepper to drain, by a hook', () => {
      expect(main().lifecycle?.preStop?.exec?.command).to.deep.equal(['bash', '/etc/opni-scripts/stop.sh']);
    });

    for (const [title, props] of [
      ['memory', {}],
      ['a large buffer', { buffer: { records: 300_000 }, resources: { limits: { memory: '16Gi' } } }],
      ['Kafka', { buffer: KAFKA }],
    ] as const) {
      it(`is given more time than all that it waits for: ${title}`, () => {
        const script = files(props)['stop.sh']!;
        const seconds = (text: string) => Number.parseInt(text, 10);
        const sleep = seconds(/^sleep (\d+)$/m.exec(script)![1]!);
        const answer = seconds(/^timeout=(\d+)$/m.exec(script)![1]!);
        const drain =
          seconds(at(server(props), 'processor_shutdown_timeout') as string) +
          seconds(at(server(props), 'sink_shutdown_timeout') as string);
        expect(answer).to.be.greaterThan(drain);
        expect(shipperPod(props).terminationGracePeriodSeconds).to.be.greaterThan(sleep + answer);
      });
    }
  });

  describe('probes', () => {
    it('ask the intake, since the API answers also when nothing is taken', () => {
      for (const name of ['startupProbe', 'livenessProbe', 'readinessProbe'] as const) {
        expect(main()[name]?.httpGet, name).to.deep.equal({ path: '/health', port: 'intake' });
      }
    });

    it('speak HTTPS where the intake does', () => {
      expect(main({ intake: { tls: { secretName: 'tls' } } }).readinessProbe?.httpGet?.scheme).to.equal(
        'HTTPS',
      );
    });

    it('need no account where the senders do', () => {
      const pipelines = load(files({ intake: { basicAuth: { secretName: 'a' } } })['pipelines.yaml']!);
      expect(at(pipelines, 'intake.source.http')).to.include({ unauthenticated_health_check: true });
    });

    it('wait minutes for OpenSearch before they start anew', () => {
      const { periodSeconds = 10, failureThreshold = 3 } = main().startupProbe!;
      expect(periodSeconds * failureThreshold).to.be.at.least(300);
    });
  });

  describe('memory', () => {
    const heap = (props: Partial<DataPrepperProps>) =>
      Number(/-Xmx(\d+)m/.exec(main(props).env?.find(({ name }) => name === 'JAVA_OPTS')?.value ?? '')?.[1]);

    it('of Java is a share of the limit, and the intake refuses before it is used up', () => {
      for (const [memory, limit] of [
        ['2Gi', 2048],
        ['8Gi', 8192],
      ] as const) {
        const props = { resources: { limits: { memory } } };
        expect(heap(props)).to.equal(Math.floor(limit * 0.7));
        const usage = Number.parseInt(at(server(props), 'circuit_breakers.heap.usage') as string, 10);
        expect(usage)
          .to.be.greaterThan(heap(props) * 0.7)
          .and.to.be.below(heap(props));
      }
      expect(heap({ heapPercent: 50 })).to.equal(1024);
    });

    it('that runs out ends the process, which would linger otherwise', () => {
      expect(main().env?.[0]?.value).to.include('-XX:+ExitOnOutOfMemoryError');
    });
  });

  for (const kind of ['Secret', 'ConfigMap'] as const) {
    it(`trusts an authority from a ${kind}, under whatever key it lies there`, () => {
      const props = {
        opensearch: { ...SHIPPER.opensearch, ca: { kind, name: 'authority', key: 'root.pem' } },
      };
      const items = [{ key: 'root.pem', path: 'ca.crt' }];
      const found = volume('ca', props);
      if (kind === 'Secret') expect(found?.secret).to.deep.include({ secretName: 'authority', items });
      else expect(found?.configMap).to.deep.equal({ name: 'authority', items });
      const mount = mounts(main(props)).get('ca');
      expect(files(props)['pipelines.yaml']).to.include(`cert: ${mount?.mountPath}/ca.crt\n`);
    });
  }

  it('mounts no authority and no certificate where none is given', () => {
    expect([...mounts(main()).keys()]).to.deep.equal(['scripts', 'pipelines', 'config', 'tmp']);
  });

  it('does not verify OpenSearch when told so, and then says so in the pipelines', () => {
    const opensearch = { ...SHIPPER.opensearch, insecureSkipVerify: true };
    expect(files({ opensearch })['pipelines.yaml']!.match(/insecure: true/g)).to.have.length(4);
    expect(files()['pipelines.yaml']).not.to.include('insecure');
  });

  it('logs to the console only, since its root cannot be written', () => {
    expect(files()['log4j2-rolling.properties'])
      .to.include('Console')
      .and.not.match(/RollingFile|fileName/i);
    expect(mounts(main()).get('config')?.mountPath).to.equal('/usr/share/data-prepper/config');
  });

  it('takes the accounts of Kafka only where Kafka asks for one', () => {
    const secretsOf = (props: Partial<DataPrepperProps>) =>
      volume('secrets', props)?.projected?.sources?.map(({ secret }) => secret?.name);
    expect(secretsOf({ buffer: KAFKA })).to.deep.equal(['opni-opensearch-auth', 'kafka-account']);
    const { auth: _, ...anonymous } = KAFKA.kafka;
    expect(secretsOf({ buffer: { type: 'kafka', kafka: anonymous } })).to.deep.equal([
      'opni-opensearch-auth',
    ]);
  });
});
