import { expect } from 'chai';
import { healthOf } from '../../../src/apply/health/health.js';
import { type LiveParts, liveOf } from '../unit-support.js';
import { condition, conditions, NOW_MS, verdictOn } from './health-table.js';

const GROUP = 'logging.banzaicloud.io/v1beta1';

const FLOW: readonly (readonly [what: string, parts: LiveParts, health: string])[] = [
  ['without a status', {}, 'InProgress NotObserved'],
  ['with an empty status', { status: {} }, 'InProgress NotObserved'],
  ['with a status of null', { status: null }, 'InProgress NotObserved'],
  ['with neither yes nor no', { status: { active: null, problemsCount: 0 } }, 'InProgress NotObserved'],
  ['when it is in use', { status: { active: true } }, 'Current Active'],
  [
    'when it is in use and has no problems',
    { status: { active: true, problems: [], problemsCount: 0 } },
    'Current Active',
  ],
  ['when it is not in use', { status: { active: false } }, 'Current Inactive'],
  ['with a problem', { status: { active: true, problems: ['no such output'] } }, 'Failed Problems'],
  ['with a count of problems', { status: { active: true, problemsCount: 2 } }, 'Failed Problems'],
  [
    'with a problem, although it is not in use',
    { status: { active: false, problems: ['x'] } },
    'Failed Problems',
  ],
  [
    'by its own rule, whatever Ready says',
    { ...conditions(condition('Ready=True')) },
    'InProgress NotObserved',
  ],
  [
    'while it is being deleted',
    { metadata: { deletionTimestamp: 'x' }, status: { active: true } },
    'Terminating Terminating',
  ],
];

const LOGGING: typeof FLOW = [
  ['without a status', {}, 'InProgress NotObserved'],
  ['with an empty status', { status: {} }, 'InProgress ConfigCheckPending'],
  [
    'before its configuration was checked',
    { status: { configCheckResults: {} } },
    'InProgress ConfigCheckPending',
  ],
  [
    'when its configuration was checked',
    { status: { configCheckResults: { a: true } } },
    'Current ConfigChecked',
  ],
  ['when a check failed', { status: { configCheckResults: { a: false } } }, 'Failed ConfigCheckFailed'],
  [
    'when one of two checks failed',
    { status: { configCheckResults: { a: true, b: false } } },
    'Failed ConfigCheckFailed',
  ],
  ['with problems', { status: { configCheckResults: { a: true }, problems: ['x'] } }, 'Failed Problems'],
  [
    'with a count of problems',
    { status: { configCheckResults: { a: true }, problemsCount: 1 } },
    'Failed Problems',
  ],
  [
    'without problems',
    { status: { configCheckResults: { a: true }, problems: [], problemsCount: 0 } },
    'Current ConfigChecked',
  ],
  ['whatever namespaces it watches', { status: { watchNamespaces: ['a'] } }, 'InProgress ConfigCheckPending'],
];

describe('health of the kinds of the Logging Operator', () => {
  for (const kind of ['Flow', 'ClusterFlow', 'Output', 'ClusterOutput', 'FluentdConfig']) {
    for (const [what, parts, health] of FLOW) {
      it(`59: a ${kind} is ${health} ${what}`, () => {
        expect(verdictOn(`${GROUP}/${kind}`, parts)).to.equal(health);
      });
    }
  }

  for (const [what, parts, health] of LOGGING) {
    it(`59: a Logging is ${health} ${what}`, () => {
      expect(verdictOn(`${GROUP}/Logging`, parts)).to.equal(health);
    });
  }

  it('59: an output that no flow uses is current, with a warning', () => {
    const unused = healthOf(liveOf(`${GROUP}/Output`, { status: { active: false } }), NOW_MS);
    expect(unused).to.deep.equal({
      state: 'Current',
      reason: 'Inactive',
      message: 'is used by no flow',
      warning: true,
    });
    expect(healthOf(liveOf(`${GROUP}/Output`, { status: { active: true } }), NOW_MS).warning).to.equal(
      undefined,
    );
  });

  it('59: problems are told in the words of the operator, or counted', () => {
    const message = (status: object) => healthOf(liveOf(`${GROUP}/Flow`, { status }), NOW_MS).message;
    expect(message({ active: true, problems: ['no output a', 'no output b'], problemsCount: 2 })).to.equal(
      'no output a; no output b',
    );
    expect(message({ active: true, problemsCount: 2 })).to.equal('2 problems');
  });

  it('59: a refused configuration names the checks that failed, and only those', () => {
    const status = { configCheckResults: { aaa: true, bbb: false, ccc: false } };
    expect(healthOf(liveOf(`${GROUP}/Logging`, { status }), NOW_MS).message).to.equal(
      'has a configuration that Fluentd refuses (check bbb, ccc); the old one keeps running',
    );
  });

  it('59: a FluentbitAgent says nothing of itself', () => {
    expect(verdictOn(`${GROUP}/FluentbitAgent`, { status: {} })).to.equal('Current Current');
  });

  it('59: the rules hold in every version', () => {
    expect(verdictOn('logging.banzaicloud.io/v1alpha1/Flow', {})).to.equal('InProgress NotObserved');
  });
});
