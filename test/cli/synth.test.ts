import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parseAllDocuments } from 'yaml';
import { type RunOptions, runCli } from './fake-context.js';
import { smallConfig, type TemporaryFolder, temporaryFolder } from './temporary-folder.js';

/** Without what is noted about a configuration. */
const quietConfig = (name: string) => `${smallConfig(name)}collection: {events: {enabled: false}}\n`;

describe('opni-logging synth', () => {
  let folder: TemporaryFolder;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => folder.remove());

  const synth = (args: readonly string[] = [], options: RunOptions = {}) =>
    runCli(['synth', ...args], { cwd: folder.path, ...options });
  const output = (name: string) => join(folder.path, name);

  it('reads opni-logging.yaml by default and says what it wrote and what to try next', async () => {
    folder.write('opni-logging.yaml', quietConfig('prod'));
    const { code, stdout, stderr } = await synth();
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    expect(stdout).to.match(/^1 cluster, \d+ objects\ndist: \d files written, 0 unchanged, 0 removed\n/);
    expect(stdout).to.contain(
      [
        'must exist in namespace opni: Secret opni-opensearch-auth (password)',
        '',
        'next, the first time:',
        '  kubectl apply --server-side -f dist/prod/1-namespaces.yaml -f dist/prod/2-crds.yaml',
        '  kubectl wait --for condition=established --timeout=60s -f dist/prod/2-crds.yaml',
        '  then make the Secrets named above',
        'then, and after every change:',
        '  kubectl apply --server-side -f dist/prod',
        '',
      ].join('\n'),
    );
    expect(readdirSync(output('dist/prod'))).to.include('1-namespaces.yaml');
  });

  it('tells what did not change the second time', async () => {
    folder.write('opni-logging.yaml', smallConfig('prod'));
    await synth();
    expect((await synth()).stdout).to.match(/dist: 0 files written, \d unchanged, 0 removed/);
  });

  it('reads the folder clusters/ where there is no opni-logging.yaml', async () => {
    folder.write('clusters/a.yaml', smallConfig('a'));
    folder.write('clusters/b.yaml', smallConfig('b', 'eks'));
    const { stdout } = await synth(['-o', 'manifests']);
    expect(stdout)
      .to.match(/^2 clusters, /)
      .and.not.contain('next:');
    expect(readdirSync(output('manifests'))).to.include.members(['a', 'b']);
  });

  it('says what it looked for when there is nothing to read', async () => {
    expect(await synth()).to.deep.equal({
      code: 2,
      stdout: '',
      stderr:
        'error: no path given, and here is neither opni-logging.yaml nor clusters\n' +
        '    fix: name files or folders, or write a first file with `opni-logging init`\n',
    });
  });

  it('writes JSON, and a file for each object, when asked', async () => {
    folder.write('prod.yaml', smallConfig('prod'));
    const { stdout } = await synth(['prod.yaml', '--format', 'json', '--layout', 'objects']);
    expect(stdout)
      .to.contain('kubectl apply --server-side --recursive -f dist/prod/1-namespaces -f dist/prod/2-crds\n')
      .and.contain('kubectl apply --server-side --recursive -f dist/prod\n');
    const file = JSON.parse(folder.read('dist/prod/1-namespaces/namespace-opni.json'));
    expect(file).to.include({ kind: 'Namespace' });
  });

  it('prints all manifests with --stdout and writes nothing', async () => {
    folder.write('prod.yaml', smallConfig('prod'));
    const { code, stdout } = await synth(['prod.yaml', '--stdout']);
    expect(code).to.equal(0);
    const kinds = parseAllDocuments(stdout).map((document) => document.toJS().kind);
    expect(kinds).to.include.members(['Namespace', 'Deployment', 'Logging']);
    expect(existsSync(output('dist'))).to.equal(false);
  });

  it('divides clusters on --stdout by a comment, which JSON does not have', async () => {
    folder.write('clusters/a.yaml', smallConfig('a'));
    folder.write('clusters/b.yaml', smallConfig('b'));
    const { stdout } = await synth(['--stdout']);
    expect(stdout.match(/^# cluster .*$/gm)).to.deep.equal(['# cluster a', '# cluster b']);
    for (const document of parseAllDocuments(stdout)) {
      expect(document.errors).to.deep.equal([]);
      expect(document.toJS()).to.have.property('kind');
    }
    const json = (await synth(['--stdout', '--format', 'json'])).stdout;
    const lists = json.split(/(?<=^}\n)/m).map((text) => JSON.parse(text));
    expect(lists.map((list) => list.kind)).to.deep.equal(['List', 'List']);
  });

  it('reports in JSON for machines', async () => {
    folder.write('prod.yaml', smallConfig('prod'));
    const { stdout } = await synth(['prod.yaml', '--json']);
    expect(JSON.parse(stdout)).to.include({
      ok: true,
      folder: 'dist',
      clusters: 1,
      unchanged: 0,
      removed: 0,
    });
  });

  it('refuses --json with --stdout, which would be two documents', async () => {
    const { code, stdout } = await synth(['--json', '--stdout']);
    expect(code).to.equal(2);
    expect(JSON.parse(stdout)).to.include({ code: 'usage' });
  });

  it('says nothing with --quiet', async () => {
    folder.write('prod.yaml', smallConfig('prod'));
    expect(await synth(['prod.yaml', '-q'])).to.deep.equal({ code: 0, stdout: '', stderr: '' });
  });

  it('shows progress on a terminal only', async () => {
    folder.write('clusters/a.yaml', quietConfig('a'));
    folder.write('clusters/b.yaml', quietConfig('b'));
    const { stderr } = await synth([], { terminal: true });
    expect(stderr).to.contain('1/2 a').and.contain('2/2 b');
    expect(stderr.endsWith('\r\u001b[2K')).to.equal(true);
  });

  it('leaves the old output untouched and writes nothing when one cluster is refused', async () => {
    folder.write('clusters/a.yaml', smallConfig('a'));
    await synth();
    folder.write('clusters/a.yaml', `${smallConfig('a')}namespace: changed\n`);
    folder.write('clusters/b.yaml', smallConfig('b').replace('rke2', 'openshift'));
    const before = folder.read('dist/.opni-logging-files');
    const { code, stdout, stderr } = await synth();
    expect({ code, stdout }).to.deep.equal({ code: 1, stdout: '' });
    expect(stderr).to.contain('clusters/b.yaml:4:17: cluster.distribution: ');
    expect(folder.read('dist/.opni-logging-files')).to.equal(before);
    expect(readdirSync(output('dist'))).to.not.include('b');
    expect(folder.read('dist/a/1-namespaces.yaml')).to.not.contain('changed');
  });

  it('prints nothing on --stdout when a later cluster cannot be rendered', async () => {
    folder.write('clusters/a.yaml', smallConfig('a'));
    const override =
      'overrides:\n  - kind: Deployment\n    name: none\n    merge: {metadata: {labels: {a: b}}}\n';
    folder.write('clusters/b.yaml', `${smallConfig('b')}${override}`);
    const { code, stdout, stderr } = await synth(['--stdout']);
    expect({ code, stdout }).to.deep.equal({ code: 1, stdout: '' });
    expect(stderr).to.contain('clusters/b.yaml').and.contain('1 cluster refused');
  });

  it('ends with 130 when interrupted, and leaves nothing behind', async () => {
    folder.write('clusters/a.yaml', smallConfig('a'));
    const { code, stderr } = await synth([], { signal: AbortSignal.abort() });
    expect({ code, stderr }).to.deep.equal({ code: 130, stderr: '' });
    expect(existsSync(output('dist'))).to.equal(false);
  });

  it('keeps the clusters that it does not name, and says so; --prune removes them', async () => {
    for (const name of ['a', 'b', 'c']) folder.write(`clusters/${name}.yaml`, quietConfig(name));
    await synth();
    const { stdout } = await synth(['clusters/a.yaml']);
    expect(stdout).to.contain('kept 2 clusters that this run does not name; --prune removes them\n');
    expect(readdirSync(output('dist'))).to.include.members(['a', 'b', 'c']);
    expect(folder.read('dist/.opni-logging-files')).to.contain('"b"');
    const json = JSON.parse((await synth(['clusters/a.yaml', '--json'])).stdout);
    expect(json).to.include({ clusters: 1, removed: 0, kept: 2 });
    const pruned = JSON.parse((await synth(['clusters/a.yaml', '--json', '--prune'])).stdout);
    expect(pruned).to.include({ clusters: 1, kept: 0 });
    expect(readdirSync(output('dist'))).to.have.members(['.opni-logging-files', 'a']);
  });

  it('names every Secret and ConfigMap that must exist, also for machines', async () => {
    folder.write(
      'prod.yaml',
      `${quietConfig('prod')}images: {pullSecrets: [regcred]}\nnamespace: logs\n`.replace(
        '  username',
        '  ca: {kind: ConfigMap, name: my-ca}\n  username',
      ),
    );
    const { stdout } = await synth(['prod.yaml']);
    expect(stdout).to.contain(
      'must exist in namespace logs: Secret opni-opensearch-auth (password), Secret regcred, ConfigMap my-ca (ca.crt)\n',
    );
    expect(stdout).to.contain('  then make the Secrets and ConfigMaps named above\n');
    const { required } = JSON.parse((await synth(['prod.yaml', '--json'])).stdout);
    expect(required[0]).to.deep.equal({
      kind: 'Secret',
      namespace: 'logs',
      name: 'opni-opensearch-auth',
      keys: ['password'],
    });
  });

  it('quotes folders for the shell', async () => {
    folder.write('prod.yaml', quietConfig('prod'));
    const { stdout } = await synth(['prod.yaml', '-o', 'out put']);
    expect(stdout).to.contain("  kubectl apply --server-side -f 'out put/prod'\n");
  });

  for (const command of ['synth', 'validate']) {
    it(`tells each note once with ${command}, on standard error, and in JSON`, async () => {
      for (const name of ['a', 'b']) folder.write(`clusters/${name}.yaml`, smallConfig(name));
      const runs = (args: readonly string[]) => runCli([command, ...args], { cwd: folder.path });
      const { stderr } = await runs([]);
      expect(stderr).to.match(
        /^note: the image of the events forwarder is not published yet.* \(2 clusters\)\n$/,
      );
      expect((await runs(['--quiet'])).stderr).to.equal('');
      const json = await runs(['--json']);
      expect(json.stderr).to.equal('');
      expect(JSON.parse(json.stdout).notes).to.deep.equal([stderr.slice('note: '.length, -1)]);
      expect((await runs(['clusters/a.yaml'])).stderr).to.not.contain('clusters)');
    });

    it(`tells with ${command} the override that is refused, and for the rest the cluster`, async () => {
      const overrides = [
        'overrides:',
        '  - {kind: Deployment, name: opni-shipper, merge: {spec: {selector: {matchLabels: {a: b}}}}}',
        '',
      ];
      const missing = [
        'overrides:',
        '  - {kind: Deployment, name: opni-shipper, merge: {metadata: {labels: {a: b}}}}',
        '  - kind: Deployment',
        '    name: none',
        '    merge: {metadata: {labels: {a: b}}}',
        '',
      ];
      folder.write('clusters/a.yaml', `# one\n${smallConfig('a')}${missing.join('\n')}`);
      folder.write('clusters/b.yaml', `# one\n# two\n${smallConfig('b')}${overrides.join('\n')}`);
      const { code, stderr } = await runCli([command], { cwd: folder.path });
      expect(code).to.equal(1);
      expect(stderr).to.match(/^clusters\/a\.yaml:11:5: overrides\[1\]: no Deployment is named none; /m);
      expect(stderr).to.match(/^clusters\/b\.yaml:3:1: Deployment opni\/opni-shipper /m);
      expect(stderr).to.match(/^error: 2 clusters refused: \d problems$/m);
    });
  }
});
