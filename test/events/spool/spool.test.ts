import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { machineFiles } from '../../../src/events/spool/files.js';
import { purgeFolder } from '../../../src/events/spool/purge-folder.js';
import { refusalOf } from '../../kube/client-support.js';
import { failureOf, MemoryFiles } from './memory-files.js';
import { CLUSTER, drain, drainIds, FOLDER, fill, idOf, openAt, recordOf } from './spool-support.js';

describe('a spool', () => {
  it('gives records back in their order, whole, and while others are appended', async () => {
    const { spool } = await openAt(new MemoryFiles());
    const appended = fill(spool, ...Array.from({ length: 30 }, (_, index) => index + 1));
    const ids: number[] = [];
    while (ids.length < 30) {
      const record = await spool.next();
      if (record) ids.push(idOf(record));
      else await new Promise((resolve) => setImmediate(resolve));
    }
    await appended;
    expect(ids).to.deep.equal(Array.from({ length: 30 }, (_, index) => index + 1));
    expect(await spool.next()).to.equal(undefined);
  });

  it('counts records and bytes until they are done, and removes segments then', async () => {
    const files = new MemoryFiles();
    const { spool } = await openAt(files);
    expect([spool.records, spool.bytes, spool.mark]).to.deep.equal([0, 0, undefined]);
    await fill(spool, 1, 2, 3, 4, 5, 6);
    expect(spool.records).to.equal(6);
    const all = spool.bytes;
    const count = files.segments.length;
    expect(count).to.be.greaterThan(2);
    const records = await drain(spool);
    expect([spool.records, spool.bytes], 'handed out is not done').to.deep.equal([6, all]);
    records[5]!.done();
    records[5]!.done();
    expect(spool.records).to.equal(5);
    for (const record of records) record.done();
    await spool.saveCursor();
    expect([spool.records, spool.bytes, files.segments.length]).to.deep.equal([0, 0, 0]);
    expect(spool.mark).to.equal('6');
  });

  it('keeps a record that moves no mark, and one without documents', async () => {
    const files = new MemoryFiles();
    const { spool } = await openAt(files);
    await fill(spool, 1);
    await spool.append({ ...recordOf(2), mark: undefined });
    await spool.append({ body: Buffer.alloc(0), lengths: [], mark: '' });
    await spool.close();
    const { spool: opened } = await openAt(files);
    expect((await drain(opened)).map(({ mark, lengths }) => [mark, lengths.length])).to.deep.equal([
      ['1', 2],
      [undefined, 2],
      ['', 0],
    ]);
  });

  it('refuses a record whose lengths do not add up', async () => {
    const { spool } = await openAt(new MemoryFiles());
    const refusal = await refusalOf(spool.append({ body: Buffer.from('{},{}'), lengths: [2, 3], mark: '1' }));
    expect(refusal.code).to.equal('usage');
  });

  it('is full at the cap, to the byte, and takes again when there is room', async () => {
    const files = new MemoryFiles();
    const { spool: measured } = await openAt(files, { segmentBytes: 1024 ** 2 });
    await fill(measured, 1, 2);
    const size = files.bytesOf(files.segments[0]!).length;
    for (const [maxBytes, outcome] of [
      [size, 'taken'],
      [size - 1, 'full'],
    ] as const) {
      const { spool, troubles } = await openAt(new MemoryFiles(), { segmentBytes: 1024 ** 2, maxBytes });
      await fill(spool, 1);
      expect(await spool.append(recordOf(2))).to.equal(outcome);
      expect(spool.mark).to.equal(outcome === 'taken' ? '2' : '1');
      expect(await spool.append(recordOf(7)), 'never drops the oldest').to.equal('full');
      for (const record of await drain(spool)) record.done();
      expect(await spool.append(recordOf(3))).to.equal('taken');
      expect(troubles).to.deep.equal([]);
    }
  });

  it('counts what an earlier process left against the cap', async () => {
    const files = new MemoryFiles();
    const { spool } = await openAt(files);
    await fill(spool, 1, 2, 3);
    await spool.close();
    const { spool: opened } = await openAt(files, { maxBytes: 500 });
    expect(await opened.append(recordOf(4))).to.equal('full');
    expect(await drainIds(opened)).to.deep.equal([1, 2, 3]);
  });

  it('begins at the cursor after it was closed', async () => {
    const files = new MemoryFiles();
    const first = await openAt(files);
    await fill(first.spool, 1, 2, 3, 4, 5);
    const records = await drain(first.spool);
    for (const index of [0, 1, 3]) records[index]!.done();
    await first.spool.close();
    const second = await openAt(files);
    expect(second.spool.records).to.equal(3);
    expect(await drainIds(second.spool), 'done behind one that is not').to.deep.equal([3, 4, 5]);
  });

  it('ignores a damaged cursor, and gives all again', async () => {
    const files = new MemoryFiles();
    const { spool } = await openAt(files, { segmentBytes: 1024 ** 2 });
    await fill(spool, 1, 2);
    (await spool.next())!.done();
    await spool.close();
    const cursor = Buffer.from(files.bytesOf('cursor'));
    for (const damaged of [Buffer.alloc(0), Buffer.alloc(40), cursor.subarray(0, 30), Buffer.from('{}\n')]) {
      const copy = files.revived('all');
      copy.put('cursor', damaged);
      expect(await drainIds((await openAt(copy)).spool)).to.deep.equal([1, 2]);
    }
  });

  it('does not skip new records for an old cursor when all segments were gone', async () => {
    const files = new MemoryFiles();
    for (let round = 0; round < 4; round += 1) {
      const { spool } = await openAt(files);
      await fill(spool, 2 * round + 1, 2 * round + 2);
      const records = await drain(spool);
      expect(records.map(idOf)).to.deep.equal([2 * round + 1, 2 * round + 2]);
      for (const record of records) record.done();
      await spool.close();
    }
  });

  it('leaves files that are not its own alone, and tells them once (case 47)', async () => {
    const files = new MemoryFiles();
    for (const name of ['notes.txt', '12.events', 'lost+found']) files.put(name, Buffer.from('x'));
    const { spool, troubles } = await openAt(files);
    await fill(spool, 1, 2);
    await spool.close();
    await purgeFolder(FOLDER, files);
    expect(troubles).to.deep.equal([
      'files in the folder of the spool that are not its own are left alone: 12.events, notes.txt',
    ]);
    for (const name of ['notes.txt', '12.events', 'lost+found'])
      expect(files.folder.has(name)).to.equal(true);
  });

  it('refuses the volume of another cluster and changes nothing (case 49)', async () => {
    const files = new MemoryFiles();
    const { spool } = await openAt(files, { clusterId: 'other' });
    await fill(spool, 1, 2);
    await spool.close();
    for (const missing of ['cursor', undefined, 'segments']) {
      const copy = files.revived('all');
      if (missing === 'cursor') copy.take('cursor');
      if (missing === 'segments') for (const name of copy.segments) copy.take(name);
      const before = [...copy.folder].map(([name, { data }]) => [name, data.toString('latin1')]);
      const refusal = await refusalOf(openAt(copy));
      expect(refusal.code).to.equal('config');
      expect(refusal.message).to.equal(`spool: holds the spool of cluster other; this is cluster ${CLUSTER}`);
      expect(refusal.problems[0]?.fix).to.contain('empty the folder');
      expect([...copy.folder].map(([name, { data }]) => [name, data.toString('latin1')])).to.deep.equal(
        before,
      );
    }
  });

  for (const code of ['ENOSPC', 'EIO', 'EROFS']) {
    it(`is full on ${code} at any call of an append, tells it, and goes on when it is over (case 48)`, async () => {
      for (let call = 0; call < 9; call += 1) {
        for (const isLasting of [true, false]) {
          const files = new MemoryFiles();
          const { spool, troubles } = await openAt(files);
          await fill(spool, 1, 2, 3);
          const { mark, records, bytes } = spool;
          let left = call;
          let hits = 0;
          files.fault = () => {
            if (left-- > 0 || (!isLasting && hits > 0)) return undefined;
            hits += 1;
            return { error: failureOf(code), part: 0.7 };
          };
          const outcome = await spool.append(recordOf(4, 9));
          files.fault = undefined;
          expect(outcome).to.equal(hits > 0 ? 'full' : 'taken');
          if (hits > 0) {
            expect([spool.mark, spool.records, spool.bytes]).to.deep.equal([mark, records, bytes]);
            expect(troubles[0]).to.contain(code);
            await fill(spool, 5);
          } else await fill(spool, 5);
          const ids = hits > 0 ? [1, 2, 3, 5] : [1, 2, 3, 4, 5];
          await spool.close();
          const { spool: opened } = await openAt(files);
          expect(opened.damaged, `holes after call ${call}`).to.equal(0);
          expect(opened.mark).to.equal('5');
          expect(await drainIds(opened)).to.deep.equal(ids);
        }
      }
    });
  }

  it('gathers no files on a disk that fails all the time (case 48)', async () => {
    const files = new MemoryFiles();
    const { spool } = await openAt(files);
    await fill(spool, 1);
    files.fault = ({ what }) => (what === 'sync' ? { error: failureOf('EIO') } : undefined);
    for (let attempt = 0; attempt < 20; attempt += 1) {
      expect(await spool.append(recordOf(2))).to.equal('full');
    }
    expect(files.segments).to.have.length(1);
    files.fault = undefined;
    await fill(spool, 2);
    expect(await drainIds(spool)).to.deep.equal([1, 2]);
  });

  it('opens and delivers on a full disk (case 48)', async () => {
    const files = new MemoryFiles();
    const first = await openAt(files);
    await fill(first.spool, 1, 2, 3);
    await first.spool.close();
    files.fault = ({ what }) => (what === 'write' ? { error: failureOf('ENOSPC') } : undefined);
    const { spool, troubles } = await openAt(files);
    expect(troubles).to.have.length(1);
    const records = await drain(spool);
    expect(records.map(idOf)).to.deep.equal([1, 2, 3]);
    for (const record of records) record.done();
    await spool.close();
    expect(files.segments).to.deep.equal([]);
  });

  it('says so when the folder cannot be written or read (case 48)', async () => {
    for (const [what, code] of [
      ['write', 'EROFS'],
      ['open to replace', 'EACCES'],
      ['list', 'EIO'],
      ['makeFolder', 'EACCES'],
      ['read', 'EIO'],
    ] as const) {
      const files = new MemoryFiles();
      const first = await openAt(files);
      await fill(first.spool, 1);
      await first.spool.close();
      files.fault = (call) => (call.what === what ? { error: failureOf(code) } : undefined);
      const refusal = await refusalOf(openAt(files));
      expect(refusal.code, what).to.equal('io');
      expect(refusal.message).to.contain(code);
      files.fault = undefined;
      expect(await drainIds((await openAt(files)).spool), 'nothing was harmed').to.deep.equal([1]);
    }
  });

  it('opens with a hole where a bad spot of the disk is, and gives what lies elsewhere (case 48)', async () => {
    const files = new MemoryFiles();
    const first = await openAt(files);
    await fill(first.spool, 1, 2, 3, 4, 5, 6);
    await first.spool.close();
    const [name] = files.segments;
    const before = files.bytesOf(name!).length;
    let reads = 0;
    // Its header can be read, and what follows cannot.
    files.fault = ({ what, name: read }) => {
      if (what !== 'read' || read !== name) return undefined;
      reads += 1;
      return reads > 1 ? { error: failureOf('EIO') } : undefined;
    };
    const { spool, troubles } = await openAt(files);
    expect([spool.damaged, spool.needsReading]).to.deep.equal([1, true]);
    expect(troubles.join()).to.contain('cannot be read to its end');
    expect(files.bytesOf(name!).length, 'nothing is cut away').to.equal(before);
    // What the disk does not give is tried again, and left out then.
    for (let attempt = 0; attempt < 2; attempt += 1) await refusalOf(spool.next());
    const left = await drainIds(spool);
    expect([left.includes(1), left.at(-1)]).to.deep.equal([false, 6]);
  });

  it('never gives a record up for want of file handles', async () => {
    const files = new MemoryFiles();
    const { spool } = await openAt(files);
    await fill(spool, 1, 2);
    files.fault = ({ what }) =>
      what === 'open to read' || what === 'read' ? { error: failureOf('EMFILE') } : undefined;
    for (let attempt = 0; attempt < 10; attempt += 1) {
      expect((await refusalOf(spool.next())).code).to.equal('io');
    }
    files.fault = undefined;
    expect(await drainIds(spool)).to.deep.equal([1, 2]);
    expect(spool.damaged).to.equal(0);
  });

  it('tries a record again that the disk does not give, and leaves it out after the third time', async () => {
    const files = new MemoryFiles();
    const { spool } = await openAt(files);
    await fill(spool, 1, 2, 3, 4, 5, 6);
    const [first] = files.segments;
    files.fault = ({ what, name }) =>
      what === 'read' && name === first ? { error: failureOf('EIO') } : undefined;
    for (let attempt = 0; attempt < 2; attempt += 1)
      expect((await refusalOf(spool.next())).code).to.equal('io');
    const left = await drainIds(spool);
    expect(left.at(-1)).to.equal(6);
    expect(left).not.to.include(1);
    expect([spool.damaged, spool.mark]).to.deep.equal([1, undefined]);
  });

  it('is empty for good after a purge, and usable again', async () => {
    const files = new MemoryFiles();
    const { spool } = await openAt(files);
    await fill(spool, 1, 2, 3, 4);
    await spool.next();
    await spool.close();
    await purgeFolder(FOLDER, files);
    expect([...files.folder.keys()]).to.deep.equal([]);
    expect([...files.revived('nothing').folder.keys()], 'after a power cut').to.deep.equal([]);
    const { spool: next } = await openAt(files);
    expect([next.records, next.bytes, next.mark]).to.deep.equal([0, 0, undefined]);
    await fill(next, 5, 6);
    expect(await drainIds(next)).to.deep.equal([5, 6]);
  });

  it('says when it could not be purged, and can be purged again', async () => {
    const files = new MemoryFiles();
    const { spool } = await openAt(files);
    await fill(spool, 1, 2, 3, 4, 5);
    await spool.close();
    let left = 1;
    files.fault = ({ what }) => (what === 'remove' && left-- <= 0 ? { error: failureOf('EIO') } : undefined);
    expect((await refusalOf(purgeFolder(FOLDER, files))).code).to.equal('io');
    files.fault = undefined;
    await purgeFolder(FOLDER, files);
    expect([files.segments.length, files.open_]).to.deep.equal([0, 0]);
  });

  it('takes nothing after it was closed', async () => {
    const { spool } = await openAt(new MemoryFiles());
    await spool.close();
    await spool.close();
    expect((await refusalOf(spool.append(recordOf(1)))).code).to.equal('usage');
  });

  it('works on the disk of this machine, for its owner only', async () => {
    const parent = mkdtempSync(join(tmpdir(), 'spool-'));
    const folder = join(parent, 'a', 'b');
    try {
      const options = { folder, files: machineFiles };
      const first = await openAt(new MemoryFiles(), options);
      await fill(first.spool, 1, 2, 3, 4, 5);
      const records = await drain(first.spool);
      records[0]!.done();
      await first.spool.close();
      expect(statSync(folder).mode & 0o777).to.equal(0o700);
      for (const name of readdirSync(folder))
        expect(statSync(join(folder, name)).mode & 0o777).to.equal(0o600);
      const second = await openAt(new MemoryFiles(), options);
      expect(await drainIds(second.spool)).to.deep.equal([2, 3, 4, 5]);
      await second.spool.close();
      await purgeFolder(folder);
      expect(readdirSync(folder)).to.deep.equal([]);
      chmodSync(folder, 0o500);
      // Whoever is root may write everywhere.
      if (process.getuid?.() !== 0) {
        expect((await refusalOf(openAt(new MemoryFiles(), options))).code).to.equal('io');
      }
    } finally {
      rmSync(parent, { recursive: true, force: true });
    }
  });
});
