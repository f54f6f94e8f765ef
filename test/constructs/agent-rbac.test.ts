import { Chart, Testing } from 'cdk8s';
import { expect } from 'chai';
import type { PolicyRule } from 'kubernetes-types/rbac/v1.js';
import { OpniLoggingError } from '../../src/common/error.js';
import { type ApplyRules, rulesFor } from '../../src/constructs/agent-rbac.js';
import type { KubernetesObject } from '../../src/constructs/kubernetes-object.js';
import { LoggingStack, type LoggingStackProps } from '../../src/constructs/logging-stack.js';
import { resourceNames } from '../../src/constructs/resource-names.js';

const STACK: LoggingStackProps = {
  cluster: { name: 'east', distribution: 'rke2', id: '7a1e' },
  opensearch: { url: 'https://opensearch.example:9200', username: 'east' },
  collection: { events: { spool: { size: '1Gi' } } },
  scheduling: { priorityClassName: 'logging', createPriorityClass: { value: 1000 } },
};

function stackObjects(): KubernetesObject[] {
  const chart = new Chart(Testing.app(), 'test');
  new LoggingStack(chart, 'Stack', STACK);
  return chart.toJson() as KubernetesObject[];
}

const object = (
  apiVersion: string,
  kind: string,
  name: string,
  more: Readonly<Record<string, unknown>> = {},
): KubernetesObject => ({ apiVersion, kind, metadata: { name, namespace: 'opni' }, ...more });

interface Request {
  readonly group: string;
  readonly resource: string;
  readonly verb: string;
  readonly name?: string;
}

/** What the API server's authorizer does with rules: any rule that covers the request allows it. */
const allows = (rules: readonly PolicyRule[], { group, resource, verb, name }: Request): boolean =>
  rules.some(
    (rule) =>
      (rule.apiGroups ?? []).includes(group) &&
      (rule.resources ?? []).includes(resource) &&
      rule.verbs.includes(verb) &&
      (rule.resourceNames === undefined || (name !== undefined && rule.resourceNames.includes(name))),
  );

const allRules = ({ clusterRules, namespaceRules }: ApplyRules) => [...clusterRules, ...namespaceRules];

describe('rights of the agent over a whole stack', () => {
  let objects: KubernetesObject[];
  let rules: ApplyRules;

  before(() => {
    objects = stackObjects();
    rules = rulesFor(objects, 'opni');
  });

  it('suffice to create, read, change, list and watch every object by server-side apply', () => {
    const nameOf = resourceNames(objects);
    expect(objects.length).to.be.above(30);
    for (const each of objects) {
      const { group, plural, clusterScoped } = nameOf(each);
      const scope = clusterScoped ? rules.clusterRules : rules.namespaceRules;
      for (const verb of ['create', 'get', 'patch', 'list', 'watch']) {
        const request = { group, resource: plural, verb, name: each.metadata.name };
        expect(allows(scope, request), `${verb} ${each.kind} ${each.metadata.name}`).to.equal(true);
      }
    }
  });

  it('suffice to prune every object but namespaces and definitions', () => {
    const nameOf = resourceNames(objects);
    for (const each of objects) {
      const { group, plural, clusterScoped } = nameOf(each);
      const scope = clusterScoped ? rules.clusterRules : rules.namespaceRules;
      const request = { group, resource: plural, verb: 'delete', name: each.metadata.name };
      const kept = ['Namespace', 'CustomResourceDefinition'].includes(each.kind);
      expect(allows(scope, request), `${each.kind} ${each.metadata.name}`).to.equal(!kept);
    }
  });

  it('change nothing without naming it', () => {
    for (const rule of allRules(rules)) {
      const onlyReads = rule.verbs.every((verb) => verb === 'list' || verb === 'watch');
      expect(rule.resourceNames !== undefined || onlyReads, JSON.stringify(rule)).to.equal(true);
    }
  });

  it('hold no wildcard', () => {
    for (const { apiGroups, resources, resourceNames: names, verbs } of allRules(rules)) {
      expect([apiGroups, resources, names, verbs].flat()).to.not.include('*');
    }
  });

  it('reach no Secret of the cluster', () => {
    expect(rules.clusterRules.flatMap(({ resources }) => resources)).to.not.include('secrets');
  });

  it('let roles be written with any rights and be bound, but only those of the stack', () => {
    const role = { group: 'rbac.authorization.k8s.io', resource: 'clusterroles' };
    for (const verb of ['escalate', 'bind']) {
      expect(allows(rules.clusterRules, { ...role, verb, name: 'opni-logging-operator' })).to.equal(true);
      expect(allows(rules.clusterRules, { ...role, verb, name: 'cluster-admin' })).to.equal(false);
      expect(allows(rules.clusterRules, { ...role, verb })).to.equal(false);
    }
  });

  it('do not depend on the order of the objects', () => {
    expect(rulesFor([...objects].reverse(), 'opni')).to.deep.equal(rules);
  });
});

