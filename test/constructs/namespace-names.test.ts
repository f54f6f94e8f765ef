import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { VERSION } from '../../src/common/version.js';
import { labelsFor, selectorFor } from '../../src/constructs/labels.js';
import { StackNames } from '../../src/constructs/names.js';
import { StackNamespace } from '../../src/constructs/stack-namespace.js';
import { one } from '../stack/object-parts.js';
import { repositoryPath } from '../support/repository.js';
import { render } from './support.js';

const kinds = (name: string) =>
  render((scope) => new StackNamespace(scope, 'Namespace', { name })).map(({ kind }) => kind);

describe('StackNamespace', () => {
  it('lets the collectors mount folders of the node', () => {
    const namespace = one(
      render((scope) => new StackNamespace(scope, 'N', { name: 'opni' })),
      'Namespace',
    );
    expect(namespace.metadata.labels).to.include({ 'pod-security.kubernetes.io/enforce': 'privileged' });
  });

  it('enforces a stricter level when told so', () => {
    const namespace = one(
      render((scope) => new StackNamespace(scope, 'N', { name: 'opni', podSecurity: 'restricted' })),
      'Namespace',
    );
    expect(namespace.metadata.labels).to.include({ 'pod-security.kubernetes.io/enforce': 'restricted' });
  });

  it('leaves the namespaces alone that every cluster has', () => {
    for (const name of ['default', 'kube-system', 'kube-public', 'kube-node-lease']) {
      expect(kinds(name), name).to.deep.equal([]);
    }
    for (const name of ['default-logging', 'kubernetes', 'my-kube-system']) {
      expect(kinds(name), name).to.deep.equal(['Namespace']);
    }
  });

  it('makes a priority class on request, never the default of the cluster', () => {
    const objects = render(
      (scope) =>
        new StackNamespace(scope, 'N', { name: 'default', priorityClass: { name: 'logging', value: 5 } }),
    );
    expect(one(objects, 'PriorityClass')).to.include({ value: 5 }).and.not.have.property('globalDefault');
    expect(objects).to.have.length(1);
  });
});

describe('the names of a stack', () => {
  const names = (prefix: string) => {
    const stack = new StackNames(prefix);
    const { credentials, shipper, output, errorOutput, flow, logging, hostLogs, events, operator, agent } =
      stack;
    return { credentials, shipper, output, errorOutput, flow, logging, hostLogs, events, operator, agent };
  };

  it('are those of the original where there were some', () => {
    expect(names('opni')).to.deep.equal({
      credentials: 'opni-opensearch-auth',
      shipper: 'opni-shipper',
      output: 'opni-output',
      errorOutput: 'opni-output-errors',
      flow: 'opni-flow',
      logging: 'opni-logging',
      hostLogs: 'opni-host-logs',
      events: 'opni-events',
      operator: 'opni-logging-operator',
      agent: 'opni-agent',
    });
  });

  it('stay within what the operator takes, at the longest prefix', () => {
    const longest = names('p'.repeat(20));
    expect(longest.logging.length).to.be.at.most(40);
    expect(new Set(Object.values(longest)).size).to.equal(10);
  });
});

describe('labels', () => {
  const labels = { name: 'data-prepper', instance: 'opni-shipper', component: 'shipper' };

  it('select by the smallest part that tells components and stacks apart', () => {
    expect(selectorFor(labels)).to.deep.equal({
      'app.kubernetes.io/name': 'data-prepper',
      'app.kubernetes.io/instance': 'opni-shipper',
    });
    expect(labelsFor(labels)).to.include(selectorFor(labels));
  });

  it('hold no version, since selectors and pods would change with it', () => {
    expect(Object.keys(labelsFor(labels)).join()).not.to.match(/version/);
  });
});

describe('the version of the project', () => {
  it('is that of its package', () => {
    const { version } = JSON.parse(readFileSync(repositoryPath('package.json'), 'utf8')) as {
      version: string;
    };
    expect(VERSION).to.equal(version);
  });
});
