import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { kubeconfigText, RKE2_ANSWERS, startApiServer } from '../kube/api-server.js';
import { smallConfig, type TemporaryFolder, temporaryFolder } from './temporary-folder.js';

const BIN = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));

describe('the program opni-logging', () => {
  let folder: TemporaryFolder;
  beforeEach(() => {
    folder = temporaryFolder();
    folder.write('prod.yaml', smallConfig('prod'));
  });
  afterEach(() => folder.remove());

  const start = (args: readonly string[], env: NodeJS.ProcessEnv = {}): SpawnSyncReturns<string> =>
    spawnSync(process.execPath, [BIN, ...args], {
      cwd: folder.path,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });

  for (const [args, code] of [
    [['--version'], 0],
    [['validate', 'prod.yaml'], 0],
    [['validate', 'missing.yaml'], 1],
    [['events'], 1],
    [['agent', '--config', 'x'], 1],
    [['valdate'], 2],
    [['init'], 2],
  ] as const) {
    it(`ends with ${code} for \`${args.join(' ')}\``, () => {
      expect(start(args).status).to.equal(code);
    });
  }

  it('colours nothing in a pipe, unless FORCE_COLOR asks and NO_COLOR does not', () => {
    const colored = (env: NodeJS.ProcessEnv) =>
      start(['validate', 'missing.yaml'], env).stderr.includes('\u001b[');
    expect(colored({})).to.equal(false);
    expect(colored({ FORCE_COLOR: '1' })).to.equal(true);
    expect(colored({ FORCE_COLOR: '1', NO_COLOR: '1' })).to.equal(false);
    expect(start(['--help', '--no-color'], { FORCE_COLOR: '1' }).stdout).to.not.contain('\u001b[');
  });

  it('prints one JSON document with --json, also for errors', () => {
    for (const args of [['synth', 'prod.yaml'], ['validate', 'missing.yaml'], ['valdate'], ['events']]) {
      const { stdout, stderr } = start([...args, '--json']);
      expect(JSON.parse(stdout)).to.have.property('ok', args[0] === 'synth');
      expect(stderr).to.equal('');
    }
  });

  it('ends quietly when the reader of its output has seen enough', function () {
    if (process.platform === 'win32') {
      console.log('      skipped: needs a POSIX shell');
      this.skip();
    }
    for (const name of ['a', 'b', 'c', 'd']) folder.write(`clusters/${name}.yaml`, smallConfig(name));
    const command = `"${process.execPath}" "${BIN}" synth -q --stdout clusters | head -n 1; echo "\${PIPESTATUS[0]}"`;
    const { stdout, stderr } = spawnSync('bash', ['-c', command], { cwd: folder.path, encoding: 'utf8' });
    expect({ stdout, stderr }).to.deep.equal({ stdout: '---\n0\n', stderr: '' });
  });

  it('says that standard output cannot be written, without a stack', function () {
    if (!existsSync('/dev/full')) {
      console.log('      skipped: there is no /dev/full here');
      this.skip();
    }
    for (const command of ['synth -q --stdout prod.yaml', '--help']) {
      const line = `"${process.execPath}" "${BIN}" ${command} > /dev/full`;
      const { status, stderr } = spawnSync('sh', ['-c', line], { cwd: folder.path, encoding: 'utf8' });
      expect(status, stderr).to.equal(1);
      expect(stderr).to.match(
        /^error: standard output: cannot write: ENOSPC.*\n {4}fix: make room on the disk, or choose another place\n$/,
      );
    }
  });

  it('does not wait for answers when nobody is there to give them', () => {
    const { stderr } = start(['init', '--name', 'x']);
    expect(stderr).to.contain('missing: --distribution');
  });

  it('ends with 130 on SIGINT while it waits for a cluster', async () => {
    const server = await startApiServer({ ...RKE2_ANSWERS, '/version': 'silence' });
    const KUBECONFIG = folder.write('kubeconfig', kubeconfigText(server.url));
    const flags = ['--name', 'x', '--opensearch-url', 'http://x:9200', '--username', 'u'];
    const child = spawn(process.execPath, [BIN, 'init', ...flags], {
      cwd: folder.path,
      env: { PATH: process.env['PATH'], KUBECONFIG },
      stdio: 'ignore',
    });
    while (server.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill('SIGINT');
    expect((await once(child, 'exit'))[0]).to.equal(130);
    server.close();
  });

  it('writes to folders whose names hold spaces and other signs', () => {
    mkdirSync(join(folder.path, 'out put'));
    const { status } = start(['synth', 'prod.yaml', '-o', "out put/it's"]);
    expect(status).to.equal(0);
    expect(folder.read("out put/it's/prod/1-namespaces.yaml")).to.contain('kind: Namespace');
  });
});
