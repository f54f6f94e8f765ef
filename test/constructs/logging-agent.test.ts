import { Chart, Testing } from 'cdk8s';
import { expect } from 'chai';
import type { PolicyRule } from 'kubernetes-types/rbac/v1.js';
import type { ClusterInput } from '../../src/config/types.js';
import { LoggingAgent, type LoggingAgentProps } from '../../src/constructs/logging-agent.js';
import { AGENT_DEFAULTS, type AgentFile } from '../../src/constructs/logging-agent-config.js';
import { createObjectValidator, kubernetesSchemaVersions } from '../support/strict-schema.js';
import {
  byKind,
  configOf,
  containerOf,
  fileOf as fileIn,
  podAnnotations,
  podOf,
  type Rendered,
} from './program-objects.js';

const PIN = `sha256:${'A'.repeat(43)}`;
const CLUSTER: ClusterInput = {
  apiVersion: 'opni-logging/v1',
  cluster: { name: 'east', distribution: 'rke2', kubernetesVersion: '1.30' },
  collection: { pods: { includeLabels: { shop: 'yes', no: 'on' } } },
};
const PROPS: LoggingAgentProps = {
  name: 'opni-agent',
  namespace: 'opni',
  image: 'registry.example/opni-logging:1',
  gateway: { address: 'opni.example:9090', pins: [PIN] },
  bootstrapTokenSecret: { name: 'opni-bootstrap', key: 'token' },
  credentialsSecret: 'opni-opensearch-auth',
  cluster: CLUSTER,
  applies: [
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'opni-shipper', namespace: 'opni' } },
    { apiVersion: 'logging.banzaicloud.io/v1beta1', kind: 'Logging', metadata: { name: 'opni-logging' } },
  ],
};
const CA_GATEWAY = {
  address: 'opni.example:9090',
  trust: 'ca',
  caSecret: { name: 'opni-ca', key: 'ca.pem' },
} as const;

function chartOf(props: Partial<LoggingAgentProps> = {}): { chart: Chart; agent: LoggingAgent } {
  const chart = new Chart(Testing.app(), 'test');
  return { chart, agent: new LoggingAgent(chart, 'Agent', { ...PROPS, ...props }) };
}

const render = (props: Partial<LoggingAgentProps> = {}) => chartOf(props).chart.toJson() as Rendered[];
const fileOf = (objects: readonly Rendered[]) => fileIn<AgentFile>(objects, 'agent.yaml');
const problemsOf = (props: Partial<LoggingAgentProps>) => chartOf(props).agent.node.validate();
const rulesOf = (objects: readonly Rendered[], kind: 'Role' | 'ClusterRole') => byKind(objects, kind)!.rules!;
const about = (rules: readonly PolicyRule[], resource: string) =>
  rules.filter(({ resources }) => resources?.includes(resource));

