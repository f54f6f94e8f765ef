import { Chart, Testing } from 'cdk8s';
import { expect } from 'chai';
import { EventsForwarder, type EventsForwarderProps } from '../../src/constructs/events-forwarder.js';
import {
  EVENTS_FORWARDER_DEFAULTS,
  type EventsForwarderFile,
} from '../../src/constructs/events-forwarder-config.js';
import { containerOf, fileOf as fileIn, podOf, type Rendered } from './program-objects.js';

const PROPS: EventsForwarderProps = {
  name: 'opni-events',
  namespace: 'opni',
  image: 'registry.example/opni-logging:1',
  clusterId: '7a1e',
  clusterName: 'east',
  shipperUrl: 'http://opni-shipper.opni.svc.cluster.local:2021/log/ingest',
};

function render(props: Partial<EventsForwarderProps> = {}): Rendered[] {
  const chart = new Chart(Testing.app(), 'test');
  new EventsForwarder(chart, 'Events', { ...PROPS, ...props });
  return chart.toJson() as Rendered[];
}

const fileOf = (objects: readonly Rendered[]) => fileIn<EventsForwarderFile>(objects, 'events.yaml');

describe("the events forwarder's file", () => {
  it('says in its file which events go where', () => {
    const file = fileOf(
      render({
        includeNamespaces: ['shop'],
        excludeNamespaces: ['kube-system'],
        types: ['Warning'],
        excludeReasons: ['Pulled'],
      }),
    );
    expect(file.cluster).to.deep.equal({ id: '7a1e', name: 'east' });
    expect(file.source).to.deep.equal({
      namespaces: { include: ['shop'], exclude: ['kube-system'] },
      types: { include: ['Warning'], exclude: [] },
      reasons: { include: [], exclude: ['Pulled'] },
      kinds: { include: [], exclude: [] },
      updateIntervalSeconds: 0,
      replayPerSecond: 2000,
    });
    expect(file.shipper.url).to.equal(PROPS.shipperUrl);
    expect(file.standby).to.deep.equal({ leaseName: 'opni-events', leaseSeconds: 10 });
    expect(file).to.not.have.property('spool');
  });

  it('keeps text as text, whatever it looks like', () => {
    const file = fileOf(render({ clusterId: '0123', clusterName: 'no', excludeReasons: ['null', '1e3'] }));
    expect(file.cluster).to.deep.equal({ id: '0123', name: 'no' });
    expect(file.source!.reasons).to.deep.equal({ include: [], exclude: ['null', '1e3'] });
  });

  it('writes the values that the program would take by itself', () => {
    const file = fileOf(render());
    const { shipper, ...rest } = EVENTS_FORWARDER_DEFAULTS;
    expect(file).to.deep.include(rest);
    expect(file.shipper).to.deep.include(shipper);
  });

  it('keeps bodies below the size from which a Kafka buffer splits them', () => {
    expect(fileOf(render()).shipper.maxBatchBytes).to.be.at.most(1024 ** 2 - 1024);
  });

  it('mounts the login and the authority of the intake as files, never into the environment', () => {
    const objects = render({
      shipperUrl: 'https://opni-shipper.opni.svc:2021/log/ingest',
      intakeCaSecret: 'intake-tls',
      intakeAuthSecret: 'intake-login',
    });
    const { caFile, basicAuth } = fileOf(objects).shipper;
    expect({ caFile, basicAuth }).to.deep.equal({
      caFile: '/var/run/secrets/opni-logging/intake-ca/ca.crt',
      basicAuth: {
        usernameFile: '/var/run/secrets/opni-logging/intake-auth/username',
        passwordFile: '/var/run/secrets/opni-logging/intake-auth/password',
      },
    });
    const container = containerOf(objects);
    expect(container).to.not.have.property('env');
    expect(podOf(objects).volumes!.find(({ name }) => name === 'intake-auth')).to.deep.include({
      secret: {
        secretName: 'intake-login',
        items: [
          { key: 'username', path: 'username' },
          { key: 'password', path: 'password' },
        ],
        defaultMode: 0o440,
      },
    });
    const folders = container
      .volumeMounts!.filter(({ readOnly }) => readOnly)
      .map((mount) => mount.mountPath);
    expect(folders).to.include('/var/run/secrets/opni-logging/intake-ca');
  });

  it('leaves room for dead letters beside the spool', () => {
    const { spool, deadLetters } = fileOf(render({ spool: { size: '1Gi' } }));
    expect(spool!.maxBytes + deadLetters!.maxBytes).to.be.below(1024 ** 3);
    expect(spool!.maxBytes).to.equal(Math.floor(1024 ** 3 * 0.8));
    expect(spool!.folder).to.equal('/var/lib/opni-logging/spool');
  });
});
