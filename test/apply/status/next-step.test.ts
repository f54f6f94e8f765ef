import { expect } from 'chai';
import { nextStep } from '../../../src/apply/status/next-step.js';
import type { PodProblem } from '../../../src/apply/status/pod-problem.js';

const deployment = { group: 'apps', version: 'v1', kind: 'Deployment', namespace: 'logs', name: 'x' };
const role = { group: '', version: 'v1', kind: 'Namespace', name: 'y' };
const health = (reason: string) => ({ state: 'InProgress' as const, reason, message: '' });
const problem = (reason: string, container?: string): PodProblem => ({
  namespace: 'logs',
  pod: 'x-1',
  reason,
  message: '',
  ...(container ? { container } : {}),
});

describe('what a person does next', () => {
  const PODS: readonly (readonly [reason: string, step: string])[] = [
    ['CrashLoopBackOff', 'kubectl logs -n logs x-1 -c main --previous'],
    ['CreateContainerConfigError', 'make the Secret or ConfigMap that the message names'],
    ['ErrImagePull', 'check the name of the image, the registry, and its pull secret'],
    ['ImagePullBackOff', 'check the name of the image, the registry, and its pull secret'],
    ['OOMKilled', 'give the container more memory in the configuration'],
    ['Unschedulable', 'give the cluster room, or ask for less in the configuration'],
    ['SomethingElse', 'kubectl describe pod -n logs x-1'],
  ];
  for (const [reason, step] of PODS) {
    it(`about a pod with ${reason} is: ${step}`, () => {
      expect(nextStep(deployment, health('LessReady'), problem(reason, 'main'))).to.equal(step);
    });
  }

  const OBJECTS: readonly (readonly [reason: string, step: string])[] = [
    ['NotFound', 'opni-logging apply makes it anew'],
    [
      'Terminating',
      'see its finalizers: kubectl get -n logs deployment.apps x -o jsonpath={.metadata.finalizers}',
    ],
    ['NotBound', 'kubectl describe -n logs deployment.apps x'],
    ['NotObserved', 'see whether the Logging Operator runs and watches this namespace'],
    ['Problems', 'mend what it says in the configuration, then apply'],
    ['SomethingElse', 'kubectl describe -n logs deployment.apps x'],
  ];
  for (const [reason, step] of OBJECTS) {
    it(`about an object that is ${reason} is: ${step}`, () => {
      expect(nextStep(deployment, health(reason), undefined)).to.equal(step);
    });
  }

  it('names objects of the cluster and of the core group as kubectl does', () => {
    expect(nextStep(role, health('x'), undefined)).to.equal('kubectl describe namespace y');
  });

  it('is about the pod when both are known', () => {
    expect(nextStep(deployment, health('NotFound'), problem('OOMKilled'))).to.contain('memory');
  });
});
