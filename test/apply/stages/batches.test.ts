import { expect } from 'chai';
import type { Decision } from '../../../src/apply/plan/decision.js';
import { batchesOf } from '../../../src/apply/stages/batches.js';
import { sortObjects } from '../../../src/synth/stages.js';

/** Decisions for objects in the order of the stages; `kind` is `apiVersion/Kind`. */
const decisionsFor = (...kinds: readonly string[]): Decision[] =>
  sortObjects(
    kinds.map((kind, index) => ({
      apiVersion: kind.slice(0, kind.lastIndexOf('/')),
      kind: kind.slice(kind.lastIndexOf('/') + 1),
      metadata: { name: `o${index}` },
    })),
  ).map((object) => ({ object, action: 'create', member: true }));

const told = (...kinds: readonly string[]) =>
  batchesOf(decisionsFor(...kinds)).map(({ stage, decisions }) => [
    stage,
    ...decisions.map(({ object }) => object.kind),
  ]);

describe('batchesOf', () => {
  it('1: puts objects of one stage together, and stages one after the other', () => {
    expect(
      told(
        'v1/Secret',
        'apps/v1/DaemonSet',
        'v1/ConfigMap',
        'v1/Namespace',
        'apps/v1/Deployment',
        'v1/ServiceAccount',
      ),
    ).to.deep.equal([
      ['namespaces', 'Namespace'],
      ['access', 'ServiceAccount'],
      ['config', 'ConfigMap', 'Secret'],
      ['workloads', 'Deployment', 'DaemonSet'],
    ]);
  });

  it('1: sends bindings after the roles that they name', () => {
    expect(
      told(
        'rbac.authorization.k8s.io/v1/RoleBinding',
        'rbac.authorization.k8s.io/v1/ClusterRoleBinding',
        'rbac.authorization.k8s.io/v1/Role',
        'v1/ServiceAccount',
        'rbac.authorization.k8s.io/v1/ClusterRole',
      ),
    ).to.deep.equal([
      ['access', 'ServiceAccount', 'ClusterRole', 'Role'],
      ['access', 'ClusterRoleBinding', 'RoleBinding'],
    ]);
  });

  it('1: sends webhooks last, each kind of them that blocks others after all that it could block', () => {
    expect(
      told(
        'admissionregistration.k8s.io/v1/ValidatingWebhookConfiguration',
        'apiregistration.k8s.io/v1/APIService',
        'admissionregistration.k8s.io/v1/MutatingWebhookConfiguration',
        'example.com/v1/Widget',
        'logging.banzaicloud.io/v1beta1/Logging',
      ),
    ).to.deep.equal([
      ['logging', 'Logging', 'Widget'],
      ['logging', 'APIService'],
      ['logging', 'MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'],
    ]);
  });

  it('15: sends definitions before everything that may need them', () => {
    const batches = told(
      'logging.banzaicloud.io/v1beta1/Flow',
      'apiextensions.k8s.io/v1/CustomResourceDefinition',
    );
    expect(batches).to.deep.equal([
      ['crds', 'CustomResourceDefinition'],
      ['logging', 'Flow'],
    ]);
  });

  it('loses no decision and keeps their order', () => {
    const decisions = decisionsFor(
      'v1/Secret',
      'rbac.authorization.k8s.io/v1/RoleBinding',
      'v1/Secret',
      'v1/Service',
    );
    expect(batchesOf(decisions).flatMap((batch) => batch.decisions)).to.deep.equal(decisions);
    expect(batchesOf([])).to.deep.equal([]);
  });
});
