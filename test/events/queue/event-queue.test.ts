import { expect } from 'chai';
import fc from 'fast-check';
import { EventQueue } from '../../../src/events/queue/event-queue.js';
import { QueueModel } from '../../support/events/queue-model.js';

const SEED = 20_261_128;

type Step = (model: QueueModel) => void;

const which = fc.nat(5);
const documentOf = (text: string) => ({ pieces: [text], bytes: text.length });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.nat(160).map(
      (bytes): Step =>
        (model) =>
          model.add(bytes),
    ),
  },
  { weight: 6, arbitrary: fc.constant<Step>((model) => model.upTo()) },
  { weight: 5, arbitrary: fc.constant<Step>((model) => model.take()) },
  {
    weight: 3,
    arbitrary: which.map(
      (block): Step =>
        (model) =>
          model.giveBack(block),
    ),
  },
  {
    weight: 4,
    arbitrary: which.map(
      (block): Step =>
        (model) =>
          model.taken(block),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.boolean().map(
      (works): Step =>
        (model) =>
          model.spill(works),
    ),
  },
  { weight: 3, arbitrary: fc.constant<Step>((model) => model.restore()) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Step>(
      (model) => model.purge(),
      (model) => model.forgetMark(),
    ),
  },
);

describe('EventQueue', () => {
  it(`loses nothing, sends nothing twice, keeps the order, and never marks what is not taken (seed ${SEED})`, () => {
    const property = fc.property(fc.array(step, { minLength: 5, maxLength: 60, size: 'max' }), (steps) => {
      const model = new QueueModel();
      for (const run of steps) {
        run(model);
        model.check();
      }
      model.finish();
    });
    fc.assert(property, { numRuns: 3000, seed: SEED });
  });

  const queue = (more: Partial<ConstructorParameters<typeof EventQueue>[0]> = {}) =>
    new EventQueue({ maxBytes: 1000, maxBlockBytes: 100, maxBlockDocuments: 10, now: () => 0, ...more });

  it('has room up to its bytes, and lets those who wait go on when half of them are free', async () => {
    const events = queue();
    for (let document = 0; document < 9; document++) events.add(documentOf('x'.repeat(100)), 0);
    events.add(documentOf('x'.repeat(99)), 0);
    expect(events.hasRoom).to.equal(true);
    events.add(documentOf('x'), 0);
    expect(events).to.include({ bytes: 1000, hasRoom: false });
    let hasRoom = false;
    const room = events.untilRoom().then(() => {
      hasRoom = true;
    });
    for (let block = 0; block < 5; block++) {
      await new Promise((resolve) => setImmediate(resolve));
      expect(hasRoom, `${events.bytes} bytes`).to.equal(false);
      events.taken(events.take()!);
    }
    await room;
    expect(events.bytes).to.equal(500);
  });

  it('lets those who wait for room go on when it is purged', async () => {
    const events = queue();
    events.add(documentOf('x'.repeat(2000)), 0);
    const room = events.untilRoom();
    events.purge();
    await room;
    expect(events).to.include({ bytes: 0, documents: 0, isEmpty: true, mark: undefined });
  });

  it('has a whole block when one is full, or was begun before another one', () => {
    const events = queue();
    expect(events.hasWholeBlock).to.equal(false);
    events.add(documentOf('x'.repeat(60)), 0);
    expect(events.hasWholeBlock).to.equal(false);
    events.add(documentOf('x'.repeat(60)), 0);
    expect(events.hasWholeBlock).to.equal(true);
    events.take();
    expect(events.hasWholeBlock).to.equal(false);
    events.add(documentOf('x'.repeat(39)), 0);
    expect(events.hasWholeBlock).to.equal(true);
  });

  it('tells since when the oldest one waits', () => {
    let now = 5;
    const events = queue({ now: () => now });
    expect(events.waitingSince).to.equal(undefined);
    events.add(documentOf('x'), 0);
    now = 9;
    events.add(documentOf('x'), 0);
    expect(events.waitingSince).to.equal(5);
    const block = events.take()!;
    expect(events.waitingSince).to.equal(undefined);
    events.add(documentOf('x'), 0);
    events.giveBack(block);
    expect(events.waitingSince).to.equal(5);
  });

  it('tells of each change that may let somebody go on', () => {
    let changes = 0;
    const events = queue({ onChange: () => changes++ });
    events.add(documentOf('x'), 0);
    expect(changes).to.equal(1);
    const block = events.take()!;
    events.giveBack(block);
    expect(changes).to.equal(2);
    events.taken(block);
    expect(changes).to.equal(3);
    events.restore({ body: Buffer.from('{}'), lengths: [2] });
    expect(changes).to.equal(4);
  });

  it('sends what came from disk in its order, before the rest', () => {
    const events = queue();
    events.add(documentOf('{"n":9}'), 0);
    for (const text of ['{"n":1}', '{"n":2}', '{"n":3}']) {
      events.restore({ body: Buffer.from(text), lengths: [text.length] });
    }
    const sent = [0, 1, 2, 3].map(() => events.take()!.stored().body.toString());
    expect(sent).to.deep.equal(['{"n":1}', '{"n":2}', '{"n":3}', '{"n":9}']);
  });
});
