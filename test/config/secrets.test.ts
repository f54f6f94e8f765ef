import { expect } from 'chai';
import fc from 'fast-check';
import { SMALLEST, shownFor } from './support.js';

const SECRET = 'Hunter2Hunter2';
const below = (path: string, line: string): string =>
  path === '' ? `${SMALLEST}${line}\n` : `${SMALLEST}${path}:\n  ${line}\n`;

/** Ways to write a secret into a file by mistake. */
const MISTAKES: readonly string[] = [
  'password: §',
  'password: "§',
  'password:§',
  'password=§',
  'password : §\n x',
  'passwordSecret: §',
  'passwordSecret: {name: §}',
  'passwordSecret: [§]',
  'passwordSecret: {name: {§: 1}, kei: §}',
  'passwd: {a: §}',
  'passwordSecret: {§}',
  'passwordSecret: {§: 1, §: 2}',
  'token: [{§: [{§: x}]}]',
  'PASSWORD: [§, §]',
  'api_key: §',
  'token: !x §',
  'token: &§ §',
  'token: *§',
  'token: §: §',
  'token: @§',
  'token: "\\§"',
  'token: |§',
  'token: §\ntoken: §',
  'token: %§\n%§',
  'bootstrapTokenSecret: {name: §, key: "§ §"}',
  'url: https://admin:§@host:9200',
  'url: "https://admin:§@host:9200/x y"',
  'url: admin:§@host',
  'registry: user:§@registry.example.com',
  'url: https://§@host:9200',
  'url: host:9200/?key=§',
  'url: https://host:9200/path?§',
  'registry: §@registry.example.com',
  'namespace: https://host/a?key=§',
  'nodeSelector: https://host/a?key=§',
  '"https://host/?key=§": x',
  '{url:https://§@host}: x',
  'name: password=§',
  'namespace: token:§',
  'overrides: [{kind: A, name: b, merge: {password: §, x: {dbPassword: §, client_secret: §}}}]',
  '- password: §',
  '{password: §',
  "password: '§",
];

describe('secrets in a configuration', () => {
  for (const mistake of MISTAKES) {
    it(`are refused and never shown: ${mistake.replaceAll('\n', '\\n')}`, () => {
      for (const path of ['', 'security', 'zzz']) {
        const shown = shownFor(below(path, mistake.replaceAll('§', SECRET)));
        expect(shown).not.to.equal('');
        expect(shown).not.to.include(SECRET);
      }
    });
  }

  it('are never shown, whatever surrounds them', () => {
    const words = fc.constantFrom(
      'password',
      'passwd',
      'token',
      'apiKey',
      'api-key',
      'clientSecret',
      'dbPassword',
    );
    const piece = fc.oneof(
      fc.constantFrom(
        ' ',
        '  ',
        '"',
        "'",
        '[',
        ']',
        '{',
        '}',
        ', ',
        '\n',
        '\n  ',
        '|',
        '>',
        '&',
        '*',
        '!',
        '#x',
        '---',
      ),
      fc.string({ maxLength: 3, unit: fc.constantFrom('a', 'B', '1', '$', '.', '_', '@', ':', ' ') }),
    );
    fc.assert(
      fc.property(
        words,
        fc.array(piece, { maxLength: 3 }),
        fc.array(piece, { maxLength: 3 }),
        (word, before, after) => {
          const line = `${word}: ${before.filter((text) => !text.includes('\n')).join('')}${SECRET}${after.join('')}`;
          expect(shownFor(below('opensearch_', line))).not.to.include(SECRET);
          expect(shownFor(`${SMALLEST}  ${line}\n`)).not.to.include(SECRET);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('may be named where a Secret is asked for', () => {
    expect(shownFor(`${SMALLEST}  passwordSecret: {name: my-password, key: token}\n`)).to.equal('');
    expect(
      shownFor(
        `${SMALLEST}overrides:\n- {kind: A, name: b, merge: {secretName: x, automountServiceAccountToken: false, imagePullSecrets: [{name: x}]}}\n`,
      ),
    ).to.equal('');
  });

  it('are not suspected in an image with a digest', () => {
    expect(shownFor(`${SMALLEST}images: {references: {fluentd: "a/b:c@sha256:12"}}\n`)).to.include(
      'a digest goes into',
    );
  });

  it('are looked for in linear time', () => {
    for (const piece of [':/.', 'a:', '@', '?']) {
      const start = process.cpuUsage().user;
      expect(shownFor(`${SMALLEST}prefix: "@${piece.repeat(500_000)}"\n`)).not.to.equal('');
      expect(shownFor(`${SMALLEST}"${piece.repeat(500_000)}": 1\n`)).not.to.equal('');
      expect(process.cpuUsage().user - start).to.be.below(2_000_000);
    }
  });

  it('shows no character that could steer a terminal', () => {
    const shown = shownFor(`${SMALLEST}"pre\\e[2Jfix\\u202e": "x"\nprefix: "\\e[31m\\u009b"\n`);
    expect(shown).to.include('\\u001b[2J').and.to.include('\\u202e').and.to.include('\\u009b');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(shown).not.to.match(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
  });
});
