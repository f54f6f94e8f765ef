import { expect } from 'chai';
import fc from 'fast-check';
import { type RunOptions, runCli } from './fake-context.js';
import { smallConfig, type TemporaryFolder, temporaryFolder } from './temporary-folder.js';

describe('opni-logging validate', () => {
  let folder: TemporaryFolder;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => folder.remove());

  const validate = (args: readonly string[] = [], options: RunOptions = {}) =>
    runCli(['validate', ...args], { cwd: folder.path, ...options });

  it('says how many clusters are fit', async () => {
    for (const name of ['a', 'b']) {
      folder.write(`clusters/${name}.yaml`, `${smallConfig(name)}collection: {events: {enabled: false}}\n`);
    }
    expect(await validate()).to.deep.equal({ code: 0, stdout: 'ok: 2 clusters\n', stderr: '' });
    const { stdout } = await validate(['--json']);
    expect(JSON.parse(stdout)).to.deep.equal({
      ok: true,
      clusters: [{ name: 'a' }, { name: 'b' }],
      notes: [],
    });
  });

  it('tells every problem of every file at once, with file, line and column', async () => {
    folder.write('clusters/a.yaml', smallConfig('a').replace('rke2', 'openshift').replace('https', 'ftp'));
    folder.write('clusters/b.yaml', `${smallConfig('b')}nmespace: x\n`);
    const { code, stderr } = await validate();
    expect(code).to.equal(1);
    expect(stderr).to.match(/^clusters\/a\.yaml:4:17: cluster\.distribution: /m);
    expect(stderr).to.match(/^clusters\/a\.yaml:6:8: opensearch\.url: /m);
    expect(stderr).to.match(/^clusters\/b\.yaml:8:1: nmespace: /m);
    expect(stderr).to.contain('error: the configuration is refused: 3 problems in 2 files');
    const report = JSON.parse((await validate(['--json'])).stdout);
    expect(report).to.include({ ok: false, code: 'config' });
    expect(report.problems).to.have.length(3);
    expect(report.problems[0]).to.include({ file: 'clusters/a.yaml', line: 4, column: 17 });
  });

  it('also builds what a configuration asks for, for every cluster', async () => {
    const override =
      'overrides:\n  - kind: Deployment\n    name: none\n    merge: {metadata: {labels: {a: b}}}\n';
    for (const name of ['a', 'b']) folder.write(`clusters/${name}.yaml`, `${smallConfig(name)}${override}`);
    const { code, stderr } = await validate();
    expect(code).to.equal(1);
    expect(stderr).to.contain('clusters/a.yaml:').and.contain('clusters/b.yaml:');
    expect(stderr).to.contain('error: 2 clusters refused: 2 problems');
  });

  it('tells with --show-origin where every effective value came from', async () => {
    folder.write('clusters/_defaults.yaml', 'apiVersion: opni-logging/v1\nnamespace: logging\n');
    folder.write('clusters/a.yaml', smallConfig('a'));
    const { stdout } = await validate(['--show-origin']);
    expect(stdout).to.match(/^a$/m);
    expect(stdout).to.match(/^ {2}cluster\.name +"a" +clusters\/a\.yaml:3:3$/m);
    expect(stdout).to.match(/^ {2}namespace +"logging" +clusters\/_defaults\.yaml:2:1$/m);
    expect(stdout).to.match(/^ {2}prefix +"opni" +default$/m);
    const [cluster] = JSON.parse((await validate(['--show-origin', '--json'])).stdout).clusters;
    expect(cluster.values).to.deep.include({
      path: 'namespace',
      value: 'logging',
      origin: { file: 'clusters/_defaults.yaml', line: 2, column: 1 },
    });
  });

  it('never shows the literal password of a configuration that it refuses', async () => {
    const anyPassword = fc.string({
      unit: fc.constantFrom(...'abcXYZ0189+/=_-'),
      minLength: 12,
      maxLength: 40,
    });
    const places = [
      (secret: string) => `  password: "${secret}"\n`,
      (secret: string) => `  passwordSecret:\n    value: "${secret}"\n`,
      (secret: string) => `  pasword: "${secret}"\n`,
      (secret: string) => `  password: "${secret}\n`,
      (secret: string) => `  passwordSecret: "${secret}"\n`,
    ];
    await fc.assert(
      fc.asyncProperty(anyPassword, fc.constantFrom(...places), async (secret, place) => {
        folder.write('prod.yaml', smallConfig('prod') + place(`Zq7${secret}`));
        for (const args of [[], ['--json'], ['--show-origin']]) {
          for (const command of ['validate', 'synth']) {
            if (command === 'synth' && args[0] === '--show-origin') continue;
            const { code, stdout, stderr } = await runCli([command, 'prod.yaml', ...args], {
              cwd: folder.path,
            });
            expect(code).to.equal(1);
            expect(stdout + stderr).to.contain('the configuration is refused');
            expect(stdout + stderr).to.not.contain(`Zq7${secret}`);
          }
        }
      }),
      { numRuns: 25 },
    );
  });
});
