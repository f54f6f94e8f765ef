import { expect } from 'chai';
import { openSession } from '../../../src/apply/session/session.js';
import { sendObject } from '../../../src/apply/stages/send-object.js';
import type { ApiAnswer } from '../../../src/kube/api-client.js';
import type { Cluster } from '../../../src/kube/cluster.js';
import { PODS, stoppedClock } from '../../kube/client-support.js';
import { liveOf } from '../unit-support.js';

const SECRET = liveOf('v1/Secret', { stringData: { a: 'hunter2' } });

interface Refusal {
  readonly status: number;
  readonly message?: string;
  readonly causes?: readonly object[];
  readonly kind?: string;
}
const answerOf = ({ status, message = 'no', causes, kind }: Refusal): ApiAnswer => ({
  status,
  warnings: [],
  body: { kind: 'Status', code: status, message, details: { causes, ...(kind ? { kind } : {}) } },
});
const CONFLICT = [{ reason: 'FieldManagerConflict', field: '.spec.x', message: 'conflict with "argo"' }];
const cause = (message: string, reason = 'FieldValueInvalid') => ({ reason, field: 'spec.x', message });

/** Sends an object; the answers come one after the other, the last one for good. */
async function sendTo(answers: readonly ApiAnswer[], options = {}) {
  const requests: object[] = [];
  const clock = stoppedClock();
  const cluster = {
    apply: async (_: unknown, __: unknown, asked: object) => {
      requests.push(asked);
      return answers[Math.min(requests.length, answers.length) - 1]!;
    },
  } as unknown as Cluster;
  const session = openSession({ cluster, set: { namespace: 'logs', inventory: 'i', lock: 'l' }, clock });
  const outcome = await sendObject(session, PODS, SECRET, options);
  const waitedMs = clock.slept.reduce((sum, ms) => sum + ms, 0);
  return { outcome, requests, waitedMs };
}
const OK: ApiAnswer = { status: 200, warnings: ['deprecated'], body: SECRET };

describe('sendObject', () => {
  it('tells whether the object was made, and what the API server warned of', async () => {
    expect((await sendTo([OK])).outcome).to.deep.equal({
      type: 'taken',
      live: SECRET,
      created: false,
      warnings: ['deprecated'],
    });
    expect((await sendTo([{ ...OK, status: 201 }])).outcome).to.include({ created: true });
  });

  it('passes on whether to force, and whether only to ask', async () => {
    const { requests } = await sendTo([OK], { force: true, dryRun: true });
    expect(requests).to.deep.equal([{ fieldManager: 'opni-logging', force: true, dryRun: true }]);
  });

  it('21: sends again at once what met another write, five times at most', async () => {
    const clash = answerOf({ status: 409, message: 'the object has been modified' });
    expect((await sendTo([clash, clash, OK])).outcome.type).to.equal('taken');
    const { outcome, requests, waitedMs } = await sendTo([clash]);
    expect(outcome).to.include({ type: 'refused', status: 409 });
    expect([requests.length, waitedMs]).to.deep.equal([6, 0]);
  });

  it('10: does not send again what somebody else owns', async () => {
    const { outcome, requests } = await sendTo([answerOf({ status: 409, causes: CONFLICT })]);
    expect(outcome).to.deep.equal({
      type: 'conflict',
      conflicts: [{ manager: 'argo', operation: 'Apply', fields: ['.spec.x'] }],
    });
    expect(requests).to.have.length(1);
  });

  it('16: waits for a kind that one of several API servers does not know yet', async () => {
    const missing = answerOf({ status: 404, message: 'the server could not find the requested resource' });
    expect((await sendTo([missing, missing, OK])).outcome.type).to.equal('taken');
    const { outcome, waitedMs } = await sendTo([missing]);
    expect(outcome).to.include({ type: 'refused', status: 404 });
    expect(waitedMs).to.equal(20_000);
  });

  it('18: waits for a namespace that was just made, but not as long', async () => {
    const missing = answerOf({ status: 404, message: 'namespaces "x" not found', kind: 'namespaces' });
    expect((await sendTo([missing])).waitedMs).to.equal(5000);
  });

  it('68: waits for nothing when it only asks', async () => {
    expect((await sendTo([answerOf({ status: 404 })], { dryRun: true })).waitedMs).to.equal(0);
  });

  it('51: tells which fields cannot be changed', async () => {
    const immutable = answerOf({ status: 422, message: 'is invalid', causes: [cause('field is immutable')] });
    expect((await sendTo([immutable])).outcome).to.deep.equal({
      type: 'immutable',
      message: 'is invalid',
      fields: ['spec.x'],
    });
  });

  it('52: takes a refusal for that only when nothing else is wrong', async () => {
    const both = answerOf({ status: 422, causes: [cause('field is immutable'), cause('must be positive')] });
    expect((await sendTo([both])).outcome).to.include({ type: 'refused', status: 422 });
    expect((await sendTo([answerOf({ status: 422, message: 'x is immutable' })])).outcome.type).to.equal(
      'refused',
    );
  });

  it('55: quotes no value of a Secret', async () => {
    const echo = answerOf({ status: 422, message: 'bad "hunter2" aHVudGVyMg==', causes: [cause('wrong')] });
    expect((await sendTo([echo])).outcome).to.include({ message: 'bad "***" ***' });
  });

  const FIXES: readonly (readonly [number: number, what: string, refusal: Refusal, fix: string])[] = [
    [
      22,
      'a missing right',
      { status: 403 },
      'give the account the verbs patch and create on pods, or apply as another account',
    ],
    [
      21,
      'a quota that is used up',
      { status: 403, message: 'exceeded quota: q' },
      'raise the quota of the namespace',
    ],
    [
      20,
      'a webhook that says no',
      { status: 403, message: 'admission webhook "a.example.com" denied the request: no' },
      'change the object as the rule wants it, or the rule',
    ],
    [
      20,
      'a policy that says no',
      {
        status: 422,
        message: "pods \"a\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: no",
      },
      'change the object as the rule wants it, or the rule',
    ],
    [
      19,
      'a namespace that goes',
      { status: 403, causes: [cause('', 'NamespaceTerminating')] },
      'wait until the namespace is gone, then run again',
    ],
    [
      23,
      'a field of another version',
      { status: 500, message: '.spec.y: field not declared in schema' },
      'correct the name of the field; when it is right, the cluster knows the kind in another version: bring that up to date, or leave the field out',
    ],
    [23, 'a field with a wrong value', { status: 422 }, 'mend the field that the message names'],
    [
      20,
      'a webhook that says no',
      { status: 500, message: 'failed calling webhook "x"' },
      'see why the webhook does not answer: its pods, its service, its certificate',
    ],
    [22, 'credentials that ran out', { status: 401 }, 'log in again, or give other credentials'],
  ];
  for (const [number, what, refusal, fix] of FIXES) {
    it(`${number}: says how to mend ${what}`, async () => {
      expect((await sendTo([answerOf(refusal)])).outcome).to.deep.include({ type: 'refused', fix });
    });
  }
});
