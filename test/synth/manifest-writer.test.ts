import { expect } from 'chai';
import fc from 'fast-check';
import { load } from 'js-yaml';
import { parse } from 'yaml';
import type { KubernetesObject } from '../../src/constructs/kubernetes-object.js';
import { ManifestWriter } from '../../src/synth/manifest-writer.js';

const toYaml = (value: object) => new ManifestWriter('yaml').one(value as KubernetesObject);

/** Text that some reader of YAML takes for a number, a date, a boolean, null, a merge key or a marker. */
const TREACHEROUS = [
  ...'y Y n N yes No on OFF true False null NULL ~ = << - ? --- ... | > & % 0123 0o17 0x1F 0b11 1e3 1E3 1e+3'.split(
    ' ',
  ),
  ...'.5 5. 0. +1 -1 -0 e1 -e1 . ._ 00_9 01_9 1e0_ 1_000 1:30 1:30.5 190:20:30 2026-11-22 2026-11-22T10:00:00Z 2.16.0 10.0.0.1'.split(
    ' ',
  ),
  ...".inf -.Inf .nan 12e03 *a !a %a @a `a [a] {a} a: 'a' \"a\" #a a#b ${x} a\\b it's é 日本 😀".split(' '),
  ...[
    '',
    ' ',
    '# a',
    'a #b',
    'a: b',
    ': a',
    '- a',
    '--- a',
    '& a',
    '{a: b}',
    'a, b',
    ' a',
    'a ',
    '\ta',
    'a\tb',
  ],
  ...['{{ .Values }}', 'a\u00a0b', 'a\u0085b', 'a\u2028b', '\ufeffa', 'a\rb', '\u0000', '\u007f', '\ufffe'],
];
const LINES = [
  'a\nb',
  'a\nb\n',
  'a\n\nb\n',
  'a\nb\n\n',
  '\na',
  ' a\nb',
  '\n a',
  'a\n  ',
  ' a\n ',
  'a \n',
  'a\n\tb\n',
  '\ta\nb',
];
const MORE_LINES = [
  '\n',
  '\n\n',
  'a\r\nb',
  '---\na\n',
  'a\n---\nb\n',
  '# a\nb\n',
  'a\n...\n',
  '  a\n b\nc\n',
  '\n \na',
];

const text = fc.oneof(
  fc.constantFrom(...TREACHEROUS, ...LINES, ...MORE_LINES),
  fc.string({ unit: 'binary-ascii' }),
  fc.string({ unit: 'grapheme' }),
  fc.string({
    unit: fc.constantFrom('a', ' ', '\n', '\t', ':', '#', '-', "'", '"', '1', '.', 'e', '_', '|'),
  }),
);
const scalarValue = fc.oneof(
  text,
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
  fc.boolean(),
  fc.constant(null),
);
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalarValue,
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(
      text.filter((key) => key !== '__proto__'),
      tie('tree'),
      { maxKeys: 4, noNullPrototype: true },
    ),
  ),
}));

describe('ManifestWriter', () => {
  const readers: Record<string, (source: string) => unknown> = {
    'yaml in version 1.1': (source) => parse(source, { version: '1.1' }),
    'yaml in version 1.2': (source) => parse(source, { version: '1.2' }),
    'js-yaml': (source) => load(source),
  };

  for (const [reader, read] of Object.entries(readers)) {
    it(`is read back unchanged by ${reader}`, () => {
      fc.assert(
        fc.property(tree, (value) => {
          const document = { value, list: [value, [value]] };
          expect(read(toYaml(document))).to.deep.equal(document);
        }),
        { numRuns: 300 },
      );
    });

    it(`keeps treacherous text as a value, an item and a key with ${reader}`, () => {
      for (const string of [...TREACHEROUS, ...LINES, ...MORE_LINES]) {
        const document = { value: string, list: [string, { value: string }], map: { [string]: 1 } };
        expect(read(toYaml(document)), JSON.stringify(string)).to.deep.equal(document);
      }
    });
  }

  it('quotes what readers of YAML 1.1 take for something else', () => {
    for (const value of ['y', 'on', 'no', '0123', '1e3', '1:30', '2026-11-22', '0o17', '=', '~']) {
      expect(toYaml({ value })).to.equal(`value: '${value}'\n`);
    }
  });

  it('writes several lines as a literal block', () => {
    const document = { data: { 'a.conf': '[A]\n    b  c\n\n[D]\n' }, command: ['sh', '-c', 'set -e\nrun'] };
    expect(toYaml(document)).to.equal(
      [
        'data:',
        '  a.conf: |',
        '    [A]',
        '        b  c',
        '',
        '    [D]',
        'command:',
        '  - sh',
        '  - -c',
        '  - |-',
        '    set -e',
        '    run',
        '',
      ].join('\n'),
    );
  });

  it('never folds a long line and never uses anchors', () => {
    const shared = { text: `${'word '.repeat(100)}end` };
    expect(toYaml({ a: shared, b: shared })).to.equal(
      `a:\n  text: ${shared.text}\nb:\n  text: ${shared.text}\n`,
    );
  });

  it('writes keys beyond the length of a simple key', () => {
    const document = { list: [{ ['k'.repeat(1500)]: { a: 1 } }] };
    expect(parse(toYaml(document))).to.deep.equal(document);
  });

  it('writes a frozen field as it writes any other, and the same text again', () => {
    const spec = { names: { kind: 'A' }, text: 'a\nb\n' };
    const plain = toYaml({ kind: 'A', spec });
    const writer = new ManifestWriter('yaml');
    const constant = { kind: 'A', spec: Object.freeze({ ...spec }) } as unknown as KubernetesObject;
    expect(writer.one(constant)).to.equal(plain);
    expect(writer.all([constant, constant])).to.equal(`${plain}---\n${plain}`);
  });

  it('writes several objects as one List in JSON', () => {
    const objects = [{ kind: 'A' }, { kind: 'B' }] as unknown as KubernetesObject[];
    expect(JSON.parse(new ManifestWriter('json').all(objects))).to.deep.equal({
      apiVersion: 'v1',
      kind: 'List',
      items: objects,
    });
  });
});
