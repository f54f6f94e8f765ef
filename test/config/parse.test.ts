import { expect } from 'chai';
import fc from 'fast-check';
import { MAX_DEPTH } from '../../src/config/compose.js';
import { decodeText } from '../../src/config/decode.js';
import { lookup, plainValue } from '../../src/config/located.js';
import { parseConfigText } from '../../src/config/parse.js';
import { SMALLEST } from './support.js';

const parsed = (text: string) => {
  const { root, problems } = parseConfigText('a.yaml', text);
  expect(problems).to.deep.equal([]);
  return root!;
};

describe('parseConfigText', () => {
  it('knows the place of every key and value', () => {
    const root = parsed('a:\n  - b\n  - "c": [1, 2]\r\n# x\nd:   e\n');
    expect(lookup(root, 'a')?.place).to.deep.equal({ file: 'a.yaml', line: 1, column: 1 });
    expect(lookup(root, 'a[0]')?.place).to.deep.equal({ file: 'a.yaml', line: 2, column: 5 });
    expect(lookup(root, 'a[1].c[1]')?.place).to.deep.equal({ file: 'a.yaml', line: 3, column: 14 });
    const { node } = lookup(root, 'd')!;
    expect(node.source?.place(node.offset)).to.deep.equal({ file: 'a.yaml', line: 5, column: 6 });
    expect(lookup(root, 'a.b')).to.equal(undefined);
    expect(lookup(root, 'a[9]')).to.equal(undefined);
  });

  it('finds keys that are no plain words', () => {
    const root = parsed('"a.b/c": {"x\\"]": 1}\n');
    expect(lookup(root, '["a.b/c"]["x\\"]"]')?.node).to.include({ kind: 'scalar', value: 1 });
  });

  it('reads YAML 1.2: yes and no are text, and plain keys stay as they are written', () => {
    expect(plainValue(parsed('yes: no\n1.0: 010\nnull: ~\n'))).to.deep.equal({
      yes: 'no',
      '1.0': 10,
      null: null,
    });
  });

  it('keeps a key that JavaScript treats in its own way', () => {
    const value = plainValue(parsed('__proto__: {a: 1}\n')) as object;
    expect(Object.keys(value)).to.deep.equal(['__proto__']);
    expect(Object.getPrototypeOf(value)).to.equal(Object.prototype);
  });

  it('reads every JSON document as JSON.parse does', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 }), { maxKeys: 5 }), (value) => {
        const text = JSON.stringify(value, undefined, 1);
        const decoded = decodeText('a.json', new TextEncoder().encode(text));
        if ('problem' in decoded) return;
        expect(plainValue(parsed(decoded.text))).to.deep.equal(JSON.parse(text));
      }),
      { numRuns: 200 },
    );
  });

  it('never throws, whatever the text', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '\n',
        '  ',
        '\t',
        '- ',
        ': ',
        '{',
        '}',
        '[',
        ']',
        '"',
        "'",
        '&a ',
        '*a',
        '!x ',
        '|\n',
        '>',
        '? ',
      ),
      fc.constantFrom('---\n', '...\n', '%YAML 1.1\n', '<<: ', '\ufeff', '#', ',', '\0', '\r', 'a: b\n'),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const { root, problems } = parseConfigText('a', pieces.join(''));
        expect(root !== undefined || problems.length > 0).to.equal(true);
        for (const { line = 1, column = 1 } of problems) expect(Math.min(line, column)).to.be.at.least(1);
      }),
      { numRuns: 500 },
    );
  });

  it('never throws for a file with a change anywhere', () => {
    fc.assert(
      fc.property(fc.nat(SMALLEST.length), fc.nat(5), fc.string({ maxLength: 4 }), (at, cut, text) => {
        parseConfigText('a', SMALLEST.slice(0, at) + text + SMALLEST.slice(at + cut));
      }),
      { numRuns: 500 },
    );
  });

  it('reads nesting up to its limit and refuses one level more', () => {
    const nested = (depth: number) => `${'{a: '.repeat(depth)}1${'}'.repeat(depth)}`;
    expect(parseConfigText('a', nested(MAX_DEPTH)).problems).to.deep.equal([]);
    const { root, problems } = parseConfigText('a', nested(MAX_DEPTH + 1));
    expect(root).to.equal(undefined);
    expect(problems.map(({ message }) => message)).to.deep.equal(['is nested too deeply']);
  });

  it('survives nesting that would exhaust the stack, in no time', () => {
    for (const piece of ['[', '- ', '{a: ', '? ']) {
      const { problems } = parseConfigText('a', piece.repeat(1_000_000));
      expect(problems.map(({ message }) => message)).to.deep.equal(['is nested too deeply']);
    }
  }).timeout(2000);
});

describe('decodeText', () => {
  it('never throws, whatever the bytes, and gives a place or the text', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const decoded = decodeText('a', bytes);
        if ('problem' in decoded) expect(decoded.problem.line).to.be.at.least(1);
        else expect(decoded.text).to.equal(new TextDecoder().decode(bytes));
      }),
    );
  });
});
