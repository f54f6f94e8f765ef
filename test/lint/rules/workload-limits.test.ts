import { expect } from 'chai';
import { workloadLimits } from '../../../src/lint/rules/workload-limits.js';
import { check, describeRule, setWith } from '../support.js';

const POD = ['spec', 'template', 'spec'];
const AT = 'DaemonSet logs/collector spec.template.spec';
const resources = (requests: object, limits: object) =>
  setWith('collector', [...POD, 'containers', 0, 'resources'], { requests, limits });

describeRule(
  workloadLimits,
  [
    {
      refuses: 'a request for memory above its limit',
      objects: resources({ memory: '1Gi' }, { memory: '512Mi' }),
      path: `${AT}.containers[0].resources.requests.memory`,
      fix: 'limits: {memory: 1Gi}',
    },
    {
      refuses: 'a request for processor time above its limit, whatever its notation',
      objects: resources({ cpu: 2 }, { cpu: '500m' }),
      path: `${AT}.containers[0].resources.requests.cpu`,
      fix: 'smaller request',
    },
    {
      refuses: 'a pod whose containers an override took away',
      objects: setWith('collector', [...POD, 'containers'], []),
      path: `${AT}.containers`,
      fix: 'a list replaces a list',
    },
    {
      refuses: 'the same of the collector that the operator runs',
      objects: setWith('agent', ['spec', 'resources'], {
        requests: { memory: '300Mi' },
        limits: { memory: '256Mi' },
      }),
      path: 'FluentbitAgent main spec.resources.requests.memory',
      fix: 'limits',
    },
  ],
  () => {
    it('takes equal amounts, and leaves a notation that it does not know to the API server', () => {
      expect(check(workloadLimits, resources({ memory: '1Gi' }, { memory: '1024Mi' }))).to.deep.equal([]);
      expect(check(workloadLimits, resources({ memory: '1e3' }, { memory: '1' }))).to.deep.equal([]);
    });
  },
);
