import { expect } from 'chai';
import fc from 'fast-check';
import { Mask, maskMessage } from '../../../src/apply/diff/mask.js';
import { LAST_APPLIED } from '../../../src/apply/fields/takeover-patch.js';
import { liveOf } from '../unit-support.js';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const secretOf = (fields: object, metadata: object = {}) => liveOf('v1/Secret', { metadata, ...fields });

describe('a Secret without its values', () => {
  const mask = (...secrets: ReturnType<typeof secretOf>[]) => {
    const one = new Mask();
    return secrets.map((secret) => one.object(secret));
  };

  it('55: shows the keys of data and stringData, and no value', () => {
    const [masked] = mask(secretOf({ data: { a: base64('hunter2') }, stringData: { b: 'correct horse' } }));
    expect(masked).to.deep.include({ data: { a: '*** (1)' }, stringData: { b: '*** (2)' } });
  });

  it('55: shows that values are equal, in whatever field and object they stand', () => {
    const [before, after] = mask(
      secretOf({ data: { a: base64('hunter2'), b: base64('other') } }),
      secretOf({ stringData: { a: 'hunter2', b: 'new' } }),
    );
    expect(before?.['data']).to.deep.equal({ a: '*** (1)', b: '*** (2)' });
    expect(after?.['stringData']).to.deep.equal({ a: '*** (1)', b: '*** (3)' });
  });

  it('55: hides what kubectl remembers of it', () => {
    const annotations = { [LAST_APPLIED]: '{"data":{"a":"aHVudGVyMg=="}}', note: 'plain' };
    const [masked] = mask(secretOf({}, { annotations }));
    expect(masked?.metadata.annotations).to.deep.equal({ [LAST_APPLIED]: '*** (1)', note: 'plain' });
  });

  it('55: hides numbers, nothing, and empty values alike', () => {
    const [masked] = mask(secretOf({ data: { a: '', b: 5, c: null } }));
    expect(masked?.['data']).to.deep.equal({ a: '*** (1)', b: '*** (2)', c: '*** (3)' });
  });

  it('keeps all else of it, and the object that was given', () => {
    const secret = secretOf({ data: { a: 'YQ==' }, type: 'Opaque', immutable: true }, { labels: { x: 'y' } });
    const before = structuredClone(secret);
    expect(mask(secret)[0]).to.deep.equal({ ...before, data: { a: '*** (1)' } });
    expect(secret).to.deep.equal(before);
  });

  it('leaves all other objects alone', () => {
    const others = [
      liveOf('v1/ConfigMap', { data: { a: 'x' }, metadata: { annotations: { [LAST_APPLIED]: '{}' } } }),
      liveOf('example.com/v1/Secret', { data: { a: 'x' } }),
    ];
    expect(others.map((object) => new Mask().object(object))).to.deep.equal(others);
  });
});

describe('a message of the API server', () => {
  const SECRETS: readonly (readonly [what: string, fields: object, text: string, masked: string])[] = [
    [
      'in base64',
      { data: { a: base64('hunter2') } },
      `bad value "${base64('hunter2')}" here`,
      'bad value "***" here',
    ],
    ['plain', { data: { a: base64('hunter2') } }, 'bad value "hunter2" here', 'bad value "***" here'],
    ['plain, of stringData', { stringData: { a: 'hunter2' } }, 'got hunter2', 'got ***'],
    ['in base64, of stringData', { stringData: { a: 'hunter2' } }, `got ${base64('hunter2')}`, 'got ***'],
    ['as JSON', { stringData: { a: 'say "hi"\n' } }, 'got {"a":"say \\"hi\\"\\n"}', 'got {"a":"***"}'],
    [
      'as the JSON of Go',
      { stringData: { a: 'a<b>&c"d' } },
      'got "a\\u003cb\\u003e\\u0026c\\"d"',
      'got "***"',
    ],
    ['many times', { stringData: { a: 'hunter2' } }, 'hunter2 is not hunter2', '*** is not ***'],
    [
      'in parts of one another',
      { stringData: { a: 'hunt', b: 'hunter2' } },
      'hunter2 and hunt',
      '*** and ***',
    ],
    ['with signs of patterns', { stringData: { a: 'a.*+$&' } }, 'a.*+$& and abc', '*** and abc'],
    ['as a number', { stringData: { a: 12345 } }, 'expected string, got 12345', 'expected string, got ***'],
    ['of four letters', { stringData: { a: 'abcd' } }, 'got abcd', 'got ***'],
  ];
  for (const [what, fields, text, masked] of SECRETS) {
    it(`55: quotes no value of a Secret ${what}`, () => {
      expect(maskMessage(text, [secretOf(fields)])).to.equal(masked);
    });
  }

  it('55: is not shown at all when it may quote a value that is too short to be replaced', () => {
    const message = maskMessage('the field is abc', [secretOf({ stringData: { a: 'abc' } })]);
    expect(message).to.equal(
      'the API server refused it; its message is not shown, since it may quote the Secret',
    );
    expect(maskMessage('the field is x', [secretOf({ data: { a: base64('x') } })])).to.equal(message);
  });

  it('55: is shown when a short value is not in it', () => {
    expect(maskMessage('the field is wrong', [secretOf({ stringData: { a: 'xyz', b: '' } })])).to.equal(
      'the field is wrong',
    );
  });

  it('55: is masked by the values of all objects', () => {
    const secrets = [secretOf({ stringData: { a: 'first1' } }), secretOf({ stringData: { a: 'second2' } })];
    expect(maskMessage('first1 second2', secrets)).to.equal('*** ***');
  });

  it('is shown as it is when no Secret was sent', () => {
    const config = liveOf('v1/ConfigMap', { data: { a: 'hunter2' } });
    expect(maskMessage('got hunter2', [config])).to.equal('got hunter2');
    expect(maskMessage('got hunter2', [secretOf({})])).to.equal('got hunter2');
  });

  it('55: quotes no value, whatever that is and however it is written', () => {
    const goJson = (value: string) =>
      JSON.stringify(value).replace(/[<>&]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`);
    const value = fc.string({ minLength: 6, maxLength: 20, unit: fc.constantFrom(...'Zq<>&"\\$') });
    fc.assert(
      fc.property(value, fc.boolean(), (secret, isData) => {
        const fields = isData ? { data: { k: base64(secret) } } : { stringData: { k: secret } };
        for (const written of [secret, base64(secret), JSON.stringify(secret), goJson(secret)]) {
          const masked = maskMessage(`it is ${written}!`, [secretOf(fields)]);
          expect(masked).to.be.oneOf(['it is ***!', 'it is "***"!']);
        }
      }),
    );
  });
});
