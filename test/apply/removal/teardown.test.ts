import { expect } from 'chai';
import { TEARDOWN, type TeardownStep, teardownStep } from '../../../src/apply/removal/teardown.js';
import { refOf } from '../../../src/apply/set/object-ref.js';
import { STAGES } from '../../../src/synth/stages.js';
import { liveOf } from '../unit-support.js';

const COMPONENT = 'app.kubernetes.io/component';
const stepOf = (kind: string, component?: string, isRead = true): TeardownStep => {
  const live = liveOf(kind, component ? { metadata: { labels: { [COMPONENT]: component } } } : {});
  return teardownStep(refOf(live), isRead ? live : undefined);
};

const STEPS: readonly (readonly [kind: string, step: TeardownStep, component?: string])[] = [
  ['logging.banzaicloud.io/v1beta1/FluentbitAgent', 'intake'],
  ['apps/v1/DaemonSet', 'intake', 'host-logs'],
  ['apps/v1/Deployment', 'intake', 'events'],
  ['apps/v1/Deployment', 'workloads', 'operator'],
  ['apps/v1/StatefulSet', 'workloads', 'shipper'],
  ['apps/v1/Deployment', 'workloads'],
  ['batch/v1/CronJob', 'workloads'],
  ['logging.banzaicloud.io/v1beta1/Logging', 'custom-resources'],
  ['logging.banzaicloud.io/v1beta1/ClusterFlow', 'custom-resources'],
  ['logging.opni.io/v1/LogAdapter', 'custom-resources'],
  ['example.com/v1/Widget', 'custom-resources'],
  ['admissionregistration.k8s.io/v1/ValidatingWebhookConfiguration', 'webhooks'],
  ['admissionregistration.k8s.io/v1/MutatingWebhookConfiguration', 'webhooks'],
  ['apiregistration.k8s.io/v1/APIService', 'webhooks'],
  ['v1/ConfigMap', 'config'],
  ['v1/Secret', 'config'],
  ['v1/PersistentVolumeClaim', 'config'],
  ['networking.k8s.io/v1/NetworkPolicy', 'config'],
  ['scheduling.k8s.io/v1/PriorityClass', 'config'],
  ['flowcontrol.apiserver.k8s.io/v1/FlowSchema', 'config'],
  ['apps/v1/ControllerRevision', 'config'],
  ['v1/ServiceAccount', 'access'],
  ['rbac.authorization.k8s.io/v1/ClusterRoleBinding', 'access'],
  ['apiextensions.k8s.io/v1/CustomResourceDefinition', 'definitions'],
  ['v1/Namespace', 'namespaces'],
];

describe('the order in which a set goes', () => {
  for (const [kind, step, component] of STEPS) {
    const what = component ? `${kind} of ${component}` : kind;
    it(`64: ${what} goes with the ${step}`, () => expect(stepOf(kind, component)).to.equal(step));
  }

  it('64: custom resources go while their operator lives, and nothing new comes in by then', () => {
    const order = (step: TeardownStep) => TEARDOWN.indexOf(step);
    const steps = [
      stepOf('logging.banzaicloud.io/v1beta1/FluentbitAgent'),
      stepOf('logging.banzaicloud.io/v1beta1/Logging'),
      stepOf('admissionregistration.k8s.io/v1/ValidatingWebhookConfiguration'),
      stepOf('apps/v1/Deployment', 'operator'),
      stepOf('v1/Secret'),
      stepOf('rbac.authorization.k8s.io/v1/ClusterRole'),
      stepOf('apiextensions.k8s.io/v1/CustomResourceDefinition'),
      stepOf('v1/Namespace'),
    ].map(order);
    expect(steps).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(TEARDOWN).to.have.length(8);
  });

  it('42: an object that cannot be read goes by its kind', () => {
    expect(stepOf('apps/v1/DaemonSet', 'host-logs', false)).to.equal('workloads');
    expect(stepOf('logging.banzaicloud.io/v1beta1/FluentbitAgent', undefined, false)).to.equal('intake');
  });

  it('only workloads take records in by their label', () => {
    expect(stepOf('v1/ConfigMap', 'host-logs')).to.equal('config');
    expect(stepOf('v1/ServiceAccount', 'events')).to.equal('access');
  });

  it('every kind of every stage has a step', () => {
    const kinds = STAGES.flatMap((stage) => stage.kinds).map((groupKind) => {
      const [kind = '', group] = groupKind.split('/').reverse();
      return `${group ? `${group}/` : ''}v1/${kind}`;
    });
    expect(kinds.filter((kind) => !TEARDOWN.includes(stepOf(kind)))).to.deep.equal([]);
  });
});
