import { Chart, Testing } from 'cdk8s';
import { expect } from 'chai';
import { LoggingOperator, type LoggingOperatorProps } from '../../src/constructs/logging-operator.js';
import { operatorRules } from '../../src/constructs/logging-operator-rbac.js';
import { createObjectValidator, kubernetesSchemaVersions } from '../support/strict-schema.js';

interface Rendered {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels: Record<string, string>;
  };
  readonly rules?: unknown[];
  readonly spec?: { readonly template?: { readonly spec: Record<string, unknown> } };
}

function render(props: Partial<LoggingOperatorProps> = {}): Rendered[] {
  const chart = new Chart(Testing.app(), 'test');
  new LoggingOperator(chart, 'Operator', {
    name: 'opni-logging-operator',
    namespace: 'opni',
    image: 'registry.example/logging-operator:6.7.0',
    ...props,
  });
  return chart.toJson() as Rendered[];
}

const names = (objects: readonly Rendered[], kind: string) =>
  objects.filter((object) => object.kind === kind).map(({ metadata }) => metadata.name);
const podOf = (objects: readonly Rendered[]) =>
  objects.find(({ kind }) => kind === 'Deployment')?.spec?.template?.spec as {
    containers: { image: string; args: string[]; resources: unknown }[];
  } & Record<string, unknown>;

/** `group/resource` → verbs, over all rules. */
function rights(version: '6.7' | '4.10'): Map<string, string> {
  const found = new Map<string, string>();
  for (const rule of operatorRules(version)) {
    for (const group of rule.apiGroups ?? []) {
      for (const resource of rule.resources ?? []) {
        found.set(`${group}/${resource}`, rule.verbs.join(' '));
      }
    }
  }
  return found;
}

describe('LoggingOperator', () => {
  for (const version of kubernetesSchemaVersions()) {
    it(`emits objects that Kubernetes ${version} takes whole`, () => {
      const validate = createObjectValidator({ kubernetesVersion: version });
      const problems = render().flatMap((object) => validate(object as unknown as Record<string, unknown>));
      expect(problems).to.deep.equal([]);
    });
  }

  it('brings the sixteen kinds that the manager of each generation watches', () => {
    const modern = names(render(), 'CustomResourceDefinition');
    const old = names(render({ version: '4.10' }), 'CustomResourceDefinition');
    expect(modern).to.have.length(16).and.include('axosyslogs.logging.banzaicloud.io');
    expect(old).to.have.length(16).and.include('nodeagents.logging.banzaicloud.io');
    expect(modern).not.to.include('nodeagents.logging.banzaicloud.io');
    expect(old).not.to.include('axosyslogs.logging.banzaicloud.io');
  });

  it('leaves the definitions out on request', () => {
    const objects = render({ installCrds: false });
    expect(objects.map(({ kind }) => kind)).to.deep.equal([
      'ServiceAccount',
      'ClusterRole',
      'ClusterRoleBinding',
      'ClusterRole',
      'ClusterRole',
      'Service',
      'Deployment',
    ]);
  });

  it('asks for the rights of its own release and no others', () => {
    const modern = rights('6.7');
    const all = 'create delete get list patch update watch';
    expect(modern.get('/secrets')).to.equal(all);
    expect(modern.get('/nodes/proxy')).to.equal('get list watch');
    expect(modern.get('events.k8s.io/events')).to.equal('create get list watch');
    expect(modern.get('logging.banzaicloud.io/axosyslogs')).to.equal(all);
    expect(modern.get('logging.banzaicloud.io/loggings/status')).to.equal('get patch update');
    expect(modern.get('logging.banzaicloud.io/loggings/finalizers')).to.equal('update');
    expect(modern.get('logging-extensions.banzaicloud.io/hosttailers')).to.equal(all);
    expect([...modern.keys()].filter((key) => key.includes('*'))).to.deep.equal([]);
    expect([...modern].filter(([, verbs]) => verbs === '*')).to.deep.equal([
      ['coordination.k8s.io/leases', '*'],
    ]);
    expect([...modern.keys()].filter((key) => /openshift|telemetry|podsecurity/.test(key))).to.deep.equal([]);
    expect(rights('4.10').has('logging.banzaicloud.io/axosyslogs')).to.equal(false);
    expect(rights('4.10').has('logging.banzaicloud.io/nodeagents/status')).to.equal(true);
  });

  it('lets editors of a namespace write its flows and outputs, and viewers read them', () => {
    const roles = new Map(render().map((object) => [object.metadata.name, object]));
    const edit = roles.get('opni-logging-operator-edit');
    const view = roles.get('opni-logging-operator-view');
    expect(edit?.metadata.labels).to.include({
      'rbac.authorization.k8s.io/aggregate-to-admin': 'true',
      'rbac.authorization.k8s.io/aggregate-to-edit': 'true',
    });
    expect(view?.metadata.labels).to.include({ 'rbac.authorization.k8s.io/aggregate-to-view': 'true' });
    const resources = ['flows', 'outputs', 'syslogngflows', 'syslogngoutputs'];
    const apiGroups = ['logging.banzaicloud.io'];
    expect(view?.rules).to.deep.equal([{ apiGroups, resources, verbs: ['get', 'list', 'watch'] }]);
    expect(JSON.stringify(edit?.rules)).to.include('delete').and.not.include('cluster');
  });

  it('runs as a numbered account without privileges, with leader election and without watch filters', () => {
    const pod = podOf(render());
    expect(pod.containers[0]?.args).to.deep.equal(['-enable-leader-election=true']);
    expect(pod).to.deep.include({ securityContext: { runAsUser: 65532, runAsGroup: 65532 } });
    expect(pod.containers[0]).to.have.nested.property('securityContext.readOnlyRootFilesystem', true);
    expect(pod.containers[0]).to.have.nested.property('securityContext.runAsNonRoot', true);
  });

  it('takes image, resources and placement from its options', () => {
    const pod = podOf(
      render({
        image: 'mirror.local/operator:4.10.4',
        version: '4.10',
        imagePullSecrets: ['registry'],
        resources: { limits: { memory: '1Gi' } },
        nodeSelector: { 'kubernetes.io/os': 'linux' },
        tolerations: [{ operator: 'Exists' }],
        priorityClassName: 'opni-high',
      }),
    );
    expect(pod.containers[0]?.image).to.equal('mirror.local/operator:4.10.4');
    expect(pod.containers[0]?.resources).to.deep.equal({
      requests: { cpu: '100m', memory: '128Mi' },
      limits: { memory: '1Gi' },
    });
    expect(pod).to.deep.include({
      imagePullSecrets: [{ name: 'registry' }],
      nodeSelector: { 'kubernetes.io/os': 'linux' },
      tolerations: [{ operator: 'Exists' }],
      priorityClassName: 'opni-high',
    });
  });

  it('keeps cluster-wide objects out of the namespace and all others in it', () => {
    for (const { kind, metadata } of render()) {
      const clusterWide = /^(Cluster|Custom)/.test(kind);
      expect(metadata.namespace, `${kind} ${metadata.name}`).to.equal(clusterWide ? undefined : 'opni');
    }
  });
});
