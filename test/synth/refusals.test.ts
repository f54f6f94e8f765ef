import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { MANIFEST_NAME } from '../../src/synth/manifest.js';
import { type ClusterFiles, writeOutput } from '../../src/synth/write-output.js';
import { clusterFiles, contentOf, errorOf, useFolder } from './support.js';

const A = clusterFiles('a', { '1-namespaces.yaml': 'a1\n', '5-workloads.yaml': 'a5\n' });
const B = clusterFiles('b', { '1-namespaces.yaml': 'b1\n' });

describe('writeOutput refuses, and leaves everything as it was,', () => {
  const base = useFolder();
  const output = () => join(base(), 'dist');
  const refused = async (clusters: Iterable<ClusterFiles>, pattern: RegExp) => {
    const before = contentOf(output());
    const error = await errorOf(() => writeOutput(output(), clusters, { prune: true }));
    expect(contentOf(output())).to.deep.equal(before);
    const text = [
      error.message,
      ...error.problems.map(({ path, message, fix }) => `${path} ${message} ${fix}`),
    ];
    expect(text.join('\n')).to.match(pattern);
    return error;
  };

  it('files of others that are in the way, all of them at once', async () => {
    mkdirSync(join(output(), 'a'), { recursive: true });
    mkdirSync(join(output(), 'b/1-namespaces.yaml'), { recursive: true });
    writeFileSync(join(output(), 'a/1-namespaces.yaml'), 'mine\n');
    writeFileSync(join(output(), 'a/5-workloads.yaml'), 'mine\n');
    const error = await refused([A, B], /in the way/);
    expect(error.code).to.equal('io');
    expect(error.problems.map(({ path }) => path)).to.deep.equal(
      ['a/1-namespaces.yaml', 'a/5-workloads.yaml', 'b/1-namespaces.yaml'].map((path) =>
        join(output(), path),
      ),
    );
    expect(error.problems[0]?.fix).to.match(/move it elsewhere/);
  });

  it('a file where a folder is needed', async () => {
    mkdirSync(output());
    writeFileSync(join(output(), 'a'), 'mine\n');
    await refused([A], /must be a folder, but is a file/);
  });

  it('a folder that is a link, so that nothing is written outside', async () => {
    const outside = join(base(), 'outside');
    mkdirSync(outside);
    mkdirSync(output());
    symlinkSync(outside, join(output(), 'a'));
    await refused([A], /must be a folder, but is a symbolic link/);
    expect(readdirSync(outside)).to.deep.equal([]);
  });

  it('to remove through a link', async () => {
    await writeOutput(output(), [A, B]);
    const outside = join(base(), 'outside');
    mkdirSync(outside);
    writeFileSync(join(outside, '1-namespaces.yaml'), 'mine\n');
    rmSync(join(output(), 'a'), { recursive: true });
    symlinkSync(outside, join(output(), 'a'));
    await refused([B], /symbolic link/);
  });

  it('a cluster that comes twice, also when only the case differs', async () => {
    mkdirSync(output());
    await refused([A, A], /written twice/);
    const upper = { ...A, files: A.files.map((file) => ({ ...file, path: file.path.toUpperCase() })) };
    await refused([A, upper], /written twice/);
  });

  it('a path that leads out of the folder, or to the writer’s own files', async () => {
    mkdirSync(output());
    for (const path of [
      '../x',
      '/x',
      'a/../../x',
      'a\\..\\x',
      'C:/x',
      '.opni-logging-files',
      'a//x',
      './x',
      '',
    ]) {
      await refused([{ cluster: 'x', objects: [], files: [{ path, content: 'x' }] }], /not inside/);
    }
  });

  it('a broken manifest, a newer one, and one that names paths outside', async () => {
    mkdirSync(output());
    const manifests: [string, RegExp][] = [
      ['', /not JSON/],
      ['{"version": 1', /not JSON/],
      ['null', /not the list/],
      ['{"version":1,"files":["a"]}', /not the list/],
      ['{"version":1,"files":{"a":"b"}}', /no list of names/],
      ['{"version":1,"files":{"a":[1]}}', /not inside/],
      ['{"version":1,"files":{"..":["x"]}}', /not inside/],
      ['{"version":1,"files":{"a":["../../x"]}}', /not inside/],
      ['{"version":1,"files":{"":["/etc/passwd"]}}', /not inside/],
      ['{"version":2,"files":{}}', /use a newer opni-logging/],
    ];
    for (const [text, pattern] of manifests) {
      writeFileSync(join(output(), MANIFEST_NAME), text);
      await refused([A], pattern);
    }
  });

  it('what a cluster that fails half-way would have been', async () => {
    await writeOutput(output(), [A]);
    const failing = async function* () {
      yield B;
      throw new Error('no such distribution');
    };
    const before = contentOf(output());
    const failure = await writeOutput(output(), failing()).catch((error: unknown) => error);
    expect(failure).to.be.an('error').with.property('message', 'no such distribution');
    expect(contentOf(output())).to.deep.equal(before);
  });
});
