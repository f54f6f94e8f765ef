import { Chart, Testing } from 'cdk8s';
import { expect } from 'chai';
import { EventsForwarder, type EventsForwarderProps } from '../../src/constructs/events-forwarder.js';
import type { EventsForwarderFile } from '../../src/constructs/events-forwarder-config.js';
import { createObjectValidator, kubernetesSchemaVersions } from '../support/strict-schema.js';
import {
  byKind,
  containerOf,
  deploymentOf,
  fileOf,
  podAnnotations,
  podOf,
  type Rendered,
} from './program-objects.js';

const PROPS: EventsForwarderProps = {
  name: 'opni-events',
  namespace: 'opni',
  image: 'registry.example/opni-logging:1',
  clusterId: '7a1e',
  clusterName: 'east',
  shipperUrl: 'http://opni-shipper.opni.svc.cluster.local:2021/log/ingest',
};
const SPOOL = { size: '1Gi' };
const CLOSED_INTAKE: Partial<EventsForwarderProps> = {
  shipperUrl: 'https://opni-shipper.opni.svc:2021/log/ingest',
  intakeCaSecret: 'intake-tls',
  intakeAuthSecret: 'intake-login',
};

function chartOf(props: Partial<EventsForwarderProps> = {}): { chart: Chart; forwarder: EventsForwarder } {
  const chart = new Chart(Testing.app(), 'test');
  return { chart, forwarder: new EventsForwarder(chart, 'Events', { ...PROPS, ...props }) };
}

const render = (props: Partial<EventsForwarderProps> = {}) => chartOf(props).chart.toJson() as Rendered[];
const problemsOf = (props: Partial<EventsForwarderProps>) => chartOf(props).forwarder.node.validate();

const VARIANTS: readonly (readonly [string, Partial<EventsForwarderProps>])[] = [
  ['with its defaults', {}],
  ['with a standby', { replicas: 2 }],
  ['with a spool', { spool: { size: '1Gi', storageClass: 'fast' } }],
  ['with a closed intake', CLOSED_INTAKE],
];

