import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { formatProblem } from '../../src/common/error.js';
import { loadConfigs, loadConfigText } from '../../src/config/load.js';
import { memoryFiles, refusal, refusalOf, SMALLEST } from './support.js';

const named = (name: string) => SMALLEST.replace('prod-eu-1', name);
const load = (contents: Record<string, string | Uint8Array>, ...paths: string[]) =>
  loadConfigs(paths, { files: memoryFiles(contents) });

describe('loadConfigs', () => {
  it('loads the smallest file with all defaults', async () => {
    const [cluster] = await load({ 'a.yaml': SMALLEST }, 'a.yaml');
    expect(cluster?.name).to.equal('prod-eu-1');
    expect(cluster?.config.namespace).to.equal('opni');
    expect(cluster?.config.shipper.buffer.records).to.equal(50000);
    expect(cluster?.config.opensearch?.passwordSecret.key).to.equal('password');
    expect(cluster?.source).to.deep.equal({ file: 'a.yaml', line: 1, column: 1 });
  });

  it('loads JSON, with tabs and a byte order mark', async () => {
    const json = JSON.stringify(
      {
        apiVersion: 'opni-logging/v1',
        cluster: { name: 'j', distribution: 'k3s' },
        opensearch: { url: 'https://x:9200', username: 'u' },
      },
      undefined,
      '\t',
    );
    const fleet = await load({ 'a.json': `\ufeff${json}` }, 'a.json');
    expect(fleet.names).to.deep.equal(['j']);
  });

  it('takes the files of a folder by name and leaves the others out', async () => {
    const contents = {
      'd/b.yml': named('b'),
      'd/a.yaml': named('a'),
      'd/c.json':
        '{"apiVersion": "opni-logging/v1", "cluster": {"name": "c", "distribution": "rke"}, "opensearch": {"url": "https://x", "username": "u"}}',
      'd/_draft.yaml': ':::',
      'd/.hidden.yaml': ':::',
      'd/README.md': ':::',
      'd/below/e.yaml': ':::',
      'd/folder.yaml/f.yaml': ':::',
    };
    expect((await load(contents, 'd')).names).to.deep.equal(['a', 'b', 'c']);
  });

  it('lays a folder’s defaults below its files, also below one that is named by itself', async () => {
    const contents = {
      'd/_defaults.yaml': 'apiVersion: opni-logging/v1\nshipper: {replicas: 5}\nprefix: x\n',
      'd/a.yaml': `${named('a')}prefix: z\n`,
    };
    for (const path of ['d', 'd/a.yaml']) {
      const [cluster] = await load(contents, path);
      expect(cluster?.config.shipper.replicas).to.equal(5);
      expect(cluster?.config.prefix).to.equal('z');
    }
  });

  it('reports a mistake in the defaults once, and no cluster as incomplete because of it', async () => {
    const contents = {
      'd/_defaults.yaml':
        'apiVersion: opni-logging/v1\nopensearch: {url: https://x, username: u}\nshiper: {}\n',
      'd/a.yaml': 'apiVersion: opni-logging/v1\ncluster: {name: a, distribution: rke}\n',
      'd/b.yaml': 'apiVersion: opni-logging/v1\ncluster: {name: b, distribution: rke}\n',
    };
    const { problems } = await refusalOf(load(contents, 'd'));
    expect(problems.map(({ file, path }) => [file, path])).to.deep.equal([['d/_defaults.yaml', 'shiper']]);
    const broken = { ...contents, 'd/_defaults.yaml': 'a: [' };
    expect((await refusalOf(load(broken, 'd'))).problems.map(({ file }) => file)).to.deep.equal([
      'd/_defaults.yaml',
    ]);
  });

  it('loads a fleet file', async () => {
    const text = `apiVersion: opni-logging/v1
defaults:
  opensearch: {url: https://x:9200, username: u}
  collection: {pods: {excludeNamespaces: [a, b]}}
  shipper: {autoscaling: {maxReplicas: 9}}
clusters:
  - cluster: {name: one, distribution: rke2}
    collection: {pods: {excludeNamespaces: [c]}}
  - cluster: {name: two, distribution: eks}
    shipper: {autoscaling: null}
`;
    const [one, two] = await load({ 'fleet.yaml': text }, 'fleet.yaml');
    expect(one?.config.collection.pods.excludeNamespaces).to.deep.equal(['c']);
    expect(one?.config.shipper.autoscaling).to.deep.equal({
      minReplicas: 2,
      maxReplicas: 9,
      targetCpuPercent: 75,
    });
    expect(two?.config.shipper.autoscaling).to.equal(undefined);
    expect(two?.origin('opensearch.url')).to.deep.equal({ file: 'fleet.yaml', line: 3, column: 16 });
    expect(two?.source).to.deep.equal({ file: 'fleet.yaml', line: 9, column: 5 });
  });

  it('says where a problem of a fleet file stands', () => {
    const text = `apiVersion: opni-logging/v1
opensearch: {}
defaults: {replicas: 1, apiVersion: opni-logging/v1}
clusters:
  - cluster: {name: one}
    repicas: 2
`;
    const { problems } = refusal(() => loadConfigText(text, 'f.yaml'));
    expect(problems.map(formatProblem).map((shown) => shown.split('\n')[0])).to.deep.equal([
      'f.yaml:2:1: opensearch: unknown setting "opensearch" here',
      'f.yaml:3:12: defaults.replicas: unknown setting "replicas" here',
      'f.yaml:3:25: defaults.apiVersion: unknown setting "apiVersion" here',
      'f.yaml:5:5: clusters[0].cluster.distribution: is required but missing',
      'f.yaml:5:5: clusters[0].opensearch: is required but missing',
      'f.yaml:6:5: clusters[0].repicas: unknown setting "repicas"',
    ]);
    expect(problems[0]?.fix).to.equal('it belongs to defaults.opensearch');
    expect(problems[1]?.fix).to.include('defaults.aggregator.replicas');
    expect(problems[2]?.fix).to.include('at the top of the file');
  });

  it('refuses a fleet file without clusters', () => {
    const head = 'apiVersion: opni-logging/v1\n';
    const refused = (text: string) => refusal(() => loadConfigText(head + text)).problems[0];
    expect(refused('defaults: {}\n')).to.include({ path: 'clusters', message: 'is required but missing' });
    expect(refused('clusters: []\n')?.message).to.equal('has fewer than 1 item');
    expect(refused('clusters: {}\n')?.message).to.equal('a list is expected, found a map');
  });

  it('refuses two clusters of one name and names both places', async () => {
    const { problems } = await refusalOf(load({ 'd/a.yaml': named('x'), 'd/b.yaml': named('x') }, 'd'));
    expect(problems).to.have.length(1);
    expect(problems[0]).to.include({ file: 'd/b.yaml', line: 3, path: 'cluster.name' });
    expect(problems[0]?.message).to.equal('two clusters are named "x"; the first is at d/a.yaml:3:3');
  });

  it('refuses defaults that are not indented, and no cluster as incomplete because of it', () => {
    const text = `apiVersion: opni-logging/v1
defaults:
opensearch: {url: "https://x", username: u}
clusters:
  - cluster: {name: a, distribution: rke2}
`;
    const { problems } = refusal(() => loadConfigText(text, 'f.yaml'));
    expect(problems).to.deep.equal([
      {
        file: 'f.yaml',
        line: 2,
        column: 1,
        path: 'defaults',
        message: 'is empty',
        fix: 'indent the lines below it: opensearch',
      },
    ]);
  });

  it('refuses a name that several clusters have from their defaults', async () => {
    const text = `apiVersion: opni-logging/v1
defaults: {cluster: {name: x, distribution: rke2}, opensearch: {url: "https://x", username: u}}
clusters:
  - prefix: a
  - prefix: b
`;
    const { problems } = refusal(() => loadConfigText(text, 'f.yaml'));
    expect(problems).to.deep.equal([
      {
        file: 'f.yaml',
        line: 5,
        column: 5,
        path: 'clusters[1].cluster.name',
        message: 'the name comes from defaults, and another cluster has it',
        fix: 'give each cluster its own',
      },
    ]);
  });

  for (const name of ['_default.yaml', '_default.yml', '_Defaults.yaml']) {
    it(`does not leave out ${name} without a word`, async () => {
      const contents = {
        [`d/${name}`]: 'apiVersion: opni-logging/v1\nopensearch: {url: "https://x", username: u}\n',
        'd/a.yaml': 'apiVersion: opni-logging/v1\ncluster: {name: a, distribution: rke}\n',
      };
      for (const path of ['d', 'd/a.yaml']) {
        const { problems } = await refusalOf(load(contents, path));
        const right = name.endsWith('yml') ? '_defaults.yml' : '_defaults.yaml';
        expect(problems).to.deep.equal([
          { file: `d/${name}`, message: 'is left out', fix: `did you mean ${right}? rename it` },
        ]);
      }
    });
  }

  it('asks whether defaults.yaml is meant as the defaults of the folder, but takes a cluster in it', async () => {
    const defaults = 'apiVersion: opni-logging/v1\nopensearch: {url: "https://x", username: u}\n';
    const { problems } = await refusalOf(load({ 'd/defaults.yaml': defaults, 'd/a.yaml': SMALLEST }, 'd'));
    expect(problems).to.deep.equal([
      {
        file: 'd/defaults.yaml',
        message: 'is read as a cluster, but has no cluster.name',
        fix: 'did you mean _defaults.yaml? rename it; or add cluster.name',
      },
    ]);
    expect((await load({ 'd/defaults.yaml': SMALLEST }, 'd')).names).to.deep.equal(['prod-eu-1']);
  });

  it('takes a file once that is named twice', async () => {
    expect((await load({ 'd/a.yaml': SMALLEST }, 'd', 'd/a.yaml', './d/a.yaml')).size).to.equal(1);
  });

  it('reports the problems of all files and returns nothing', async () => {
    const contents = { 'd/a.yaml': `${named('a')}x: 1\n`, 'd/b.yaml': named('b'), 'd/c.yaml': ']' };
    const error = await refusalOf(load(contents, 'd', 'gone.yaml'));
    expect(error.code).to.equal('config');
    expect(error.message).to.equal('the configuration is refused: 3 problems in 3 files');
    expect(error.problems.map(({ file }) => file)).to.deep.equal(['d/a.yaml', 'd/c.yaml', 'gone.yaml']);
  });

  it('refuses paths that hold no configuration', async () => {
    const contents = {
      'd/notes.txt': 'x',
      'e/_defaults.yaml': SMALLEST,
      'f/_defaults.yaml': '',
      'f/_defaults.json': '',
      'f/a.yaml': SMALLEST,
    };
    const message = async (path: string) => (await refusalOf(load(contents, path))).problems[0]?.message;
    expect(await message('gone')).to.equal('does not exist');
    expect(await message('d')).to.equal('holds no configuration file');
    expect(await message('e')).to.equal('holds no configuration file');
    expect(await message('e/_defaults.yaml')).to.equal('holds the defaults of a folder, not a cluster');
    expect(await message('f')).to.include('stands beside _defaults.yaml');
    expect((await refusalOf(loadConfigs([]))).code).to.equal('usage');
  });

  it('reads a file of the largest size and refuses one byte more without reading it', async () => {
    const at = SMALLEST.padEnd(1000, '#');
    const options = { maxFileBytes: 1000 };
    expect((await loadConfigs(['a'], { ...options, files: memoryFiles({ a: at }) })).size).to.equal(1);
    const files = memoryFiles({ a: `${at}#` });
    const unread = { ...files, read: () => Promise.reject(new Error('was read')) };
    const { problems } = await refusalOf(loadConfigs(['a'], { ...options, files: unread }));
    expect(problems[0]?.message).to.equal('is 1001 bytes large; at most 1000 are read');
  });

  it('refuses a file of 5 MB', async () => {
    const { problems } = await refusalOf(load({ 'a.yaml': new Uint8Array(5_000_000) }, 'a.yaml'));
    expect(problems.map(({ message }) => message)).to.deep.equal([
      'is 5000000 bytes large; at most 4194304 are read',
    ]);
  });

  it('refuses what is not UTF-8, with its place', async () => {
    const latin = Buffer.concat([Buffer.from('a: 1\nb: '), Buffer.from([0xe9, 0x0a])]);
    const { problems } = await refusalOf(load({ 'a.yaml': latin }, 'a.yaml'));
    expect(problems[0]).to.include({ line: 2, column: 4, message: 'is not valid UTF-8' });
    const utf16 = Buffer.from('\ufeffa: 1\n', 'utf16le');
    const wide = await refusalOf(load({ 'a.yaml': utf16 }, 'a.yaml'));
    expect(wide.problems[0]?.message).to.equal('is not valid UTF-8 but UTF-16');
  });

  it('reads real files and follows links, as those of a mounted ConfigMap', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'opni-config-'));
    try {
      await mkdir(join(folder, '..data'));
      await writeFile(join(folder, '..data', 'a.yaml'), SMALLEST);
      await symlink(join('..data', 'a.yaml'), join(folder, 'a.yaml'));
      expect((await loadConfigs([folder])).names).to.deep.equal(['prod-eu-1']);
      await rm(join(folder, '..data', 'a.yaml'));
      expect((await refusalOf(loadConfigs([folder]))).problems[0]?.message).to.equal(
        'holds no configuration file',
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('reports what cannot be read and goes on', async () => {
    const files = memoryFiles({ 'd/a.yaml': SMALLEST, 'd/b.yaml': 'x' });
    const denied = Object.assign(new Error('denied'), { code: 'EACCES' });
    const read = (file: string) => (file === 'd/a.yaml' ? Promise.reject(denied) : files.read(file));
    const { problems } = await refusalOf(loadConfigs(['d'], { files: { ...files, read } }));
    expect(problems.map(({ message }) => message)).to.deep.equal([
      'cannot be read: EACCES',
      'is not a map of settings',
    ]);
  });

  it('loads a thousand clusters without slowing down', async () => {
    const contents = (count: number) =>
      Object.fromEntries(
        Array.from({ length: count }, (_, index) => [`d/c${index}.yaml`, named(`c${index}`)]),
      );
    const took = async (count: number) => {
      const files = memoryFiles(contents(count));
      const list = Object.keys(contents(count)).map((file) => file.slice(2));
      const start = process.cpuUsage();
      const fleet = await loadConfigs(['d'], {
        files: {
          ...files,
          list: async () => list,
          info: async (path) => (path === 'd' ? { kind: 'folder', bytes: 0 } : { kind: 'file', bytes: 200 }),
        },
      });
      expect(fleet.size).to.equal(count);
      const { user, system } = process.cpuUsage(start);
      return (user + system) / count;
    };
    await took(200);
    const few = await took(100);
    expect(await took(1000)).to.be.below(few * 3);
  });
});
