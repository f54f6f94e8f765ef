import { expect } from 'chai';
import { diffObject } from '../../../src/apply/diff/diff-objects.js';
import { LAST_APPLIED } from '../../../src/apply/fields/takeover-patch.js';
import { appliedBy, liveOf } from '../unit-support.js';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const config = (data: object, metadata: object = {}) => liveOf('v1/ConfigMap', { data, metadata });
const secret = (data: object, fields: object = {}) => liveOf('v1/Secret', { data, ...fields });

describe('the difference of two states of an object', () => {
  it('is a unified diff with the paths of the values', () => {
    expect(diffObject(config({ a: '1', b: '2' }), config({ a: '1', b: '3', c: '4' }))).to.deep.equal({
      lines: [
        '--- live ConfigMap logs/x',
        '+++ wanted ConfigMap logs/x',
        '@@ -5,4 +5,5 @@',
        '   namespace: logs',
        ' data:',
        "   a: '1'",
        "-  b: '2'",
        "+  b: '3'",
        "+  c: '4'",
      ],
      paths: ['.data.b', '.data.c'],
    });
  });

  it('2: is none when only bookkeeping differs', () => {
    const before = config({ a: '1' }, { generation: 1, managedFields: [appliedBy('x', {})] });
    const after = {
      ...config({ a: '1' }, { uid: 'u2', resourceVersion: '9', creationTimestamp: 'x' }),
      status: {},
    };
    expect(diffObject(before, after)).to.deep.equal({ lines: [], paths: [] });
    expect(diffObject(undefined, undefined)).to.deep.equal({ lines: [], paths: [] });
  });

  it('is the whole object when it comes or goes', () => {
    const come = diffObject(undefined, config({ a: '1' }));
    expect(come.paths).to.deep.equal([]);
    expect(come.lines.slice(3)).to.deep.equal([
      '+apiVersion: v1',
      '+kind: ConfigMap',
      '+metadata:',
      '+  name: x',
      '+  namespace: logs',
      '+data:',
      "+  a: '1'",
    ]);
    const go = diffObject(config({ a: '1' }), undefined);
    expect(go.lines.slice(3).every((line) => line.startsWith('-'))).to.equal(true);
    expect(go.lines[0]).to.equal('--- live ConfigMap logs/x');
  });

  it('says first what an object is, in whatever order its fields came', () => {
    const { metadata, ...rest } = config({ a: '1' });
    const { lines } = diffObject(undefined, { data: {}, ...rest, metadata });
    expect(lines.slice(3, 6)).to.deep.equal(['+apiVersion: v1', '+kind: ConfigMap', '+metadata:']);
  });

  it('55: tells that values of a Secret differ, and not which', () => {
    const annotations = { [LAST_APPLIED]: JSON.stringify({ stringData: { a: 'hunter2' } }) };
    const before = secret({ a: base64('hunter2'), b: base64('same-value') }, { metadata: { annotations } });
    const after = secret({ a: base64('correct horse'), b: base64('same-value') });
    const { lines, paths } = diffObject(before, after);
    const text = lines.join('\n');
    expect(paths).to.include('.data.a').and.not.include('.data.b');
    for (const value of ['hunter2', 'correct horse', 'same-value']) {
      expect(text).to.not.contain(value);
      expect(text).to.not.contain(base64(value));
    }
    expect(text).to.contain('-  a: ').and.to.contain('+  a: ');
    expect(text).to.match(/^ {3}b: /m);
  });

  it('55: shows nothing of a Secret that comes or goes', () => {
    const made = diffObject(undefined, secret({}, { stringData: { a: 'hunter2' } })).lines.join('\n');
    const gone = diffObject(secret({ a: base64('hunter2') }), undefined).lines.join('\n');
    expect(made + gone)
      .to.contain('a: ')
      .and.not.contain('hunter2')
      .and.not.contain(base64('hunter2'));
  });

  it('tells of text that only gained blanks at its end', () => {
    const { lines, paths } = diffObject(config({ a: 'x' }), config({ a: 'x ' }));
    expect(paths).to.deep.equal(['.data.a']);
    expect(lines).to.include("+  a: 'x '");
  });
});