describe('rulesFor', () => {
  it('names the objects of a kind in one rule, and lists a group in one', () => {
    const { clusterRules, namespaceRules } = rulesFor(
      [
        object('v1', 'Service', 'b'),
        object('v1', 'ConfigMap', 'c'),
        object('v1', 'Service', 'a'),
        object('v1', 'Service', 'a'),
      ],
      'opni',
    );
    const verbs = ['create', 'delete', 'get', 'patch'];
    expect(clusterRules).to.deep.equal([]);
    expect(namespaceRules).to.deep.equal([
      { apiGroups: [''], resources: ['configmaps'], resourceNames: ['c'], verbs },
      { apiGroups: [''], resources: ['services'], resourceNames: ['a', 'b'], verbs },
      { apiGroups: [''], resources: ['configmaps', 'services'], verbs: ['list', 'watch'] },
    ]);
  });

  it('watches a Secret by its name only', () => {
    const { namespaceRules } = rulesFor([object('v1', 'Secret', 'a')], 'opni');
    const secrets = { group: '', resource: 'secrets' };
    expect(allows(namespaceRules, { ...secrets, verb: 'watch', name: 'a' })).to.equal(true);
    expect(allows(namespaceRules, { ...secrets, verb: 'list' })).to.equal(false);
    expect(allows(namespaceRules, { ...secrets, verb: 'get', name: 'b' })).to.equal(false);
  });

  it('may not delete the namespace that the agent lives in', () => {
    const { clusterRules } = rulesFor([object('v1', 'Namespace', 'opni')], 'opni');
    const request = { group: '', resource: 'namespaces', name: 'opni' };
    expect(allows(clusterRules, { ...request, verb: 'patch' })).to.equal(true);
    expect(allows(clusterRules, { ...request, verb: 'delete' })).to.equal(false);
  });

  it('lets a role be bound where the binding is', () => {
    const rbac = 'rbac.authorization.k8s.io/v1';
    const binding = object(rbac, 'RoleBinding', 'a', { roleRef: { kind: 'ClusterRole', name: 'view' } });
    const { clusterRules, namespaceRules } = rulesFor([binding], 'opni');
    const request = {
      group: 'rbac.authorization.k8s.io',
      resource: 'clusterroles',
      verb: 'bind',
      name: 'view',
    };
    expect(allows(namespaceRules, request)).to.equal(true);
    expect(clusterRules).to.deep.equal([]);
  });

  it('takes scope and resource name of a kind from its definition', () => {
    const definition = object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'mice.example.org', {
      spec: { group: 'example.org', scope: 'Cluster', names: { kind: 'Mouse', plural: 'mice' } },
    });
    const { clusterRules } = rulesFor([object('example.org/v1', 'Mouse', 'a'), definition], 'opni');
    expect(
      allows(clusterRules, { group: 'example.org', resource: 'mice', verb: 'patch', name: 'a' }),
    ).to.equal(true);
  });

  it('refuses a kind whose resource name is not known, by its name', () => {
    expect(() => rulesFor([object('example.org/v1', 'Mouse', 'a')], 'opni'))
      .to.throw(OpniLoggingError, 'Mouse of example.org/v1 has no known resource name')
      .with.property('code', 'construct');
  });

  it('refuses an object of another namespace', () => {
    expect(() => rulesFor([object('v1', 'ConfigMap', 'a')], 'logging')).to.throw(
      'ConfigMap opni/a is outside of the namespace logging',
    );
  });

  it('takes an object without a namespace as one of its own, and ignores a stamped one on a cluster kind', () => {
    const plain: KubernetesObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } };
    const stamped = object('logging.banzaicloud.io/v1beta1', 'Logging', 'a');
    const { clusterRules, namespaceRules } = rulesFor([plain, stamped], 'logging');
    expect(clusterRules[0]).to.deep.include({ resources: ['loggings'] });
    expect(namespaceRules[0]).to.deep.include({ resources: ['configmaps'] });
  });
});
