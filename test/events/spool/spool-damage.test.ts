import { expect } from 'chai';
import { readHeader, segmentName } from '../../../src/events/spool/segment.js';
import type { Spool } from '../../../src/events/spool/spool.js';
import { MemoryFiles } from './memory-files.js';
import { drain, drainIds, fill, idOf, openAt } from './spool-support.js';

/** The files of a spool that took records with these numbers, all in one segment unless told. */
async function spoolOf(ids: readonly number[], segmentBytes = 1024 ** 2): Promise<MemoryFiles> {
  const files = new MemoryFiles();
  const { spool } = await openAt(files, { segmentBytes });
  await fill(spool, ...ids);
  await spool.close();
  return files;
}

/** The same files, with a segment changed. */
function changedCopy(files: MemoryFiles, name: string, change: (data: Buffer) => Buffer): MemoryFiles {
  const copy = files.revived('all');
  copy.put(name, change(Buffer.from(copy.bytesOf(name))));
  return copy;
}

const flipped =
  (bit: number) =>
  (data: Buffer): Buffer => {
    data[bit >> 3]! ^= 1 << (bit & 7);
    return data;
  };

/** Where the records of the first segment begin, and the end of the last one. */
async function bordersOf(ids: readonly number[]): Promise<number[]> {
  const files = new MemoryFiles();
  const { spool } = await openAt(files, { segmentBytes: 1024 ** 2 });
  const borders: number[] = [];
  for (const id of ids) {
    await fill(spool, id);
    borders.push(files.bytesOf(segmentName(1)).length);
  }
  const header = await readHeader(await files.open(segmentName(1), 'read'));
  return [header!.bytes, ...borders];
}

/** Delivers everything that is left. */
async function deliver(spool: Spool): Promise<(string | undefined)[]> {
  const records = await drain(spool);
  for (const record of records) record.done();
  return records.map(({ mark }) => mark);
}