describe('EventsForwarder', () => {
  for (const version of kubernetesSchemaVersions()) {
    const validate = createObjectValidator({ kubernetesVersion: version });
    for (const [title, props] of VARIANTS) {
      it(`emits objects that Kubernetes ${version} takes whole, ${title}`, () => {
        const faults = render(props).flatMap((object) =>
          validate(object as unknown as Record<string, unknown>),
        );
        expect(faults).to.deep.equal([]);
      });
    }
  }

  it('runs the events command with its configuration file', () => {
    const container = containerOf(render());
    expect(container.args).to.deep.equal(['events', '--config', '/etc/opni-logging/events.yaml']);
    expect(container.volumeMounts).to.deep.include({
      name: 'config',
      mountPath: '/etc/opni-logging',
      readOnly: true,
    });
  });

  it('may read events and keep its one Lease, and nothing else', () => {
    const objects = render();
    const read = { resources: ['events'], verbs: ['get', 'list', 'watch'] };
    expect(byKind(objects, 'ClusterRole')!.rules).to.deep.equal([
      { apiGroups: [''], ...read },
      { apiGroups: ['events.k8s.io'], ...read },
    ]);
    expect(byKind(objects, 'Role')!.rules).to.deep.equal([
      {
        apiGroups: ['coordination.k8s.io'],
        resources: ['leases'],
        resourceNames: ['opni-events'],
        verbs: ['create', 'get', 'patch', 'update'],
      },
    ]);
    for (const kind of ['ClusterRoleBinding', 'RoleBinding']) {
      expect(byKind(objects, kind), kind).to.have.nested.property('subjects[0].namespace', 'opni');
    }
  });

  it('runs without root, without privileges and with a read-only root', () => {
    const pod = podOf(render());
    expect(pod.securityContext).to.include({ runAsUser: 65532, runAsGroup: 65532, fsGroup: 65532 });
    expect(pod.containers[0]!.securityContext).to.deep.include({
      runAsNonRoot: true,
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
    });
    expect(pod.automountServiceAccountToken).to.equal(true);
    expect(byKind(render(), 'ServiceAccount')).to.have.property('automountServiceAccountToken', false);
  });

  it('asks for little, limits memory only, and lets resources be replaced entry by entry', () => {
    const resources = (props: Partial<EventsForwarderProps>) => containerOf(render(props)).resources;
    expect(resources({})).to.deep.equal({
      requests: { cpu: '50m', memory: '64Mi' },
      limits: { memory: '192Mi' },
    });
    expect(resources({ resources: { limits: { memory: '1Gi' } } })).to.deep.equal({
      requests: { cpu: '50m', memory: '64Mi' },
      limits: { memory: '1Gi' },
    });
  });

  it('is probed on the port that its configuration names', () => {
    const objects = render();
    const container = containerOf(objects);
    expect(container.livenessProbe).to.have.deep.property('httpGet', { path: '/healthz', port: 'http' });
    expect(container.readinessProbe).to.have.deep.property('httpGet', { path: '/readyz', port: 'http' });
    expect(container).to.have.deep.property('ports', [
      { name: 'http', containerPort: fileOf<EventsForwarderFile>(objects, 'events.yaml').server!.port },
    ]);
    expect(byKind(objects, 'Service')!.spec).to.deep.include({
      clusterIP: 'None',
      ports: [{ name: 'metrics', port: 8080, targetPort: 'http' }],
    });
  });

  it('stops its drain before the pod is killed', () => {
    const objects = render();
    expect(podOf(objects).terminationGracePeriodSeconds).to.equal(30);
    expect(fileOf<EventsForwarderFile>(objects, 'events.yaml').drainSeconds).to.be.below(30);
  });

  it('rolls its pods when the configuration changes, and only then', () => {
    const annotations = (props: Partial<EventsForwarderProps>) => podAnnotations(render(props));
    expect(annotations({})).to.deep.equal(annotations({}));
    expect(annotations({ types: ['Warning'] })).to.not.deep.equal(annotations({}));
  });

  it('gives a standby a node of its own where it can, and keeps one pod through evictions', () => {
    const objects = render({ replicas: 2 });
    expect(deploymentOf(objects)).to.include({ replicas: 2 });
    expect(podOf(objects).topologySpreadConstraints).to.have.lengthOf(1);
    expect(byKind(objects, 'PodDisruptionBudget')!.spec).to.include({ maxUnavailable: 1 });
    expect(byKind(render(), 'PodDisruptionBudget')).to.equal(undefined);
    expect(podOf(render())).to.not.have.property('topologySpreadConstraints');
  });

  it('selects the same pods with every selector', () => {
    const { chart, forwarder } = chartOf({ replicas: 2 });
    const objects = chart.toJson() as Rendered[];
    const { podSelector } = forwarder;
    expect(byKind(objects, 'Deployment')!.spec).to.have.deep.nested.property(
      'selector.matchLabels',
      podSelector,
    );
    expect(byKind(objects, 'PodDisruptionBudget')!.spec).to.have.deep.nested.property(
      'selector.matchLabels',
      podSelector,
    );
    expect(byKind(objects, 'Service')!.spec).to.have.deep.property('selector', podSelector);
  });

  it('keeps a spool on a volume that only one pod holds at a time', () => {
    const objects = render({ spool: { size: '1Gi', storageClass: 'fast' } });
    expect(byKind(objects, 'PersistentVolumeClaim')!.spec).to.deep.equal({
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'fast',
      resources: { requests: { storage: '1Gi' } },
    });
    expect(deploymentOf(objects).strategy!.type).to.equal('Recreate');
    expect(podOf(objects).volumes).to.deep.include({
      name: 'data',
      persistentVolumeClaim: { claimName: 'opni-events' },
    });
  });

  it('takes the default storage class when none is given', () => {
    expect(byKind(render({ spool: SPOOL }), 'PersistentVolumeClaim')!.spec).to.not.have.property(
      'storageClassName',
    );
  });

  it('refuses a spool with a standby, and says what to do', () => {
    expect(problemsOf({ spool: SPOOL, replicas: 2 })).to.deep.equal([
      'opni-events: a spool belongs to one pod; give replicas 1, or leave the spool out to have a standby',
    ]);
    expect(problemsOf({ spool: SPOOL })).to.deep.equal([]);
    expect(problemsOf({ replicas: 2 })).to.deep.equal([]);
  });

  it('refuses any other number of pods', () => {
    expect(problemsOf({ replicas: 3 })).to.deep.equal(['opni-events: replicas is 3; give 1 or 2']);
    expect(problemsOf({ replicas: 0 })).to.have.lengthOf(1);
  });

  it('refuses an authority for an intake without TLS', () => {
    expect(problemsOf({ intakeCaSecret: 'intake-tls' })[0]).to.contain('is no https address');
    expect(problemsOf(CLOSED_INTAKE)).to.deep.equal([]);
  });

  it('goes where it is told to', () => {
    const pod = podOf(
      render({
        imagePullSecrets: ['registry'],
        nodeSelector: { pool: 'infra' },
        tolerations: [{ key: 'infra', operator: 'Exists' }],
        priorityClassName: 'logging',
      }),
    );
    expect(pod).to.deep.include({
      imagePullSecrets: [{ name: 'registry' }],
      nodeSelector: { pool: 'infra' },
      tolerations: [{ key: 'infra', operator: 'Exists' }],
      priorityClassName: 'logging',
    });
  });
});