describe('LoggingAgent', () => {
  for (const version of kubernetesSchemaVersions()) {
    const validate = createObjectValidator({ kubernetesVersion: version });
    it(`emits objects that Kubernetes ${version} takes whole`, () => {
      const objects = [...render(), ...render({ replicas: 2, gateway: CA_GATEWAY })];
      expect(
        objects.flatMap((object) => validate(object as unknown as Record<string, unknown>)),
      ).to.deep.equal([]);
    });
  }

  it('runs the agent command with its configuration file', () => {
    const container = containerOf(render());
    expect(container.args).to.deep.equal(['agent', '--config', '/etc/opni-logging/agent.yaml']);
    expect(container.resources).to.deep.equal({
      requests: { cpu: '50m', memory: '96Mi' },
      limits: { memory: '256Mi' },
    });
  });

  it('says in its file how to reach and trust the gateway', () => {
    expect(fileOf(render()).gateway).to.deep.equal({
      address: 'opni.example:9090',
      trust: 'pins',
      pins: [PIN],
      bootstrapTokenFile: '/var/run/secrets/opni-logging/bootstrap-token/token',
      keyringSecret: 'opni-agent-keyring',
      disableAfter: '2m',
    });
    expect(fileOf(render({ gateway: CA_GATEWAY, disableAfter: 'never' })).gateway).to.include({
      trust: 'ca',
      caFile: '/var/run/secrets/opni-logging/gateway-ca/ca.pem',
      disableAfter: 'never',
    });
  });

  it('names what it keeps in the cluster', () => {
    const file = fileOf(render());
    expect(file.apply).to.deep.equal({ inventory: 'opni-agent-inventory', lockLease: 'opni-agent-apply' });
    expect(file.standby).to.deep.equal({ leaseName: 'opni-agent', leaseSeconds: 15 });
    expect(file.stack.credentialsSecret).to.equal('opni-opensearch-auth');
  });

  it('writes the values that the program would take by itself', () => {
    const { gateway, ...rest } = AGENT_DEFAULTS;
    expect(fileOf(render())).to.deep.include(rest);
    expect(fileOf(render()).gateway).to.include(gateway);
  });

  it('carries the configuration of the cluster unchanged, beside its own', () => {
    const objects = render();
    expect(fileOf(objects).stack.clusterFile).to.equal('/etc/opni-logging/cluster.json');
    expect(JSON.parse(configOf(objects)['cluster.json']!)).to.deep.equal(CLUSTER);
  });

  it('rolls when the configuration of the cluster changes', () => {
    const annotations = podAnnotations(render());
    expect(podAnnotations(render({ cluster: { ...CLUSTER, prefix: 'other' } }))).to.not.deep.equal(
      annotations,
    );
  });

  it('starts without the bootstrap token, which may be deleted after the first connection', () => {
    expect(podOf(render()).volumes).to.deep.include({
      name: 'bootstrap-token',
      secret: {
        secretName: 'opni-bootstrap',
        items: [{ key: 'token', path: 'token' }],
        defaultMode: 0o440,
        optional: true,
      },
    });
    expect(containerOf(render())).to.not.have.property('env');
  });

  it('does not start without the certificates that it must trust', () => {
    const volume = podOf(render({ gateway: CA_GATEWAY })).volumes!.find(({ name }) => name === 'gateway-ca');
    expect(volume).to.have.nested.property('secret.secretName', 'opni-ca');
    expect(volume).to.not.have.nested.property('secret.optional');
  });

  it('emits no Secret, so that removing the manifests does not remove its keys', () => {
    expect(byKind(render(), 'Secret')).to.equal(undefined);
  });

  it('may touch its two Secrets and no others, and never delete the keyring', () => {
    const objects = render();
    expect(about(rulesOf(objects, 'ClusterRole'), 'secrets')).to.deep.equal([]);
    const secrets = about(rulesOf(objects, 'Role'), 'secrets');
    expect(secrets.map(({ resourceNames }) => resourceNames)).to.deep.equal([
      ['opni-agent-keyring'],
      ['opni-opensearch-auth'],
    ]);
    expect(secrets[0]!.verbs).to.deep.equal(['create', 'get', 'patch']);
  });

  it('holds its two Leases and its inventory by name', () => {
    const rules = rulesOf(render(), 'Role');
    expect(about(rules, 'leases')[0]!.resourceNames).to.deep.equal(['opni-agent', 'opni-agent-apply']);
    expect(about(rules, 'configmaps')[0]!.resourceNames).to.deep.equal(['opni-agent-inventory']);
  });

  it('may delete the Lease of the stack, which goes with it, and not the one by which agents stand by', () => {
    const deleting = about(rulesOf(render(), 'Role'), 'leases').filter(({ verbs }) =>
      verbs.includes('delete'),
    );
    expect(deleting.map(({ resourceNames }) => resourceNames)).to.deep.equal([['opni-agent-apply']]);
  });

  it('may detect the distribution and the id of the cluster', () => {
    const rules = rulesOf(render(), 'ClusterRole');
    expect(about(rules, 'nodes')).to.deep.equal([{ apiGroups: [''], resources: ['nodes'], verbs: ['list'] }]);
    expect(about(rules, 'namespaces')[0]).to.deep.include({ resourceNames: ['kube-system'], verbs: ['get'] });
  });

  it('may apply what it is given, each in its scope', () => {
    const objects = render();
    expect(about(rulesOf(objects, 'ClusterRole'), 'loggings')[0]).to.deep.include({
      resourceNames: ['opni-logging'],
      verbs: ['create', 'delete', 'get', 'patch'],
    });
    const deployments = about(rulesOf(objects, 'Role'), 'deployments');
    expect(deployments.some(({ resourceNames }) => resourceNames?.[0] === 'opni-shipper')).to.equal(true);
  });

  it('changes nothing without naming it, and holds no wildcard', () => {
    const objects = render();
    for (const rule of [...rulesOf(objects, 'Role'), ...rulesOf(objects, 'ClusterRole')]) {
      const onlyReads = rule.verbs.every((verb) => ['get', 'list', 'watch'].includes(verb));
      expect(rule.resourceNames !== undefined || onlyReads, JSON.stringify(rule)).to.equal(true);
      expect([rule.apiGroups, rule.resources, rule.verbs].flat()).to.not.include('*');
    }
  });

  it('follows other names', () => {
    const objects = render({ keyringSecret: 'keys', inventory: 'opni-inventory', lockLease: 'opni-apply' });
    expect(fileOf(objects).gateway.keyringSecret).to.equal('keys');
    const rules = rulesOf(objects, 'Role');
    expect(about(rules, 'secrets')[0]!.resourceNames).to.deep.equal(['keys']);
    expect(about(rules, 'configmaps')[0]!.resourceNames).to.deep.equal(['opni-inventory']);
    expect(about(rules, 'leases')[0]!.resourceNames).to.deep.equal(['opni-agent', 'opni-apply']);
  });

  it('has a standby, and a budget that keeps one of the two', () => {
    const objects = render({ replicas: 2 });
    expect(byKind(objects, 'Deployment')!.spec).to.include({ replicas: 2 });
    expect(byKind(objects, 'PodDisruptionBudget')!.spec).to.include({ maxUnavailable: 1 });
  });

  it('refuses trust without anything to trust, and says what to give', () => {
    const address = 'opni.example:9090';
    expect(problemsOf({ gateway: { address } })[0]).to.contain('give gateway.pins');
    expect(problemsOf({ gateway: { address, trust: 'ca' } })[0]).to.contain('give gateway.caSecret');
    expect(problemsOf({ gateway: { address, trust: 'insecure' } })).to.deep.equal([]);
    expect(problemsOf({ gateway: CA_GATEWAY })).to.deep.equal([]);
    expect(problemsOf({})).to.deep.equal([]);
  });
});
