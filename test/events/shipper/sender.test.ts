import { expect } from 'chai';
import type { Block } from '../../../src/events/queue/block.js';
import { EventQueue } from '../../../src/events/queue/event-queue.js';
import type { Refusal } from '../../../src/events/shipper/delivery.js';
import { Gate } from '../../../src/events/shipper/gate.js';
import { Sender, type SenderOptions } from '../../../src/events/shipper/sender.js';
import { HandClock, settled } from '../../kube/fake-leases.js';
import { thrownBy } from './delivery-support.js';

/** A delivery on its way. */
interface OnItsWay {
  readonly block: Block;
  end(refusal?: Refusal): void;
  fail(error: unknown): void;
}

const BUSY: Refusal = { kind: 'busy', reason: 'it is full' };

describe('Sender', () => {
  let time: HandClock;
  let queue: EventQueue;
  let underWay: OnItsWay[];
  let delivered: Block[];
  let refused: Refusal[];
  let sender: Sender;
  let running: Promise<void>;
  let end: AbortController;
  let hard: AbortController;

  const start = (more: Partial<SenderOptions> = {}, inFlight = 3) => {
    time = new HandClock();
    const clock = time.for();
    queue = new EventQueue({
      maxBytes: 10_000,
      maxBlockBytes: 1000,
      maxBlockDocuments: 4,
      now: clock.now,
      onChange: () => sender?.wake(),
    });
    underWay = [];
    delivered = [];
    refused = [];
    end = new AbortController();
    hard = new AbortController();
    sender = new Sender({
      queue,
      delivery: {
        deliver: (block, signal) =>
          new Promise((resolve, reject) => {
            const leave = () => underWay.splice(underWay.indexOf(onItsWay), 1);
            const onItsWay: OnItsWay = {
              block,
              end: (refusal) => {
                leave();
                resolve(refusal);
              },
              fail: (error) => {
                leave();
                reject(error);
              },
            };
            signal.addEventListener('abort', () => onItsWay.fail(signal.reason), { once: true });
            underWay.push(onItsWay);
          }),
      },
      gate: new Gate(inFlight, clock),
      lingerMs: 200,
      clock,
      onDelivered: (block) => delivered.push(block),
      onRefused: (refusal) => refused.push(refusal),
      ...more,
    });
    running = sender.run(end.signal, hard.signal);
    running.catch(() => undefined);
  };
  const add = (count: number) => {
    for (let added = 0; added < count; added++) queue.add({ pieces: ['{}'], bytes: 2 }, 0);
  };
  const pass = async (ms: number) => {
    for (let passed = 0; passed < 3; passed++) await settled();
    await time.advance(ms);
    for (let passed = 0; passed < 3; passed++) await settled();
  };
  const sizes = () => underWay.map(({ block }) => block.documents);

  afterEach(async () => {
    end.abort();
    hard.abort();
    await running.catch(() => undefined);
  });

  it('sends at once what comes while nothing is on its way', async () => {
    start();
    add(1);
    await pass(0);
    expect(sizes()).to.deep.equal([1]);
  });

  it('gathers while something is on its way, until a block is full', async () => {
    start();
    add(1);
    await pass(0);
    add(3);
    await pass(0);
    expect(sizes()).to.deep.equal([1]);
    add(1);
    await pass(0);
    expect(sizes()).to.deep.equal([1, 4]);
  });

  it('gathers no longer than the linger', async () => {
    start();
    add(1);
    await pass(0);
    add(2);
    await pass(199);
    expect(sizes()).to.deep.equal([1]);
    await pass(1);
    expect(sizes()).to.deep.equal([1, 2]);
  });

  it('sends what it gathered as soon as nothing is on its way', async () => {
    start();
    add(1);
    await pass(0);
    add(2);
    await pass(10);
    underWay[0]!.end();
    await pass(0);
    expect(sizes()).to.deep.equal([2]);
  });

  it('sends full blocks when there is much, no more at a time than configured', async () => {
    start();
    add(20);
    await pass(0);
    expect(sizes()).to.deep.equal([4, 4, 4]);
    underWay[1]!.end();
    await pass(0);
    expect(sizes()).to.deep.equal([4, 4, 4]);
    expect(delivered.length).to.equal(1);
  });

  it('waits after a refusal, then finds out with one request, then sends as many as before', async () => {
    start();
    add(20);
    await pass(0);
    for (const one of [...underWay]) one.end({ kind: 'failed', reason: 'it is down' });
    await pass(249);
    expect([sizes(), refused.length]).to.deep.equal([[], 3]);
    await pass(1);
    expect(sizes(), 'one finds out').to.deep.equal([4]);
    underWay[0]!.end();
    await pass(0);
    expect(sizes()).to.deep.equal([4, 4, 4]);
  });

  it('halves the requests at a time when the intake is busy', async () => {
    start({}, 4);
    add(40);
    await pass(0);
    for (const one of [...underWay]) one.end(BUSY);
    await pass(250);
    underWay[0]!.end();
    await pass(0);
    expect(sizes()).to.deep.equal([4, 4]);
  });

  it('sends nothing while it may not, and goes on soon after', async () => {
    let may = false;
    start({ maySend: () => may });
    add(1);
    await pass(10_000);
    expect(sizes()).to.deep.equal([]);
    may = true;
    await pass(200);
    expect(sizes()).to.deep.equal([1]);
  });

  it('begins nothing more after its end, and waits for what is on its way', async () => {
    start();
    add(12);
    await pass(0);
    end.abort();
    await pass(0);
    let isOver = false;
    void running.then(() => {
      isOver = true;
    });
    for (const one of [...underWay]) {
      expect(isOver).to.equal(false);
      one.end();
      await pass(0);
    }
    expect([isOver, underWay.length, queue.documents]).to.deep.equal([true, 0, 0]);
  });

  it('gives back what was cut off', async () => {
    start();
    add(4);
    await pass(0);
    end.abort();
    hard.abort(new Error('the end'));
    await running;
    expect([queue.documents, queue.sending]).to.deep.equal([4, 0]);
    expect(queue.take()?.documents).to.equal(4);
  });

  for (const [callback, refusal] of [
    ['onDelivered', undefined],
    ['onRefused', BUSY],
  ] as const) {
    it(`ends with what ${callback} throws`, async () => {
      start({
        [callback]: () => {
          throw new TypeError('a bug');
        },
      });
      add(4);
      await pass(0);
      underWay[0]!.end(refusal);
      expect(await thrownBy(running))
        .to.be.instanceOf(TypeError)
        .with.property('message', 'a bug');
    });
  }

  it('ends with a fault of the delivery, also when it comes after the end, and keeps the documents', async () => {
    start();
    add(8);
    await pass(0);
    end.abort();
    underWay[0]!.fail(new TypeError('a bug'));
    underWay[0]!.end();
    expect(await thrownBy(running))
      .to.be.instanceOf(TypeError)
      .with.property('message', 'a bug');
    expect(queue.documents).to.equal(4);
  });

  it('ends with a fault although requests are cut off', async () => {
    start();
    add(4);
    await pass(0);
    const [one] = underWay;
    end.abort();
    one!.fail(new TypeError('a bug'));
    hard.abort(new Error('the end'));
    expect(await thrownBy(running))
      .to.be.instanceOf(TypeError)
      .with.property('message', 'a bug');
  });
});
