import { expect } from 'chai';
import { disabledAnnotations, markAnnotations, startingPoint } from '../../../src/events/mark.js';
import { purgeFolder } from '../../../src/events/spool/purge-folder.js';
import type { Spool } from '../../../src/events/spool/spool.js';
import { MemoryFiles } from '../spool/memory-files.js';
import { drain, FOLDER, fill, openAt } from '../spool/spool-support.js';

const ID = 'cluster-a';
const leaseAt = (mark: string) => markAnnotations(mark, ID) as Readonly<Record<string, string>>;
const whole = (mark?: string) => ({ mark, needsReading: false });

describe('startingPoint', () => {
  it('is the first start where nothing is known', () => {
    expect(startingPoint({ annotations: {}, clusterId: ID, firstStart: 'retained' })).to.deep.equal({
      mark: undefined,
      firstStart: 'retained',
    });
    expect(
      startingPoint({ annotations: {}, clusterId: ID, firstStart: 'now', spool: whole() }),
    ).to.deep.equal({ mark: undefined, firstStart: 'now' });
  });

  it('is the newer mark of Lease and spool', () => {
    expect(
      startingPoint({ annotations: leaseAt('99'), clusterId: ID, firstStart: 'now', spool: whole('100') })
        .mark,
    ).to.equal('100');
    expect(
      startingPoint({ annotations: leaseAt('100'), clusterId: ID, firstStart: 'now', spool: whole('99') })
        .mark,
    ).to.equal('100');
    expect(
      startingPoint({ annotations: leaseAt('7'), clusterId: ID, firstStart: 'now', spool: whole() }).mark,
    ).to.equal('7');
    expect(
      startingPoint({ annotations: {}, clusterId: ID, firstStart: 'now', spool: whole('7') }).mark,
    ).to.equal('7');
  });

  it('is that of a spool with a hole, however new the Lease is', () => {
    const spool = { mark: '5', needsReading: true };
    expect(
      startingPoint({ annotations: leaseAt('100'), clusterId: ID, firstStart: 'now', spool }),
    ).to.deep.equal({
      mark: '5',
      firstStart: 'retained',
    });
    const unknown = { mark: undefined, needsReading: true };
    expect(
      startingPoint({ annotations: leaseAt('100'), clusterId: ID, firstStart: 'now', spool: unknown }),
    ).to.deep.equal({
      mark: undefined,
      firstStart: 'retained',
    });
  });

  it('is not that of another cluster, nor what is no version', () => {
    expect(
      startingPoint({ annotations: leaseAt('100'), clusterId: 'cluster-b', firstStart: 'retained' }).mark,
    ).to.equal(undefined);
    expect(
      startingPoint({ annotations: leaseAt('12x'), clusterId: ID, firstStart: 'retained' }).mark,
    ).to.equal(undefined);
  });

  it('is where this process was, unless another one was active and disabled since', () => {
    const annotations = disabledAnnotations(ID) as Readonly<Record<string, string>>;
    const known = { annotations, clusterId: ID, firstStart: 'retained', own: '7' } as const;
    expect(startingPoint(known).mark).to.equal('7');
    expect(startingPoint({ ...known, stoodBy: true })).to.deep.equal({ mark: undefined, firstStart: 'now' });
    expect(startingPoint({ ...known, annotations: leaseAt('5'), stoodBy: true }).mark).to.equal('7');
  });

  it('is now after forwarding was disabled', () => {
    const lease = disabledAnnotations(ID) as Readonly<Record<string, string>>;
    expect(startingPoint({ annotations: lease, clusterId: ID, firstStart: 'retained' })).to.deep.equal({
      mark: undefined,
      firstStart: 'now',
    });
  });
});

describe('A spool with a hole', () => {
  /** Flips a bit of the second record. */
  const damage = (files: MemoryFiles) => {
    const [name] = files.segments;
    const data = Buffer.from(files.bytesOf(name!));
    const at = data.indexOf('"id":2');
    data[at] = data[at]! ^ 1;
    files.folder.get(name!)!.data = data;
  };
  const damaged = async () => {
    const files = new MemoryFiles();
    const { spool } = await openAt(files, { segmentBytes: 1024 ** 2 });
    await fill(spool, 1, 2, 3, 4);
    await spool.close();
    damage(files);
    return files;
  };
  const deliverAll = async (spool: Spool) => {
    for (const record of await drain(spool)) record.done();
  };
  const start = (spool: Spool) =>
    startingPoint({ annotations: leaseAt('9'), clusterId: ID, firstStart: 'now', spool }).mark;

  it('asks for reading again at each opening until it is told that this has begun (case 47)', async () => {
    const files = await damaged();
    for (let opening = 0; opening < 3; opening++) {
      const { spool } = await openAt(files);
      expect([spool.needsReading, start(spool)], `opening ${opening}`).to.deep.equal([true, '1']);
      await spool.close();
    }
    const { spool } = await openAt(files);
    await spool.healed();
    expect(spool.needsReading).to.equal(false);
    await spool.close();
    const { spool: after } = await openAt(files);
    expect([after.needsReading, after.damaged, start(after)], 'it is still on disk').to.deep.equal([
      false,
      1,
      '9',
    ]);
  });

  it('asks for it also when all that is whole was delivered, and the damage is gone (case 47)', async () => {
    const files = await damaged();
    const { spool: first } = await openAt(files);
    await deliverAll(first);
    await first.close();
    expect(files.segments).to.deep.equal([]);
    for (let opening = 0; opening < 2; opening++) {
      const { spool } = await openAt(files.revived('nothing'));
      expect([spool.damaged, start(spool)]).to.deep.equal([0, '1']);
    }
    const { spool } = await openAt(files);
    await spool.healed();
    await fill(spool, 10);
    await spool.close();
    expect(start((await openAt(files)).spool)).to.equal('10');
  });

  it('asks for no more than what came after records that were read again (case 47)', async () => {
    const files = await damaged();
    const { spool: first } = await openAt(files);
    await fill(first, 2, 3, 4, 5);
    await first.close();
    const { spool } = await openAt(files);
    expect([spool.needsReading, start(spool)]).to.deep.equal([true, '5']);
  });

  it('asks for it once when the hole is found while it is open (case 47)', async () => {
    const files = new MemoryFiles();
    const { spool } = await openAt(files, { segmentBytes: 1024 ** 2 });
    await fill(spool, 1, 2, 3);
    damage(files);
    expect([spool.needsReading, spool.hasOpenHole]).to.deep.equal([false, false]);
    await deliverAll(spool);
    expect([spool.needsReading, spool.hasOpenHole, spool.mark]).to.deep.equal([true, true, '1']);
    await spool.close();
    const { spool: second } = await openAt(files);
    expect([second.needsReading, second.hasOpenHole, start(second)]).to.deep.equal([true, false, '1']);
    await second.healed();
    await second.close();
    expect(start((await openAt(files)).spool)).to.equal('9');
  });

  it('asks for nothing after it was emptied', async () => {
    const files = await damaged();
    await (await openAt(files)).spool.close();
    await purgeFolder(FOLDER, files);
    expect((await openAt(files)).spool.needsReading).to.equal(false);
  });
});