describe('a damaged spool', () => {
  const FIRST = segmentName(1);

  it('goes on before a record that was torn at any byte (case 47)', async () => {
    const files = await spoolOf([1, 2, 3]);
    const borders = await bordersOf([1, 2, 3]);
    for (let length = borders[0]!; length < borders[3]!; length += 1) {
      const torn = changedCopy(files, FIRST, (data) => data.subarray(0, length));
      const { spool, troubles } = await openAt(torn);
      const whole = borders.filter((border) => border <= length).length - 1;
      const ids = [1, 2, 3].slice(0, whole);
      expect(spool.damaged, `holes at ${length}`).to.equal(0);
      expect(spool.mark).to.equal(ids.at(-1)?.toString());
      expect(troubles).to.have.length(borders.includes(length) ? 0 : 1);
      if (whole > 0)
        expect(torn.bytesOf(FIRST).length, 'what is torn is taken away').to.equal(borders[whole]);
      await fill(spool, 9);
      expect(await drainIds(spool)).to.deep.equal([...ids, 9]);
    }
  });

  it('opens an empty spool where the header of the only segment is torn (case 47)', async () => {
    const files = await spoolOf([1]);
    const [headerBytes] = await bordersOf([1]);
    for (let length = 0; length < headerBytes!; length += 1) {
      const torn = changedCopy(files, FIRST, (data) => data.subarray(0, length));
      const { spool } = await openAt(torn);
      expect([spool.damaged, spool.records, spool.mark]).to.deep.equal([0, 0, undefined]);
      await fill(spool, 2);
      expect(await drainIds(spool)).to.deep.equal([2]);
    }
  });

  it('loses only the record with a flipped bit, and reads on from the mark before it (case 47)', async () => {
    const files = await spoolOf([1, 2, 3, 4]);
    const borders = await bordersOf([1, 2, 3, 4]);
    for (let bit = borders[0]! * 8; bit < borders[4]! * 8; bit += 5) {
      const hit = borders.findLastIndex((border) => border <= bit >> 3) + 1;
      const { spool } = await openAt(changedCopy(files, FIRST, flipped(bit)));
      const left = [1, 2, 3, 4].filter((id) => id !== hit);
      // At the end nothing tells it from a torn record: the mark is right all the same.
      expect(spool.damaged, `holes with bit ${bit}`).to.equal(hit === 4 ? 0 : 1);
      expect(spool.mark).to.equal(hit === 1 ? undefined : String(hit - 1));
      expect(spool.records).to.equal(3);
      expect(await drainIds(spool)).to.deep.equal(left);
    }
  });

  it('keeps the records of a segment whose header has a flipped bit (case 47)', async () => {
    const files = await spoolOf([1, 2, 3]);
    const [headerBytes] = await bordersOf([1]);
    for (let bit = 0; bit < headerBytes! * 8; bit += 3) {
      const { spool } = await openAt(changedCopy(files, FIRST, flipped(bit)));
      expect([spool.damaged, spool.mark], `bit ${bit}`).to.deep.equal([1, undefined]);
      expect(await drainIds(spool)).to.deep.equal([1, 2, 3]);
    }
  });

  it('skips the rest of a segment that ends in damage, and takes the next one (case 47)', async () => {
    const files = await spoolOf([1, 2, 3, 4, 5, 6], 400);
    const [first, second] = files.segments;
    expect(files.segments.length).to.be.greaterThan(2);
    const inSecond = (await drainIds((await openAt(spare(files, [first!, second!]))).spool)).length;
    const inFirst = (await drainIds((await openAt(spare(files, [first!]))).spool)).length;
    expect(inSecond).to.be.greaterThan(inFirst);
    for (const cut of [1, 30, 90]) {
      const copy = changedCopy(files, second!, (data) => data.subarray(0, data.length - cut));
      const { spool } = await openAt(copy);
      expect(spool.damaged, `${cut} bytes less`).to.equal(1);
      expect(Number(spool.mark)).to.be.lessThan(inSecond).and.at.least(inFirst);
      const ids = await drainIds(spool);
      expect(ids).to.include.members([1, 6]);
      expect(ids).not.to.include(inSecond);
    }
  });

  /** Only these segments. */
  function spare(files: MemoryFiles, names: readonly string[]): MemoryFiles {
    const copy = files.revived('all');
    for (const name of copy.segments) if (!names.includes(name)) copy.take(name);
    return copy;
  }

  it('notices a missing segment in the middle (case 47)', async () => {
    const files = await spoolOf([1, 2, 3, 4, 5, 6, 7, 8], 400);
    const names = files.segments;
    expect(names.length).to.be.greaterThan(3);
    const inFirst = await drainIds((await openAt(spare(files, names.slice(0, 1)))).spool);
    const inTwo = await drainIds((await openAt(spare(files, names.slice(0, 2)))).spool);
    const { spool } = await openAt(spare(files, [names[0]!, ...names.slice(2)]));
    expect(spool.damaged).to.equal(1);
    expect(spool.mark).to.equal(String(inFirst.at(-1)));
    const lost = inTwo.slice(inFirst.length);
    expect(await drainIds(spool)).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8].filter((id) => !lost.includes(id)));
  });

  it('does not move the mark behind a hole until the events were read again', async () => {
    const files = changedCopy(
      await spoolOf([1, 2, 3, 4]),
      FIRST,
      flipped(((await bordersOf([1]))[1]! + 30) * 8),
    );
    const first = await openAt(files);
    expect([first.spool.damaged, first.spool.mark]).to.deep.equal([1, '1']);
    expect(await deliver(first.spool)).to.deep.equal(['1', undefined, undefined]);
    await first.spool.close();
    expect(files.segments, 'the damage is gone').to.deep.equal([]);

    // The process died before anything was read again.
    const second = await openAt(files);
    expect([second.spool.damaged, second.spool.mark]).to.deep.equal([0, '1']);
    await fill(second.spool, 2, 3, 4, 5);
    expect(second.spool.mark).to.equal('5');
    expect(await deliver(second.spool)).to.deep.equal(['2', '3', '4', '5']);
    await second.spool.close();
    expect((await openAt(files)).spool.mark).to.equal('5');
  });

  it('keeps the mark back over a power cut when the damaged segment is gone and the next is not', async () => {
    const whole = await spoolOf([1, 2, 3, 4, 5, 6, 7, 8], 400);
    const [first] = whole.segments;
    const header = await readHeader(await whole.open(first!, 'read'));
    const files = changedCopy(whole, first!, flipped((header!.bytes + 20) * 8));
    const opened = await openAt(files);
    expect([opened.spool.damaged, opened.spool.mark]).to.deep.equal([1, undefined]);
    const record = await opened.spool.next();
    expect([idOf(record!), record!.mark]).to.deep.equal([2, undefined]);
    record!.done();
    while (files.segments.includes(first!)) {
      (await opened.spool.next())!.done();
      await opened.spool.saveCursor();
    }
    const cut = await openAt(files.revived('nothing'));
    expect([cut.spool.damaged, cut.spool.mark]).to.deep.equal([0, undefined]);
    expect(cut.spool.records).to.be.greaterThan(0);
    expect(new Set(await deliver(cut.spool))).to.deep.equal(new Set([undefined]));
  });

  it('goes on from the newest mark when the hole is still there but was read again', async () => {
    const files = changedCopy(
      await spoolOf([1, 2, 3, 4]),
      FIRST,
      flipped(((await bordersOf([1]))[1]! + 30) * 8),
    );
    const first = await openAt(files);
    await fill(first.spool, 2, 3, 4, 5, 6);
    await first.spool.close();
    const second = await openAt(files);
    expect([second.spool.damaged, second.spool.mark]).to.deep.equal([1, '6']);
    expect(await deliver(second.spool)).to.deep.equal(['1', undefined, undefined, '2', '3', '4', '5', '6']);
  });

  it('steps over a record that is damaged while the spool is open, and heals by reading again', async () => {
    const files = new MemoryFiles();
    const { spool, troubles } = await openAt(files, { segmentBytes: 1024 ** 2 });
    await fill(spool, 1, 2, 3);
    const borders = await bordersOf([1, 2, 3]);
    files.folder.get(FIRST)!.data = flipped((borders[1]! + 20) * 8)(Buffer.from(files.bytesOf(FIRST)));
    const marks = [(await spool.next())!.mark, (await spool.next())!.mark];
    expect(marks).to.deep.equal(['1', undefined]);
    expect([spool.damaged, spool.mark]).to.deep.equal([1, '1']);
    expect(troubles).to.deep.equal([`${FIRST}: the record at byte ${borders[1]} is damaged and is left out`]);
    await fill(spool, 4);
    expect(spool.mark, 'nothing was read again').to.equal('1');
    expect((await spool.next())!.mark).to.equal(undefined);
    await spool.close();
    const { spool: next } = await openAt(files);
    expect([next.needsReading, next.mark]).to.deep.equal([true, '1']);
    await fill(next, 2, 3, 4, 5);
    expect(next.mark).to.equal('5');
    const moved = (await drain(next)).map(({ mark }) => mark);
    expect(moved.filter((mark) => mark !== undefined).slice(-4)).to.deep.equal(['2', '3', '4', '5']);
  });

  it('refuses lengths that make no sense without reading so much', async () => {
    const files = await spoolOf([1, 2]);
    const [start] = await bordersOf([1]);
    const copy = changedCopy(files, FIRST, (data) => {
      data.writeUInt32BE(0xffff_fff0, start! + 4);
      return data;
    });
    const asked: number[] = [];
    const open = copy.open.bind(copy);
    copy.open = async (path, mode) => {
      const file = await open(path, mode);
      const read: typeof file.read = (length, at) => {
        asked.push(length);
        return file.read(length, at);
      };
      return { ...file, read };
    };
    const { spool } = await openAt(copy);
    expect(await drainIds(spool)).to.deep.equal([2]);
    expect(Math.max(...asked)).to.be.at.most(64 * 1024);
  });

  it('does not take the bytes of a record inside a document for a record', async () => {
    const inner = (await spoolOf([7])).bytesOf(FIRST);
    const files = new MemoryFiles();
    const { spool } = await openAt(files);
    const body = Buffer.from(JSON.stringify(inner.toString('latin1')));
    await spool.append({ body, lengths: [body.length], mark: '1' });
    await fill(spool, 2);
    await spool.close();
    const [name] = files.segments;
    const header = await readHeader(await files.open(name!, 'read'));
    const { spool: opened } = await openAt(changedCopy(files, name!, flipped((header!.bytes + 5) * 8)));
    expect(await drainIds(opened)).to.deep.equal([2]);
  });
});
