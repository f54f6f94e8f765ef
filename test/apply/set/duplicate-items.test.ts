import { expect } from 'chai';
import { objectSet } from '../../../src/apply/set/object-set.js';
import type { KubernetesObject } from '../../../src/constructs/kubernetes-object.js';
import { thrownBy } from '../unit-support.js';

const workload = (kind: string, pod: object): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name: 'x', namespace: 'n' },
  spec: { template: { spec: pod } },
});
const service = (ports: readonly object[]): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'x', namespace: 'n' },
  spec: { ports },
});
const container = (fields: object) => workload('Deployment', { containers: [{ name: 'c', ...fields }] });
const problemsOf = (object: KubernetesObject) => thrownBy(() => objectSet([object])).problems;
const POD = '.spec.template.spec';

const TWICE: readonly (readonly [what: string, object: KubernetesObject, message: string])[] = [
  [
    'a variable',
    container({ env: [{ name: 'A', value: '1' }, { name: 'B' }, { name: 'A', value: '2' }] }),
    `${POD}.containers[0].env has A twice`,
  ],
  [
    'a variable with the same value',
    container({ env: [{ name: 'A' }, { name: 'A' }] }),
    `${POD}.containers[0].env has A twice`,
  ],
  [
    'a port of a container',
    container({ ports: [{ containerPort: 53 }, { containerPort: 53, protocol: 'TCP' }] }),
    `${POD}.containers[0].ports has TCP 53 twice`,
  ],
  [
    'a mount',
    container({
      volumeMounts: [
        { mountPath: '/a', name: 'x' },
        { mountPath: '/a', name: 'y' },
      ],
    }),
    `${POD}.containers[0].volumeMounts has /a twice`,
  ],
  [
    'a container',
    workload('DaemonSet', { containers: [{ name: 'a' }, { name: 'a' }] }),
    `${POD}.containers has a twice`,
  ],
  [
    'a container of the start',
    workload('StatefulSet', { initContainers: [{ name: 'a' }, { name: 'a' }] }),
    `${POD}.initContainers has a twice`,
  ],
  [
    'a volume',
    workload('DaemonSet', { volumes: [{ name: 'a' }, { name: 'a' }] }),
    `${POD}.volumes has a twice`,
  ],
  [
    'a port of a Service',
    service([
      { port: 53, name: 'a' },
      { port: 53, name: 'b', targetPort: 5353 },
    ]),
    '.spec.ports has TCP 53 twice',
  ],
  [
    'a port of a Service with protocol',
    service([
      { port: 53, protocol: 'UDP' },
      { port: 53, protocol: 'UDP' },
    ]),
    '.spec.ports has UDP 53 twice',
  ],
];

describe('items of lists that the API server tells apart by a key', () => {
  for (const [what, object, message] of TWICE) {
    it(`56: ${what} must not be there twice`, () => {
      const problems = problemsOf(object);
      expect(problems).to.deep.equal([{ path: `${object.kind} n/x`, message, fix: 'remove one of the two' }]);
    });
  }

  it('56: a port for TCP and UDP is two ports', () => {
    const dns = [
      { port: 53, name: 'dns' },
      { port: 53, protocol: 'UDP', name: 'dns-udp' },
      { port: 53, protocol: 'SCTP', name: 'dns-sctp' },
    ];
    const ports = dns.map(({ port, protocol }) => ({ containerPort: port, protocol }));
    const { objects } = objectSet([service(dns), container({ ports })]);
    expect(objects[0]?.['spec']).to.deep.equal({ ports: dns });
    expect(objects).to.have.length(2);
  });

  it('56: may be the same in two containers', () => {
    const env = [{ name: 'A' }];
    const containers = [
      { name: 'a', env },
      { name: 'b', env },
    ];
    expect(
      objectSet([workload('Deployment', { containers, initContainers: [{ name: 'a' }] })]).objects,
    ).to.have.length(1);
  });

  it('56: are found in pods and in the jobs of a schedule too', () => {
    const pod = { containers: [{ name: 'a' }, { name: 'a' }] };
    const metadata = { name: 'x', namespace: 'n' };
    expect(problemsOf({ apiVersion: 'v1', kind: 'Pod', metadata, spec: pod })[0]?.message).to.equal(
      '.spec.containers has a twice',
    );
    const spec = { jobTemplate: { spec: { template: { spec: pod } } } };
    expect(problemsOf({ apiVersion: 'batch/v1', kind: 'CronJob', metadata, spec })[0]?.message).to.equal(
      '.spec.jobTemplate.spec.template.spec.containers has a twice',
    );
  });

  it('56: are all told', () => {
    const env = [{ name: 'A' }, { name: 'A' }, { name: 'B' }, { name: 'B' }];
    expect(
      problemsOf(container({ env, ports: [{ containerPort: 1 }, { containerPort: 1 }] })),
    ).to.have.length(3);
  });

  it('are nobody’s business in custom resources and in maps of any names', () => {
    const spec = { env: [{ name: 'A' }, { name: 'A' }], ports: [{}, {}] };
    const custom = {
      apiVersion: 'logging.banzaicloud.io/v1beta1',
      kind: 'Logging',
      metadata: { name: 'x' },
      spec,
    };
    expect(objectSet([custom]).objects).to.have.length(1);
    expect(
      objectSet([container({ resources: { limits: { env: '1' } }, args: ['a', 'a'] })]).objects,
    ).to.have.length(1);
  });
});
