import { expect } from 'chai';
import {
  failureIn,
  failureOf,
  isAlreadyGone,
  isFieldConflict,
  isForbidden,
  isImmutableField,
  isNotFound,
  refusal,
} from '../../src/kube/api-failure.js';

const answer = (status: number, body: unknown) => ({ status, body, warnings: [] });
const status = (code: number, message: string, causes: readonly unknown[] = []) =>
  failureOf(answer(code, { kind: 'Status', code, reason: 'R', message, details: { causes } }))!;
const cause = (reason: string, message: string, field = 'spec.a') => ({ reason, message, field });

describe('failureOf', () => {
  it('is none for a success', () => {
    expect(failureOf(answer(200, {}))).to.equal(undefined);
    expect(failureOf(answer(201, { kind: 'Status', code: 500 }))).to.equal(undefined);
  });

  it('gives reason, message, causes, object and wait', () => {
    const details = {
      group: 'apps',
      kind: 'deployments',
      name: 'a',
      retryAfterSeconds: 3,
      causes: [{ reason: 'FieldValueInvalid', field: 'spec.selector', message: 'no' }, {}],
    };
    const body = { kind: 'Status', code: 422, reason: 'Invalid', message: 'is invalid', details };
    expect(failureOf(answer(422, body))).to.deep.equal({
      status: 422,
      reason: 'Invalid',
      message: 'is invalid',
      causes: [
        { reason: 'FieldValueInvalid', field: 'spec.selector', message: 'no' },
        { reason: '', field: '', message: '' },
      ],
      retryAfterSeconds: 3,
      details: { group: 'apps', kind: 'deployments', name: 'a', uid: undefined },
    });
  });

  for (const [what, body] of [
    ['a page of a proxy', '<html>s3cret</html>'],
    ['nothing', undefined],
    ['JSON of somebody else', { message: 's3cret' }],
    ['null', null],
    ['a list', [{ message: 's3cret' }]],
  ] as const) {
    it(`does not quote ${what}`, () => {
      expect(failureOf(answer(502, body))).to.include({ status: 502, message: 'the server answered 502' });
      expect(failureOf(answer(401, body))?.message).to.equal('the credentials were refused (401)');
    });
  }

  it('holds the failure as the cause of a refusal', () => {
    const error = refusal('Pod n/a', answer(403, { kind: 'Status', message: 'not for you' }));
    expect(error).to.include({ code: 'cluster', message: 'Pod n/a: not for you' });
    expect(failureIn(error)).to.include({ status: 403, message: 'not for you' });
    expect(failureIn(new Error('x'))).to.equal(undefined);
    expect(failureIn(undefined)).to.equal(undefined);
  });
});

describe('what a failure means', () => {
  it('tells a conflict of fields from other conflicts', () => {
    expect(isFieldConflict(status(409, 'c', [cause('FieldManagerConflict', 'conflict with "m"')]))).to.equal(
      true,
    );
    expect(isFieldConflict(status(409, 'the object has been modified'))).to.equal(false);
    expect(isFieldConflict(status(422, 'c', [cause('FieldManagerConflict', 'x')]))).to.equal(false);
  });

  it('takes an object for gone that is not there, or is another one by now, but not one that was changed', () => {
    expect(isAlreadyGone(status(404, 'not found'))).to.equal(true);
    const uid = 'Precondition failed: UID in precondition: a, UID in object meta: b';
    const version =
      'Precondition failed: ResourceVersion in precondition: 1, ResourceVersion in object meta: 2';
    expect(isAlreadyGone(status(409, uid))).to.equal(true);
    expect(isAlreadyGone(status(409, version))).to.equal(false);
  });

  it('knows missing and forbidden', () => {
    expect([isNotFound(status(404, 'x')), isNotFound(status(403, 'x'))]).to.deep.equal([true, false]);
    expect([isForbidden(status(403, 'x')), isForbidden(status(401, 'x'))]).to.deep.equal([true, false]);
  });

  const IMMUTABLE: readonly (readonly [string, ReturnType<typeof cause>])[] = [
    ['a selector', cause('FieldValueInvalid', 'Invalid value: {"a":"b"}: field is immutable')],
    [
      'an immutable ConfigMap',
      cause('FieldValueForbidden', 'Forbidden: field is immutable when `immutable` is set'),
    ],
    ['the role of a binding', cause('FieldValueInvalid', 'Invalid value: {}: cannot change roleRef')],
    ['the address of a Service', cause('FieldValueInvalid', 'Invalid value: []: may not change once set')],
  ];
  for (const [what, one] of IMMUTABLE) {
    it(`#52 takes ${what} for immutable, and only when nothing else is wrong`, () => {
      expect(isImmutableField(status(422, 'x', [one]))).to.equal(true);
      expect(
        isImmutableField(status(422, 'x', [one, cause('FieldValueInvalid', 'must be positive')])),
      ).to.equal(false);
      expect(isImmutableField(status(409, 'x', [one]))).to.equal(false);
      expect(isImmutableField(status(422, 'field is immutable'))).to.equal(false);
      expect(isImmutableField(status(422, 'x', [{ ...one, reason: 'FieldValueRequired' }]))).to.equal(false);
    });
  }
});
