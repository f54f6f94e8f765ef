import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { LOCK_NAME, lockFolder } from '../../src/synth/lock.js';
import { errorOf, useFolder } from './support.js';

describe('the lock of an output folder', () => {
  const folder = useFolder();
  const path = () => join(folder(), LOCK_NAME);
  const deadPid = () => spawnSync(process.execPath, ['-e', '']).pid;

  it('keeps a second writer out until the first is done, and names the first', async () => {
    const lock = lockFolder(folder());
    const error = await errorOf(() => lockFolder(folder()));
    expect(error.code).to.equal('io');
    expect(error.message).to.include(`process ${process.pid}`);
    expect(error.problems[0]?.fix).to.match(/remove this file/);
    lock.release();
    lockFolder(folder()).release();
    expect(readdirSync(folder())).to.deep.equal([]);
  });

  it('is taken over from a dead process', () => {
    writeFileSync(path(), JSON.stringify({ pid: deadPid(), host: hostname() }));
    const lock = lockFolder(folder());
    lock.assertHeld();
    lock.release();
    expect(readdirSync(folder())).to.deep.equal([]);
  });

  it('is taken over when another process has the number of the dead one by now', function () {
    if (!existsSync('/proc/self/stat')) {
      console.log('      skipped: this system does not tell when a process began');
      this.skip();
    }
    for (const pid of [process.pid, process.ppid]) {
      writeFileSync(path(), JSON.stringify({ pid, host: hostname(), started: '1' }));
      lockFolder(folder()).release();
    }
  });

  it('of another host is respected, because nobody can see whether its process lives', async () => {
    writeFileSync(path(), JSON.stringify({ pid: deadPid(), host: 'elsewhere' }));
    const error = await errorOf(() => lockFolder(folder()));
    expect(error.message).to.match(/process \d+ on elsewhere/);
  });

  it('without content is respected for a moment, then taken over', async () => {
    writeFileSync(path(), '');
    const error = await errorOf(() => lockFolder(folder()));
    expect(error.message).to.match(/another process/);
    const past = new Date(Date.now() - 60_000);
    utimesSync(path(), past, past);
    lockFolder(folder()).release();
  });

  it('is noticed when it is lost, and not taken from the one who has it then', async () => {
    const lock = lockFolder(folder());
    writeFileSync(path(), 'another');
    const error = await errorOf(() => lock.assertHeld());
    expect(error.message).to.match(/taken by another process/);
    lock.release();
    expect(readFileSync(path(), 'utf8')).to.equal('another');
  });
});
