import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { parse } from 'yaml';
import { initScript } from '../../src/data-prepper/init-script.js';
import { PLACEHOLDERS } from '../../src/data-prepper/placeholders.js';
import { renderTemplate } from '../../src/data-prepper/render-template.js';
import type { SecretBinding } from '../../src/data-prepper/secret-binding.js';
import { skipWithoutBash } from './bash.js';
import { goodFile } from './fixtures.js';
import { AWKWARD, printable, REFUSED } from './secret-values.js';

const bindings = {
  opensearch: {
    placeholder: PLACEHOLDERS.opensearchPassword,
    file: 'opensearch/password',
    description: 'key "password" of Secret "opni\'s-auth"',
  },
  user: {
    placeholder: PLACEHOLDERS.intakeUsername,
    file: 'intake/username',
    description: 'the user of the intake',
  },
  intake: {
    placeholder: PLACEHOLDERS.intakePassword,
    file: 'intake/password',
    description: 'the password of the intake',
  },
  kafka: {
    placeholder: PLACEHOLDERS.kafkaPassword,
    file: 'kafka/password',
    description: 'the password of Kafka',
  },
} satisfies Record<string, SecretBinding>;

describe('the init script', function () {
  skipWithoutBash(this);
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'opni init-'));
    for (const folder of ['templates', 'secrets', 'output']) mkdirSync(join(root, folder));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const put = (path: string, content: string | Uint8Array): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  };

  function run(secrets: readonly SecretBinding[], locale = 'C.UTF-8') {
    const script = initScript({
      templateFolder: join(root, 'templates'),
      secretFolder: join(root, 'secrets'),
      outputFolder: join(root, 'output'),
      secrets,
    });
    const { status, stdout, stderr } = spawnSync('bash', ['--norc', '-c', script], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], LANG: locale },
    });
    return { status, stdout, stderr };
  }

  const output = (): string => readFileSync(join(root, 'output/pipelines.yaml'), 'utf8');

  /** Puts one secret into a small template and gives back what a YAML reader of each version makes of it. */
  function roundTrip(value: string | Uint8Array, locale?: string): readonly unknown[] {
    put('templates/pipelines.yaml', `a: '${PLACEHOLDERS.opensearchPassword}'\n`);
    put('secrets/opensearch/password', value);
    const { status, stdout, stderr } = run([bindings.opensearch], locale);
    expect({ status, stdout, stderr }).to.deep.equal({ status: 0, stdout: '', stderr: '' });
    return (['1.1', '1.2'] as const).map((version) => parse(output(), { version }).a);
  }

  for (const value of AWKWARD) {
    it(`passes ${value.length > 40 ? `${value.length} characters` : JSON.stringify(value)} through unchanged`, () => {
      expect(roundTrip(value)).to.deep.equal([value, value]);
    });
  }

  for (const locale of ['C', 'C.UTF-8', 'en_US.ISO-8859-1']) {
    it(`does the same in the locale ${locale}`, () => {
      expect(roundTrip("ü ' & 密", locale)).to.deep.equal(["ü ' & 密", "ü ' & 密"]);
    });
  }

  it('passes every printable value through unchanged, several at once, in the real template', () => {
    const file = goodFile({
      intake: { basicAuth: true },
      buffer: {
        type: 'kafka',
        bootstrapServers: ['k:9092'],
        topic: 't',
        authentication: { mechanism: 'plain' },
      },
    });
    // The Kafka user is not bound here: its token has to stay as it is.
    put('templates/pipelines.yaml', renderTemplate(file));
    const text = (refused: string) => fc.string({ unit: printable(refused), minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(
        text(''),
        text(':#"\'\\ '),
        text('#"\'\\ '),
        text('"\\'),
        (opensearch, user, intake, kafka) => {
          const values = { opensearch, user, intake, kafka };
          for (const [name, value] of Object.entries(values)) {
            put(`secrets/${bindings[name as keyof typeof bindings].file}`, value);
          }
          const { status, stderr } = run(Object.values(bindings));
          expect({ status, stderr }).to.deep.equal({ status: 0, stderr: '' });
          for (const version of ['1.1', '1.2'] as const) {
            const document = parse(output(), { version });
            const { source, buffer, sink } = document.intake;
            expect(source.http.authentication.http_basic).to.deep.equal({ username: user, password: intake });
            expect(buffer.kafka.authentication.sasl.plaintext).to.deep.equal({
              username: '@@KAFKA_USERNAME@@',
              password: kafka,
            });
            for (const { opensearch: one } of [...sink, ...document.dlq_pipeline.sink]) {
              expect(one.password).to.equal(opensearch);
            }
          }
        },
      ),
      { seed: 20_261, numRuns: 60 },
    );
  });

  for (const { name, value, reason } of REFUSED) {
    it(`refuses ${name}, says why, and does not show the value`, () => {
      put('templates/pipelines.yaml', `a: '${PLACEHOLDERS.opensearchPassword}'\n`);
      put('secrets/opensearch/password', value);
      const { status, stdout, stderr } = run([bindings.opensearch]);
      expect(status).to.equal(1);
      expect(stderr).to.include(`opni-logging: ${bindings.opensearch.description}`).and.to.include(reason);
      expect(stdout + stderr).to.not.include('hunter2');
      expect(stderr.trim().split('\n')).to.have.length(1);
      expect(readdirSync(join(root, 'output'))).to.deep.equal([]);
    });
  }

  it('refuses what the place of a value cannot hold', () => {
    const cases = [
      { binding: bindings.user, value: 'hunter2:', character: ':' },
      { binding: bindings.intake, value: 'hunter2#', character: '#' },
      { binding: bindings.kafka, value: 'hunter2"', character: '"' },
      { binding: bindings.kafka, value: '\\hunter2', character: '\\' },
    ];
    put('templates/pipelines.yaml', 'a: b\n');
    for (const { binding, value, character } of cases) {
      put(`secrets/${binding.file}`, value);
      const { status, stderr } = run([binding]);
      expect(status).to.equal(1);
      expect(stderr)
        .to.include(`${binding.description} must not hold ${character} (`)
        .and.not.include('hunter2');
    }
  });

  it('says which key is missing', () => {
    put('templates/pipelines.yaml', 'a: b\n');
    const { status, stderr } = run([bindings.opensearch]);
    expect(status).to.equal(1);
    expect(stderr).to.equal(
      `opni-logging: ${bindings.opensearch.description} is missing; add it to the Secret\n`,
    );
  });

  it('refuses a folder without templates', () => {
    const { status, stderr } = run([]);
    expect(status).to.equal(1);
    expect(stderr).to.equal(`opni-logging: no template in ${join(root, 'templates')}\n`);
  });

  it('says so when it cannot write', () => {
    put('templates/pipelines.yaml', 'a: b\n');
    rmSync(join(root, 'output'), { recursive: true });
    const { status, stderr } = run([]);
    expect(status).to.equal(1);
    expect(stderr).to.include(`opni-logging: cannot write to ${join(root, 'output')}`);
  });

  it('copies templates byte for byte but for the tokens it knows', () => {
    const text = "a: \"@@UNKNOWN@@ @@ @@@@ @@x@@\"\n# é\n\nb: &x ''''\n\n\n";
    put('templates/pipelines.yaml', text);
    put('templates/second.yaml', 'no line break at the end');
    put('templates/readme.txt', 'left alone');
    expect(run([])).to.deep.equal({ status: 0, stdout: '', stderr: '' });
    expect(output()).to.equal(text);
    expect(readFileSync(join(root, 'output/second.yaml'), 'utf8')).to.equal('no line break at the end');
    expect(readdirSync(join(root, 'output'))).to.have.members(['pipelines.yaml', 'second.yaml']);
  });

  it('writes files that only their owner can read, also over old ones', () => {
    put('output/pipelines.yaml', 'old');
    roundTrip('new');
    roundTrip('newer');
    expect(statSync(join(root, 'output/pipelines.yaml')).mode & 0o777).to.equal(0o600);
    expect(readdirSync(join(root, 'output'))).to.deep.equal(['pipelines.yaml']);
  });
});
