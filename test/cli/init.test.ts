import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { loadConfigText } from '../../src/config/load.js';
import type { ClusterConfig } from '../../src/config/types.js';
import { type FakeApiServer, kubeconfigText, RKE2_ANSWERS, startApiServer } from '../kube/api-server.js';
import { type RunOptions, type RunResult, runCli } from './fake-context.js';
import { type TemporaryFolder, temporaryFolder } from './temporary-folder.js';

const FLAGS = ['--opensearch-url', 'https://os.example.com:9200', '--username', 'writer', '--name', 'prod'];

describe('opni-logging init', () => {
  let folder: TemporaryFolder;
  let server: FakeApiServer | undefined;

  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => {
    server?.close();
    server = undefined;
    folder.remove();
  });

  const init = (args: readonly string[], options: RunOptions = {}): Promise<RunResult> =>
    runCli(['init', ...args], { cwd: folder.path, ...options });
  const written = (file = 'opni-logging.yaml'): ClusterConfig => {
    const [cluster] = loadConfigText(folder.read(file));
    return cluster!.config;
  };
  const withServer = async (answers = RKE2_ANSWERS): Promise<NodeJS.ProcessEnv> => {
    server = await startApiServer(answers);
    return { KUBECONFIG: folder.write('kubeconfig', kubeconfigText(server.url)) };
  };

  it('writes a configuration from flags that the loader takes', async () => {
    const { code, stdout, stderr } = await init([
      ...FLAGS,
      '--distribution',
      'eks',
      '--kubernetes-version',
      '1.31',
    ]);
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    expect(stdout)
      .to.contain('wrote opni-logging.yaml')
      .and.match(/^next: opni-logging synth\n {2}or: opni-logging apply$/m);
    const { cluster, opensearch } = written();
    expect(cluster).to.include({ name: 'prod', distribution: 'eks', kubernetesVersion: '1.31' });
    expect(opensearch).to.include({ url: 'https://os.example.com:9200', username: 'writer' });
  });

  it('makes the folders of the file, and prints what comes next for it', async () => {
    const { stdout } = await init(['clusters/prod.yaml', ...FLAGS, '--distribution', 'eks']);
    expect(written('clusters/prod.yaml').cluster.name).to.equal('prod');
    expect(stdout).to.contain('next: opni-logging synth clusters/prod.yaml');
  });

  it('never overwrites a file without --force', async () => {
    folder.write('opni-logging.yaml', 'mine');
    const args = [...FLAGS, '--distribution', 'eks'];
    const { code, stderr } = await init(args);
    expect(code).to.equal(1);
    expect(stderr).to.equal(
      'error: opni-logging.yaml is already there\n    fix: name another file, or overwrite it with --force\n',
    );
    expect(folder.read('opni-logging.yaml')).to.equal('mine');
    expect((await init([...args, '--force'])).code).to.equal(0);
    expect(written().cluster.name).to.equal('prod');
  });

  it('names the flags of what is missing where there is nobody to ask', async () => {
    const { code, stderr } = await init(['--name', 'prod']);
    expect(code).to.equal(2);
    expect(stderr).to.equal(
      'error: missing: --distribution, --opensearch-url, --username\n' +
        '    fix: give these flags; on a terminal they are asked for\n',
    );
  });

  it('writes nothing that the loader refuses, and names the flag', async () => {
    const { code, stderr } = await init([...FLAGS, '--distribution', 'eks', '--opensearch-url', 'os:9200']);
    expect(code).to.equal(2);
    expect(stderr).to.match(/^error: --opensearch-url: .*\n {4}fix: .*\n$/);
    expect(stderr).to.not.contain('opni-logging.yaml');
    expect(existsSync(join(folder.path, 'opni-logging.yaml'))).to.equal(false);
    const two = await init([...FLAGS, '--distribution', 'eks', '--name', 'No Label', '--namespace', 'N S']);
    expect(two.stderr)
      .to.match(/^--name: /m)
      .and.match(/^--namespace: /m);
    expect(two.stderr).to.contain('error: 2 flags are refused\n');
  });

  it('prints the command that makes the Secret, with the names of the file', async () => {
    const { stdout } = await init([...FLAGS, '--distribution', 'eks', '--namespace', 'logs']);
    expect(stdout).to.contain(
      'kubectl create secret generic opni-opensearch-auth -n logs --from-literal=password="$PASSWORD"\n',
    );
  });

  it('writes YAML only', async () => {
    const { code, stderr } = await init(['x.json', ...FLAGS, '--distribution', 'eks']);
    expect({ code, stderr }).to.deep.equal({
      code: 2,
      stderr: 'error: x.json: init writes YAML\n    fix: name it x.yaml\n',
    });
    expect(existsSync(join(folder.path, 'x.json'))).to.equal(false);
  });

  it('says when the file cannot be written', async () => {
    folder.write('file', '');
    const args = [...FLAGS, '--distribution', 'eks', '--force'];
    expect((await init(['.', ...args])).stderr).to.equal(
      'error: . is a folder\n    fix: name a file in it, such as opni-logging.yaml\n',
    );
    const { code, stderr } = await init(['file/x.yaml', ...args]);
    expect(code).to.equal(1);
    expect(stderr).to.match(/^error: file\/x\.yaml: cannot write: .*\n {4}fix: .*\n$/);
  });

  it('prints instead of writing with --stdout', async () => {
    const { code, stdout } = await init([...FLAGS, '--distribution', 'gke', '--stdout']);
    expect(code).to.equal(0);
    expect([...loadConfigText(stdout)][0]?.config.cluster.distribution).to.equal('gke');
    expect(existsSync(join(folder.path, 'opni-logging.yaml'))).to.equal(false);
  });

  describe('for editors', () => {
    const schemaLine = (file: string) => folder.read(file).split('\n')[0];
    const args = [...FLAGS, '--distribution', 'eks'];

    it('points at the schema of a package that is installed below the working directory', async () => {
      const packageFolder = join(folder.path, 'node_modules', 'opni-logging');
      await init(['clusters/prod.yaml', ...args], { packageFolder });
      expect(schemaLine('clusters/prod.yaml')).to.equal(
        '# yaml-language-server: $schema=../node_modules/opni-logging/lib/schema.json',
      );
    });

    it('writes the schema beside the file otherwise, under a name that a fleet leaves out', async () => {
      await init(['clusters/prod.yaml', ...args]);
      expect(schemaLine('clusters/prod.yaml')).to.equal(
        '# yaml-language-server: $schema=.opni-logging.schema.json',
      );
      expect(folder.read('clusters/.opni-logging.schema.json')).to.equal((await runCli(['schema'])).stdout);
      const { stdout } = await runCli(['validate', '--json', 'clusters'], { cwd: folder.path });
      expect(stdout).to.not.contain('schema.json');
    });
  });

  describe('with a cluster', () => {
    it('takes distribution, version and cluster id from it', async () => {
      const { code, stdout } = await init(FLAGS, { env: await withServer() });
      expect(code).to.equal(0);
      expect(written().cluster).to.include({
        distribution: 'rke2',
        kubernetesVersion: '1.31',
        id: '5c1b7ffe-6d0f-4a51-9f1c-1c2f5f3f9a10',
      });
      expect(stdout).to.contain('The cluster of context "test" is rke2, because the server\'s version');
    });

    it('prefers flags, and finds the kubeconfig from the working directory', async () => {
      await withServer();
      const args = [...FLAGS, '--kubeconfig', 'kubeconfig', '--context', 'test', '--id', 'mine'];
      expect((await init([...args, '--kubernetes-version', '1.29'])).code).to.equal(0);
      expect(written().cluster).to.include({ distribution: 'rke2', kubernetesVersion: '1.29', id: 'mine' });
    });

    it('takes nothing from a cluster of another distribution than the flags say', async () => {
      const { code, stderr } = await init([...FLAGS, '--distribution', 'eks'], { env: await withServer() });
      expect(code).to.equal(0);
      expect(stderr).to.equal('note: the cluster of context "test" is rke2; nothing was taken from it\n');
      expect(written().cluster.id).to.equal(undefined);
    });

    it('does not ask it with --no-detect', async () => {
      const env = await withServer();
      expect((await init([...FLAGS, '--no-detect', '--distribution', 'rke2'], { env })).code).to.equal(0);
      expect(server?.requests).to.deep.equal([]);
    });

    for (const [title, args, message] of [
      ['a kubeconfig that is not there', ['--kubeconfig', 'nowhere'], 'is no readable kubeconfig'],
      ['a context that is not there', ['--context', 'foo'], 'no context "foo"'],
      ['a context and no kubeconfig', ['--context', 'foo'], 'no kubeconfig with the context "foo"'],
      ['a cluster that does not answer', ['--context', 'test'], 'ECONNREFUSED'],
    ] as const) {
      it(`fails when flags name ${title}`, async () => {
        const env = title.includes('no kubeconfig') ? {} : await withServer();
        server?.close();
        const { code, stderr } = await init([...FLAGS, '--distribution', 'rke2', ...args], { env });
        expect(code).to.equal(1);
        expect(stderr).to.contain('error: the cluster could not be asked: ').and.contain(message);
        expect(stderr).to.contain(`    fix: mend ${args[0]}, or write --no-detect instead\n`);
        expect(existsSync(join(folder.path, 'opni-logging.yaml'))).to.equal(false);
      });
    }

    it('refuses flags that name a cluster together with --no-detect', async () => {
      const { code, stderr } = await init([...FLAGS, '--no-detect', '--context', 'test']);
      expect(code).to.equal(2);
      expect(stderr).to.contain('--no-detect excludes --context');
    });

    it('gives its notes to machines too', async () => {
      const env = await withServer();
      server?.close();
      const { stdout, stderr } = await init([...FLAGS, '--distribution', 'rke2', '--json'], { env });
      expect(stderr).to.equal('');
      const { notes } = JSON.parse(stdout);
      expect(notes).to.have.length(1);
      expect(notes[0]).to.contain('the cluster could not be asked');
    });

    it('goes on with a note when it does not answer', async () => {
      const env = await withServer();
      server?.close();
      const { code, stderr } = await init([...FLAGS, '--distribution', 'rke2'], { env });
      expect(code).to.equal(0);
      expect(stderr).to.match(/^note: the cluster could not be asked: GET \/version: .*ECONNREFUSED.*\n$/);
    });
  });

  describe('on a terminal', () => {
    const ask = (input: readonly string[], args: readonly string[] = [], env: NodeJS.ProcessEnv = {}) =>
      init(args, { terminal: true, input, env: { NO_COLOR: '1', ...env } });

    it('asks for what is missing, again when an answer does not fit', async () => {
      const { code, stderr } = await ask([
        'Not A Label',
        'prod',
        'openshift',
        'k3s',
        'ftp://x',
        'http://os:9200',
        'me',
      ]);
      expect(code).to.equal(0);
      expect(stderr).to.contain('This must be aks, eks, gke, k3s, rke, rke2, generic.');
      expect(written().cluster).to.include({ name: 'prod', distribution: 'k3s' });
      expect(written().opensearch).to.include({ url: 'http://os:9200', username: 'me' });
    });

    it('says what it asks for, and what an empty answer lacks', async () => {
      const { stderr } = await ask(['', 'prod', 'k3s', 'http://os:9200', '', 'me']);
      for (const label of [
        'Name of the cluster',
        'Address of OpenSearch',
        'OpenSearch account that writes',
      ]) {
        expect(stderr).to.contain(`${label} (`);
      }
      expect(stderr).to.contain('  Give a name.\n').and.contain('  Give the name of an account.\n');
    });

    it('asks only for what no flag says', async () => {
      const { stderr } = await ask(['aks'], FLAGS);
      expect(stderr.match(/: /g)).to.have.length(1);
      expect(written().cluster.distribution).to.equal('aks');
    });

    it('offers the distribution of the cluster, which an empty answer takes', async () => {
      const { stderr } = await ask([''], FLAGS, await withServer());
      expect(stderr).to.contain('[rke2]: ');
      expect(written().cluster.distribution).to.equal('rke2');
    });

    it('takes the progress line away before it tells that a cluster cannot be asked', async () => {
      const { code, stderr } = await ask([], [...FLAGS, '--kubeconfig', 'nowhere']);
      expect(code).to.equal(1);
      expect(stderr).to.contain('\r\u001b[2Kerror: the cluster could not be asked: ');
    });

    it('names what is missing when the input ends', async () => {
      const { code, stderr } = await ask(['prod']);
      expect(code).to.equal(2);
      expect(stderr).to.contain('missing: --distribution, --opensearch-url, --username');
    });

    it('ends with 130 when interrupted', async () => {
      const { code } = await ask(['\u0003']);
      expect(code).to.equal(130);
      expect(existsSync(join(folder.path, 'opni-logging.yaml'))).to.equal(false);
    });
  });
});
