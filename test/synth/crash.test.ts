import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { MANIFEST_NAME } from '../../src/synth/manifest.js';
import { writeOutput } from '../../src/synth/write-output.js';
import { clusterFiles, contentOf, useFolder } from './support.js';

const PROGRAM = join(dirname(fileURLToPath(import.meta.url)), 'killed-writer.js');
const BEFORE = [
  clusterFiles('gone', { '1-namespaces.yaml': 'old\n' }),
  clusterFiles('kept', {
    '1-namespaces.yaml': 'old\n',
    '4-config.yaml': 'same\n',
    '5-workloads.yaml': 'old\n',
  }),
];
const AFTER = [
  clusterFiles('kept', {
    '1-namespaces.yaml': 'new\n',
    '4-config.yaml': 'same\n',
    '6-logging.yaml': 'new\n',
  }),
  clusterFiles('more', { '1-namespaces.yaml': 'new\n' }),
];
const PRUNE = { prune: true };
const FOREIGN = 'kept/notes.txt';

describe('a killed writer', () => {
  const folder = useFolder();

  it('leaves whole files, no strangers’ file touched, and a state that the next run completes', async function () {
    this.timeout(60_000);
    const expected = join(folder(), 'expected');
    await writeOutput(expected, AFTER);
    const goal = { ...contentOf(expected), [FOREIGN]: 'mine\n' };
    const texts = new Set(['old\n', 'same\n', 'new\n', 'mine\n']);
    let call = 0;
    for (let killed = true; killed; ) {
      call += 1;
      const output = join(folder(), `call-${call}`);
      await writeOutput(output, BEFORE);
      writeFileSync(join(output, FOREIGN), 'mine\n');
      const start = contentOf(output);

      const child = spawnSync(process.execPath, [
        PROGRAM,
        output,
        JSON.stringify(AFTER),
        String(call),
        'prune',
      ]);
      killed = child.signal === 'SIGKILL';
      if (!killed) expect(child.status, child.stderr.toString()).to.equal(0);

      const left = contentOf(output);
      const listed = JSON.parse(left[MANIFEST_NAME]!) as { files: Record<string, string[]> };
      const ours = new Set(
        Object.entries(listed.files).flatMap(([path, names]) => names.map((name) => `${path}/${name}`)),
      );
      for (const [path, content] of Object.entries(left)) {
        if (path.startsWith('.opni-logging') || path.endsWith('/')) continue;
        expect(texts, `${path} after call ${call}`).to.include(content);
        expect(ours.has(path) || path === FOREIGN, `${path} is listed after call ${call}`).to.equal(true);
      }
      for (const path of Object.keys(goal).filter((path) => path in start)) {
        expect(left, `nothing needed is missing after call ${call}`).to.have.property(path);
      }

      await writeOutput(output, AFTER, PRUNE);
      expect(contentOf(output), `completed after call ${call}`).to.deep.equal(goal);
    }
    expect(call, 'calls that change the file system').to.be.greaterThan(15);
  });

  it('is completed by a run with yet other clusters', async () => {
    const output = join(folder(), 'out');
    const last = [clusterFiles('third', { '1-namespaces.yaml': 'third\n' })];
    const expected = join(folder(), 'expected');
    await writeOutput(expected, last);
    for (const call of [12, 15, 18, 20]) {
      mkdirSync(output, { recursive: true });
      await writeOutput(output, BEFORE);
      spawnSync(process.execPath, [PROGRAM, output, JSON.stringify(AFTER), String(call), 'prune']);
      await writeOutput(output, last, PRUNE);
      expect(contentOf(output), `after call ${call}`).to.deep.equal(contentOf(expected));
    }
  });

  it('that keeps other clusters never touches them, and lists them all the while', async function () {
    this.timeout(60_000);
    let call = 0;
    for (let killed = true; killed; ) {
      call += 1;
      const output = join(folder(), `call-${call}`);
      await writeOutput(output, BEFORE);
      const child = spawnSync(process.execPath, [PROGRAM, output, JSON.stringify(AFTER), String(call)]);
      killed = child.signal === 'SIGKILL';
      const left = contentOf(output);
      expect(left, `after call ${call}`).to.have.property('gone/1-namespaces.yaml', 'old\n');
      expect(JSON.parse(left[MANIFEST_NAME]!).files, `after call ${call}`).to.have.property('gone');

      expect(await writeOutput(output, AFTER)).to.have.property('kept', 1);
      const expected = join(folder(), 'expected');
      await writeOutput(expected, [BEFORE[0]!, ...AFTER]);
      expect(contentOf(output), `completed after call ${call}`).to.deep.equal(contentOf(expected));
    }
    expect(call, 'calls that change the file system').to.be.greaterThan(12);
  });
});
