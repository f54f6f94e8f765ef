import { expect } from 'chai';
import { checkApiServerRules, quantity } from './api-server-rules.js';

type Part = Record<string, unknown>;

/** A correct Deployment with changes in the object, the pod and the container. */
function deployment({ root = {}, spec = {}, pod = {}, container = {} }: Record<string, Part> = {}): Part {
  const first = {
    name: 'web',
    image: 'a:1',
    ports: [{ containerPort: 8080, name: 'http' }],
    volumeMounts: [{ name: 'data', mountPath: '/data' }],
    readinessProbe: { httpGet: { port: 'http' } },
    resources: { requests: { cpu: '500m', memory: '1Gi' }, limits: { cpu: 1, memory: '1024Mi' } },
    ...container,
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', labels: { 'app.kubernetes.io/name': 'web', empty: '' } },
    spec: {
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: { containers: [first], volumes: [{ name: 'data', emptyDir: {} }], ...pod },
      },
      ...spec,
    },
    ...root,
  };
}

describe('rules of the API server beyond its schema', () => {
  it('passes a correct object', () => expect(checkApiServerRules(deployment())).to.deep.equal([]));

  it('takes colons in names of roles, and claims of a StatefulSet as volumes', () => {
    expect(checkApiServerRules({ kind: 'ClusterRole', metadata: { name: 'opni:agent' } })).to.deep.equal([]);
    const spec = { volumeClaimTemplates: [{ metadata: { name: 'data' } }] };
    expect(
      checkApiServerRules(deployment({ root: { kind: 'StatefulSet' }, pod: { volumes: [] } })).join(),
    ).to.contain('no volume');
    const set = deployment({ pod: { volumes: [] } });
    expect(checkApiServerRules({ ...set, spec: { ...(set['spec'] as Part), ...spec } })).to.deep.equal([]);
  });

  const c = 'spec.template.spec.containers[0]';
  const service = (...ports: Part[]) => ({ kind: 'Service', metadata: { name: 'a' }, spec: { ports } });
  const cases: [string, Part, string][] = [
    [
      'a name with capitals',
      deployment({ root: { metadata: { name: 'Web' } } }),
      'metadata.name: "Web" is no name',
    ],
    ['an object without name', { kind: 'ConfigMap' }, 'metadata.name: "" is no name'],
    [
      'a Service name that begins with a digit',
      { ...service(), metadata: { name: '1a' } },
      'metadata.name: "1a" is no name',
    ],
    [
      'a label value of 64 characters',
      { kind: 'ConfigMap', metadata: { name: 'a', labels: { a: 'x'.repeat(64) } } },
      `metadata.labels: "${'x'.repeat(64)}" is no label value`,
    ],
    [
      'a label key with two slashes',
      { kind: 'ConfigMap', metadata: { name: 'a', labels: { 'a/b/c': '' } } },
      '"a/b/c" is no label key',
    ],
    [
      'annotations beyond 256 KiB',
      { kind: 'ConfigMap', metadata: { name: 'a', annotations: { a: 'x'.repeat(262144) } } },
      'metadata.annotations: 262145 bytes, at most 262144',
    ],
    [
      'a data key with a slash',
      { kind: 'ConfigMap', metadata: { name: 'a' }, data: { 'a/b': '' } },
      'data: "a/b" is no key',
    ],
    [
      'data beyond 1 MiB',
      { kind: 'ConfigMap', metadata: { name: 'a' }, data: { a: 'x'.repeat(1048577) } },
      'data: 1048577 bytes',
    ],
    [
      'a selector that the pods do not have',
      deployment({ spec: { selector: { matchLabels: { app: 'x' } } } }),
      'spec.selector: app: x is not',
    ],
    ['an empty selector', deployment({ spec: { selector: {} } }), 'spec.selector: selects nothing'],
    [
      'a mount without volume',
      deployment({ pod: { volumes: [] } }),
      `${c}.volumeMounts: there is no volume data`,
    ],
    [
      'a volume without source',
      deployment({ pod: { volumes: [{ name: 'data' }] } }),
      'volumes[0]: exactly one kind must be given, found none',
    ],
    [
      'a volume twice',
      deployment({
        pod: {
          volumes: [
            { name: 'data', emptyDir: {} },
            { name: 'data', emptyDir: {} },
          ],
        },
      }),
      'spec.template.spec.volumes: name data stands twice',
    ],
    [
      'two containers of one name',
      deployment({ pod: { initContainers: [{ name: 'web', image: 'a' }] } }),
      'spec.template.spec: name web stands twice',
    ],
    ['a container without image', deployment({ container: { image: '' } }), `${c}.image: is empty`],
    [
      'a port name of 16 characters',
      deployment({ container: { ports: [{ containerPort: 1, name: 'a'.repeat(16) }] } }),
      'is no port name',
    ],
    [
      'port 0',
      deployment({ container: { ports: [{ containerPort: 0, name: 'http' }] } }),
      `${c}.ports[0]: 0 is no port`,
    ],
    [
      'a probe of a port that is not there',
      deployment({ container: { ports: [] } }),
      `${c}.readinessProbe: the container has no port http`,
    ],
    [
      'a probe of two kinds',
      deployment({ container: { livenessProbe: { exec: {}, tcpSocket: { port: 1 } } } }),
      'found exec, tcpSocket',
    ],
    [
      'a variable twice',
      deployment({ container: { env: [{ name: 'A' }, { name: 'A' }] } }),
      `${c}.env: name A stands twice`,
    ],
    [
      'a variable with two sources',
      deployment({ container: { env: [{ name: 'A', value: 'a', valueFrom: {} }] } }),
      'A has a value and a valueFrom',
    ],
    [
      'a request above its limit',
      deployment({ container: { resources: { requests: { memory: '1Gi' }, limits: { memory: '1G' } } } }),
      `${c}.resources: requests 1Gi memory, more than its limit 1G`,
    ],
    [
      'root that must not be root',
      deployment({
        pod: { securityContext: { runAsNonRoot: true } },
        container: { securityContext: { runAsUser: 0 } },
      }),
      'never starts',
    ],
    [
      'privileged without escalation',
      deployment({ container: { securityContext: { privileged: true, allowPrivilegeEscalation: false } } }),
      'privileged excludes',
    ],
    [
      'two Service ports without name',
      service({ port: 1 }, { port: 2 }),
      'spec.ports[0].name: "" is no port name',
    ],
    [
      'a budget with both bounds',
      { kind: 'PodDisruptionBudget', metadata: { name: 'a' }, spec: { minAvailable: 1, maxUnavailable: 1 } },
      'exactly one of minAvailable',
    ],
  ];
  for (const [title, object, fault] of cases) {
    it(`refuses ${title}`, () => expect(checkApiServerRules(object).join('\n')).to.contain(fault));
  }

  it('reads quantities', () => {
    expect(['1', 2, '500m', '1k', '1Ki', '1.5Gi', '1e3', '2E'].map(quantity)).to.deep.equal([
      1, 2, 0.5, 1000, 1024, 1610612736, 1000, 2e18,
    ]);
    expect(quantity('1GB')).to.deep.equal(Number.NaN);
  });
});
