import { expect } from 'chai';
import fc from 'fast-check';
import { groupKindOf } from '../../src/constructs/kubernetes-object.js';
import { STAGES, sortObjects, stageNumber, stageOf } from '../../src/synth/stages.js';
import { plainObject } from './support.js';

describe('stages', () => {
  it('list every kind once and give a reason', () => {
    const kinds = STAGES.flatMap((stage) => stage.kinds);
    expect(new Set(kinds).size).to.equal(kinds.length);
    for (const stage of STAGES) expect(stage.reason).to.match(/\.$/);
  });

  it('are numbered in the order of the files', () => {
    expect(STAGES.map(({ name }) => `${stageNumber(name)}-${name}`)).to.deep.equal([
      '1-namespaces',
      '2-crds',
      '3-access',
      '4-config',
      '5-workloads',
      '6-logging',
    ]);
  });

  it('put an object where its group and kind belong', () => {
    const cases = {
      namespaces: [
        plainObject('v1', 'Namespace', 'a'),
        plainObject('scheduling.k8s.io/v1', 'PriorityClass', 'a'),
      ],
      crds: [plainObject('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'a')],
      access: [
        plainObject('v1', 'ServiceAccount', 'a'),
        plainObject('rbac.authorization.k8s.io/v1', 'Role', 'a'),
      ],
      config: [plainObject('v1', 'Service', 'a'), plainObject('policy/v1', 'PodDisruptionBudget', 'a')],
      workloads: [
        plainObject('apps/v1', 'DaemonSet', 'a'),
        plainObject('autoscaling/v2', 'HorizontalPodAutoscaler', 'a'),
      ],
      logging: [
        plainObject('serving.knative.dev/v1', 'Service', 'a'),
        plainObject('example.io/v1', 'Thing', 'a'),
      ],
    };
    for (const [stage, objects] of Object.entries(cases)) {
      for (const object of objects) expect(stageOf(object), groupKindOf(object)).to.equal(stage);
    }
  });

  it('put webhooks after the custom resources that they would block', () => {
    const sorted = sortObjects([
      plainObject('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration', 'a'),
      plainObject('example.io/v1', 'Thing', 'a'),
      plainObject('logging.banzaicloud.io/v1beta1', 'Logging', 'a'),
    ]);
    expect(sorted.map(({ kind }) => kind)).to.deep.equal([
      'Logging',
      'Thing',
      'ValidatingWebhookConfiguration',
    ]);
  });

  it('sort to the same order from any order', () => {
    const objects = ['a', 'b', 'Z'].flatMap((name) => [
      plainObject('v1', 'Secret', name, 'one'),
      plainObject('v1', 'Secret', name, 'two'),
      plainObject('example.io/v1', 'Thing', name),
      plainObject('example.io/v2', 'Other', name),
      plainObject('v1', 'Namespace', name),
    ]);
    const order = sortObjects(objects);
    fc.assert(
      fc.property(fc.shuffledSubarray(objects, { minLength: objects.length }), (shuffled) => {
        expect(sortObjects(shuffled)).to.deep.equal(order);
      }),
    );
  });
});
