import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { MANIFEST_NAME } from '../../src/synth/manifest.js';
import { type OutputProgress, writeOutput } from '../../src/synth/write-output.js';
import { clusterFiles, contentOf, errorOf, useFolder } from './support.js';

const A = clusterFiles('a', { '1-namespaces.yaml': 'a1\n', '5-workloads.yaml': 'a5\n' });
const B = clusterFiles('b', { '1-namespaces.yaml': 'b1\n' });

describe('writeOutput', () => {
  const base = useFolder();
  const output = () => join(base(), 'dist');

  it('writes the files of all clusters and a manifest of them', async () => {
    const summary = await writeOutput(output(), [A, B]);
    expect(summary).to.deep.equal({
      clusters: 2,
      objects: 3,
      files: 3,
      bytes: 9,
      unchanged: 0,
      removed: 0,
      kept: 0,
    });
    expect(contentOf(output())).to.deep.equal({
      [MANIFEST_NAME]: [
        '{',
        '  "version": 1,',
        '  "files": {',
        '    "a": ["1-namespaces.yaml","5-workloads.yaml"],',
        '    "b": ["1-namespaces.yaml"]',
        '  }',
        '}',
        '',
      ].join('\n'),
      'a/1-namespaces.yaml': 'a1\n',
      'a/5-workloads.yaml': 'a5\n',
      'b/1-namespaces.yaml': 'b1\n',
    });
  });

  it('gives the same bytes whatever the order of the clusters', async () => {
    await writeOutput(output(), [A, B]);
    const other = join(base(), 'other');
    await writeOutput(other, [B, A]);
    expect(contentOf(other)).to.deep.equal(contentOf(output()));
  });

  it('does not touch a file that has the right bytes', async () => {
    await writeOutput(output(), [A, B]);
    const past = new Date('2020-01-01T00:00:00Z');
    const paths = [MANIFEST_NAME, 'a/1-namespaces.yaml', 'b/1-namespaces.yaml'].map((path) =>
      join(output(), path),
    );
    for (const path of paths) utimesSync(path, past, past);
    const summary = await writeOutput(output(), [A, B]);
    expect(summary).to.include({ files: 3, unchanged: 3, removed: 0 });
    for (const path of paths) expect(statSync(path).mtime).to.deep.equal(past);
  });

  it('repairs a file that was changed by hand, and one that is missing', async () => {
    await writeOutput(output(), [A, B]);
    const before = contentOf(output());
    writeFileSync(join(output(), 'a/1-namespaces.yaml'), 'xx\n');
    rmSync(join(output(), 'b/1-namespaces.yaml'));
    expect(await writeOutput(output(), [A, B])).to.include({ unchanged: 1 });
    expect(contentOf(output())).to.deep.equal(before);
  });

  it('puts a file back where a link took its place, and leaves the target of the link alone', async () => {
    await writeOutput(output(), [A]);
    const elsewhere = join(base(), 'elsewhere');
    writeFileSync(elsewhere, 'mine\n');
    const path = join(output(), 'a/1-namespaces.yaml');
    rmSync(path);
    symlinkSync(elsewhere, path);
    await writeOutput(output(), [A]);
    expect(lstatSync(path).isFile()).to.equal(true);
    expect(readFileSync(elsewhere, 'utf8')).to.equal('mine\n');
  });

  it('forgets files that were removed by hand together with their folder', async () => {
    await writeOutput(output(), [A, B]);
    rmSync(join(output(), 'b'), { recursive: true });
    expect(await writeOutput(output(), [A])).to.include({ unchanged: 2, removed: 0 });
    expect(contentOf(output())[MANIFEST_NAME]).not.to.include('"b"');
  });

  it('removes only what it wrote, and the folders that this leaves empty', async () => {
    await writeOutput(output(), [A, B]);
    writeFileSync(join(output(), 'a/kustomization.yaml'), 'mine\n');
    writeFileSync(join(output(), 'README.md'), 'mine\n');
    const summary = await writeOutput(output(), [clusterFiles('c', { '1-namespaces.yaml': 'c1\n' })], {
      prune: true,
    });
    expect(summary.removed).to.equal(3);
    expect(Object.keys(contentOf(output()))).to.have.members([
      MANIFEST_NAME,
      'README.md',
      'a/kustomization.yaml',
      'c/1-namespaces.yaml',
    ]);
  });

  it('leaves no folder behind when no cluster is left', async () => {
    await writeOutput(output(), [A, B]);
    expect(await writeOutput(output(), [], { prune: true })).to.include({
      clusters: 0,
      files: 0,
      removed: 3,
    });
    expect(Object.keys(contentOf(output()))).to.deep.equal([MANIFEST_NAME]);
  });

  it('keeps the clusters that a run does not write, in the folder and in the manifest', async () => {
    await writeOutput(output(), [A, B]);
    const before = contentOf(output());
    const summary = await writeOutput(output(), [clusterFiles('c', { '1-namespaces.yaml': 'c1\n' })]);
    expect(summary).to.include({ clusters: 1, files: 1, removed: 0, kept: 2 });
    expect(contentOf(output())).to.include({
      ...before,
      [MANIFEST_NAME]: contentOf(output())[MANIFEST_NAME],
    });
    const everything = join(base(), 'everything');
    await writeOutput(everything, [A, B, clusterFiles('c', { '1-namespaces.yaml': 'c1\n' })]);
    expect(contentOf(output())).to.deep.equal(contentOf(everything));
  });

  it('removes what a cluster that it writes does not have any more, and nothing of the others', async () => {
    await writeOutput(output(), [A, B]);
    const summary = await writeOutput(output(), [clusterFiles('a', { '1-namespaces.yaml': 'a1\n' })]);
    expect(summary).to.include({ removed: 1, kept: 1 });
    expect(Object.keys(contentOf(output()))).to.deep.equal([
      MANIFEST_NAME,
      'a/1-namespaces.yaml',
      'b/1-namespaces.yaml',
    ]);
  });

  it('still removes a cluster that an earlier run kept when a later one prunes', async () => {
    await writeOutput(output(), [A]);
    await writeOutput(output(), [B]);
    expect(await writeOutput(output(), [B], { prune: true })).to.include({ removed: 2, kept: 0 });
    expect(Object.keys(contentOf(output()))).to.deep.equal([MANIFEST_NAME, 'b/1-namespaces.yaml']);
  });

  it('moves from one layout to the other', async () => {
    await writeOutput(output(), [clusterFiles('a', { '4-config/secret-x.yaml': 'x\n' })]);
    await writeOutput(output(), [clusterFiles('a', { '4-config.yaml': 'x\n' })]);
    expect(Object.keys(contentOf(output()))).to.deep.equal([MANIFEST_NAME, 'a/4-config.yaml']);
  });

  it('adopts a file of others that has the very bytes that it would write', async () => {
    mkdirSync(join(output(), 'a'), { recursive: true });
    writeFileSync(join(output(), 'a/1-namespaces.yaml'), 'a1\n');
    expect(await writeOutput(output(), [A])).to.include({ files: 2, unchanged: 1 });
  });

  it('refuses an output folder that is a file', async () => {
    writeFileSync(output(), 'mine\n');
    const error = await errorOf(() => writeOutput(output(), [A]));
    expect(error.message).to.match(/is not a folder/);
  });

  it('makes missing folders, and takes them back when nothing is written', async () => {
    const deep = join(base(), 'x/y/z');
    await errorOf(() => writeOutput(deep, [A, A]));
    expect(existsSync(join(base(), 'x'))).to.equal(false);
    await writeOutput(deep, [A]);
    expect(existsSync(join(deep, 'a/1-namespaces.yaml'))).to.equal(true);
  });

  it('names the path and the way out when the system refuses', async () => {
    const file = join(base(), 'file');
    writeFileSync(file, 'mine\n');
    const error = await errorOf(() => writeOutput(join(file, 'dist'), [A]));
    expect(error.code).to.equal('io');
    expect(error.problems[0]).to.have.property('path', join(file, 'dist'));
    expect(error.problems[0]?.fix).to.match(/a part of this path is a file/);
  });

  it('stops at an aborted signal between clusters and leaves the old output', async () => {
    await writeOutput(output(), [A]);
    const before = contentOf(output());
    const controller = new AbortController();
    let taken = 0;
    const clusters = function* () {
      for (const name of ['b', 'c', 'd']) {
        taken += 1;
        yield clusterFiles(name, { '1-namespaces.yaml': name });
      }
    };
    // A timer stands for the key that a user presses: it fires only when the writer lets go now and then.
    setImmediate(() => controller.abort(new Error('interrupted')));
    const failure = await writeOutput(output(), clusters(), { signal: controller.signal }).catch(
      (error: unknown) => error,
    );
    expect(failure).to.be.an('error').with.property('message', 'interrupted');
    expect(taken).to.be.lessThan(3);
    expect(contentOf(output())).to.deep.equal(before);
  });

  it('takes one cluster at a time and tells how far it is', async () => {
    const steps: string[] = [];
    const clusters = async function* () {
      for (const name of ['a', 'b']) {
        steps.push(`make ${name}`);
        yield clusterFiles(name, { '1-namespaces.yaml': name });
      }
    };
    const onProgress = ({ cluster, clusters, objects }: OutputProgress) =>
      steps.push(`${cluster} ${clusters} ${objects}`);
    await writeOutput(output(), clusters(), { onProgress });
    expect(steps).to.deep.equal(['make a', 'a 1 1', 'make b', 'b 2 2']);
  });
});
