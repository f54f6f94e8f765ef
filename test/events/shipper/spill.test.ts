import { expect } from 'chai';
import type { Block } from '../../../src/events/queue/block.js';
import { EventQueue } from '../../../src/events/queue/event-queue.js';
import { Spill } from '../../../src/events/queue/spill.js';
import type { Spool } from '../../../src/events/spool/spool.js';
import { HandClock, settled } from '../../kube/fake-leases.js';
import { failureOf, MemoryFiles } from '../spool/memory-files.js';
import { openAt } from '../spool/spool-support.js';

describe('Spill', () => {
  let time: HandClock;
  let files: MemoryFiles;
  let spool: Spool;
  let queue: EventQueue;
  let spill: Spill;
  let full: boolean[];
  let troubles: string[];
  let running: Promise<void>;
  let end: AbortController;
  let added: number;

  /** Documents of ten bytes, two to a block; more than a hundred bytes are written. */
  const start = async (more: { readonly readAhead?: number; readonly maxBytes?: number } = {}) => {
    time = new HandClock();
    files = new MemoryFiles();
    full = [];
    troubles = [];
    added = 0;
    ({ spool } = await openAt(files, { segmentBytes: 4000, maxBytes: more.maxBytes ?? 1024 ** 2 }));
    begin(more.readAhead ?? 0);
  };
  const begin = (readAhead: number) => {
    const clock = time.for();
    queue = new EventQueue({
      maxBytes: 1000,
      maxBlockBytes: 1000,
      maxBlockDocuments: 2,
      now: clock.now,
      onChange: () => spill?.wake(),
    });
    spill = new Spill({
      queue,
      spool,
      clock,
      spillBytes: 100,
      readAhead,
      onFull: (isFull) => full.push(isFull),
      onHole: () => troubles.push('a hole'),
      onTrouble: (message) => troubles.push(message ?? 'it can be read'),
    });
    end = new AbortController();
    running = spill.run(end.signal);
  };
  const pass = async (ms: number) => {
    for (let times = 0; times < 12; times++) {
      await settled();
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await time.advance(ms);
    await settled();
  };
  const add = (count: number) => {
    for (let times = 0; times < count; times++) {
      added += 1;
      queue.add({ pieces: [`{"n":${1000 + added}}`], bytes: 10 }, 0);
      queue.upTo(String(added));
    }
  };
  const numbersOf = (block: Block) =>
    (JSON.parse(`[${block.bodyOf({ from: 0, to: block.documents }).toString()}]`) as { n: number }[]).map(
      ({ n }) => n - 1000,
    );

  afterEach(async () => {
    end.abort();
    await running;
  });

  it('leaves alone what has room in memory and did not wait for long', async () => {
    await start();
    add(8);
    await pass(29_000);
    expect([spool.records, queue.documents]).to.deep.equal([0, 8]);
  });

  it('writes the oldest ones when more than half of the memory is taken, and the mark goes with them', async () => {
    await start();
    add(12);
    await pass(0);
    // Down to a quarter of the memory.
    expect([spool.records, queue.documents]).to.deep.equal([4, 4]);
    expect([queue.mark, spool.mark]).to.deep.equal(['8', '8']);
  });

  it('lets more in while what came back from disk waits to be sent', async () => {
    await start({ readAhead: 30 });
    add(60);
    await pass(0);
    await pass(1001);
    await pass(1001);
    expect(queue.bytes, 'it is full of them').to.be.greaterThan(500);
    await queue.untilRoom();
    expect([queue.hasRoom, queue.unsavedBytes <= 50]).to.deep.equal([true, true]);
  });

  it('writes what waits for half a minute', async () => {
    await start();
    add(3);
    await pass(30_000);
    await pass(1001);
    await pass(0);
    expect([spool.records, queue.documents, spool.mark]).to.deep.equal([2, 0, '3']);
  });

  it('reads back in order, before what is in memory only', async () => {
    await start({ readAhead: 3 });
    add(30);
    const sent: number[] = [];
    while (sent.length < 30) {
      await pass(1001);
      const block = queue.take();
      if (!block) continue;
      sent.push(...numbersOf(block));
      queue.taken(block);
      spill.delivered(block);
    }
    const disk = sent.filter((number) => number <= 20);
    expect(disk).to.deep.equal(Array.from({ length: 20 }, (_, index) => index + 1));
    await pass(1001);
    expect([queue.mark, spool.records, files.segments]).to.deep.equal(['30', 0, []]);
  });

  it('does not move the mark over what is on its way and may still fail', async () => {
    await start();
    add(2);
    const onItsWay = queue.take()!;
    add(12);
    await pass(0);
    expect(spool.records).to.be.greaterThan(0);
    expect([queue.mark, spool.mark]).to.deep.equal([undefined, undefined]);
    queue.taken(onItsWay);
    expect(Number(queue.mark)).to.be.within(4, 12);
  });

  it('tells of a full disk once, keeps the documents in memory, and tries again', async () => {
    await start();
    files.fault = ({ what }) => (what === 'write' ? { error: failureOf('ENOSPC') } : undefined);
    add(14);
    await pass(0);
    await pass(5000);
    expect([full, queue.documents, queue.hasRoom]).to.deep.equal([[true], 14, true]);
    files.fault = undefined;
    await pass(5001);
    await pass(1001);
    await pass(0);
    expect(full).to.deep.equal([true, false]);
    expect(spool.records).to.be.greaterThan(0);
    expect(queue.documents).to.be.at.most(10);
  });

  it('does not take a disk that cannot be read for a moment for a damaged one, however busy the queue is (case 48)', async () => {
    await start({ readAhead: 1 });
    files.fault = ({ what }) => (what === 'read' ? { error: failureOf('EMFILE') } : undefined);
    add(12);
    for (let times = 0; times < 10; times++) {
      await pass(100);
      add(1);
    }
    files.fault = undefined;
    expect([troubles.includes('a hole'), spool.damaged]).to.deep.equal([false, 0]);
    await pass(10_001);
    await pass(1001);
    const block = queue.take()!;
    expect(numbersOf(block)).to.deep.equal([1, 2]);
    queue.giveBack(block);
  });

  it('writes everything that waits at the end, and gives it to the next process', async () => {
    await start();
    add(7);
    end.abort();
    await running;
    await spill.writeAll();
    expect([queue.documents, spool.mark]).to.deep.equal([0, '7']);
    await spool.close();
    ({ spool } = await openAt(files));
    begin(4);
    await pass(0);
    await pass(1001);
    const blocks: number[] = [];
    for (let block = queue.take(); block; block = queue.take()) blocks.push(...numbersOf(block));
    expect(blocks).to.deep.equal([1, 2, 3, 4, 5, 6, 7]);
  });

  it('writes only what was not delivered of a block', async () => {
    await start();
    add(2);
    const block = queue.take()!;
    block.open = [{ from: 1, to: 2 }];
    queue.giveBack(block);
    await spill.writeAll();
    expect((await spool.next())!.body.toString()).to.equal('{"n":1002}');
  });
});
