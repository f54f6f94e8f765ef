import { expect } from 'chai';
import { OpniLoggingError } from '../../../src/common/error.js';
import { hintOf } from '../../../src/events/shipper/answers.js';
import { blockOf, deliveryTo, numbersTo, sorted, thrownBy } from './delivery-support.js';

const { signal } = new AbortController();

describe('Delivery', () => {
  it('sends a block in one request', async () => {
    const { delivery, requests, taken, answers } = deliveryTo(() => 200);
    const block = blockOf(1000);
    expect(await delivery.deliver(block, signal)).to.equal(undefined);
    expect([requests.length, block.open, answers]).to.deep.equal([1, [], [200]]);
    expect(taken).to.deep.equal(numbersTo(1000));
  });

  for (const [status, kind] of [
    [408, 'busy'],
    [429, 'busy'],
    [425, 'busy'],
    [401, 'refused'],
    [403, 'refused'],
    [404, 'refused'],
    [308, 'refused'],
    [500, 'failed'],
    [503, 'failed'],
  ] as const) {
    it(`keeps everything after ${status}, and says ${kind}`, async () => {
      const { delivery, requests, dead } = deliveryTo(() => ({ status, retryAfterSeconds: 3 }));
      const block = blockOf(10);
      const refusal = await delivery.deliver(block, signal);
      expect(refusal).to.deep.equal({
        kind,
        reason: `the intake answers ${status}${hintOf(status)}`,
        retryAfterSeconds: 3,
      });
      expect([block.open, requests.length, dead]).to.deep.equal([[{ from: 0, to: 10 }], 1, []]);
    });
  }

  it('keeps everything when there is no answer, and says why', async () => {
    const lost = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
    const { delivery, answers } = deliveryTo(() => lost);
    const block = blockOf(3);
    expect(await delivery.deliver(block, signal)).to.deep.include({
      kind: 'failed',
      reason: 'the connection was lost (ECONNRESET)',
    });
    expect([block.open, answers]).to.deep.equal([[{ from: 0, to: 3 }], ['error']]);
  });

  it('says that somebody has to mend what the client cannot read', async () => {
    const { delivery } = deliveryTo(() => new OpniLoggingError('io', 'a file is missing'));
    const refusal = await delivery.deliver(blockOf(3), signal);
    expect(refusal).to.deep.include({ kind: 'refused', reason: 'a file is missing' });
  });

  it('finds the one document of a thousand that is to blame, in few requests (case 37)', async () => {
    for (const poison of [0, 1, 499, 500, 617, 998, 999]) {
      const { delivery, requests, dead, taken } = deliveryTo((numbers) =>
        numbers.includes(poison) ? 400 : 200,
      );
      const block = blockOf(1000);
      expect(await delivery.deliver(block, signal)).to.equal(undefined);
      expect(dead.map(({ document, status }) => [document.toString(), status])).to.deep.equal([
        [String(poison), 400],
      ]);
      expect(sorted(taken)).to.deep.equal(numbersTo(1000).filter((number) => number !== poison));
      // Ten halvings, the other half of each, whether anything is taken at all, and the document once more.
      expect(requests.length, `document ${poison}`).to.be.at.most(23);
    }
  });

  it('finds all that are to blame', async () => {
    const { delivery, dead, taken } = deliveryTo((numbers) =>
      numbers.some((number) => number % 7 === 3) ? 400 : 200,
    );
    expect(await delivery.deliver(blockOf(100), signal)).to.equal(undefined);
    expect(dead.map(({ document }) => Number(document))).to.deep.equal(
      numbersTo(100).filter((number) => number % 7 === 3),
    );
    expect(taken).to.deep.equal(numbersTo(100).filter((number) => number % 7 !== 3));
  });

  it('gives nothing up when an empty request is refused too, and asks little the next time', async () => {
    let isMended = false;
    const { delivery, requests, dead, taken } = deliveryTo(() => (isMended ? 200 : 400));
    const block = blockOf(1000);
    expect(await delivery.deliver(block, signal)).to.deep.include({
      kind: 'refused',
      reason: 'the intake answers 400, and an empty request as well',
    });
    const first = requests.length;
    expect(first).to.be.at.most(12);
    await delivery.deliver(block, signal);
    expect(requests.length - first, 'the second time').to.equal(2);
    isMended = true;
    expect(await delivery.deliver(block, signal)).to.equal(undefined);
    expect([dead, taken]).to.deep.equal([[], numbersTo(1000)]);
  });

  it('gives no document up that is taken once the intake is mended (case 37)', async () => {
    let refusals = 6;
    const { delivery, dead, taken } = deliveryTo(() => (refusals-- > 0 ? 400 : 200));
    // The last refusal is that of a single document, and the empty request after it is taken.
    await delivery.deliver(blockOf(32), signal);
    expect([dead, sorted(taken)]).to.deep.equal([[], numbersTo(32)]);
  });

  it('gives nothing up when the intake begins to refuse everything after it took a part', async () => {
    let left = 5;
    const { delivery, dead, taken } = deliveryTo((numbers) => {
      if (left > 0 && !numbers.includes(700)) {
        left--;
        return 200;
      }
      return 400;
    });
    const block = blockOf(1000);
    const refusal = await delivery.deliver(block, signal);
    expect(refusal?.kind).to.equal('refused');
    expect(dead).to.deep.equal([]);
    expect(taken.length).to.be.greaterThan(0);
    const open = block.open.reduce((sum, { from, to }) => sum + to - from, 0);
    expect(open + taken.length).to.equal(1000);
  });

  it('halves what is too large, and remembers it for the next block (case 36)', async () => {
    const { delivery, requests, taken, later } = deliveryTo((numbers) => (numbers.length > 300 ? 413 : 200));
    await delivery.deliver(blockOf(1000, 1000), signal);
    expect(taken).to.deep.equal(numbersTo(2000).slice(1000));
    expect(requests.map(({ numbers }) => numbers.length)).to.deep.equal([1000, 500, 250, 250, 250, 250]);
    requests.length = 0;
    await delivery.deliver(blockOf(1000, 1000), signal);
    expect(requests.map(({ numbers }) => numbers.length)).to.deep.equal([250, 250, 250, 250]);
    requests.length = 0;
    later(600_001);
    await delivery.deliver(blockOf(1000, 1000), signal);
    expect(requests[0]?.numbers.length).to.equal(1000);
  });

  it('gives up a document that is too large alone, and no other (case 36)', async () => {
    const { delivery, dead, taken, requests } = deliveryTo((numbers) => (numbers.includes(321) ? 413 : 200));
    expect(await delivery.deliver(blockOf(1000), signal)).to.equal(undefined);
    expect(dead.map(({ document, status }) => [document.toString(), status])).to.deep.equal([['321', 413]]);
    expect(taken).to.deep.equal(numbersTo(1000).filter((number) => number !== 321));
    // The limit is halved ten times, so that the documents behind it go one at a time for a while.
    expect(requests.length).to.be.at.most(700);
  });

  it('keeps everything when even nothing is too large', async () => {
    const { delivery, dead } = deliveryTo(() => 413);
    const block = blockOf(8);
    expect((await delivery.deliver(block, signal))?.kind).to.equal('refused');
    expect([dead, block.open]).to.deep.equal([[], [{ from: 0, to: 8 }]]);
  });

  it('sends without gzip once the intake does not take it, and says so once (case 38)', async () => {
    const { delivery, requests, taken, notices, dead } = deliveryTo(
      (_, compressed) => (compressed ? 400 : 200),
      { gzip: true },
    );
    await delivery.deliver(blockOf(5), signal);
    await delivery.deliver(blockOf(5), signal);
    expect(requests.map(({ compressed }) => compressed)).to.deep.equal([true, false, false]);
    expect([taken.length, dead, notices.length]).to.deep.equal([10, [], 1]);
    expect(notices[0]).to.include('compression: gzip').and.include('shipper.gzip');
  });

  it('goes on with gzip when the documents are to blame', async () => {
    const { delivery, requests, dead, notices } = deliveryTo((numbers) => (numbers.includes(2) ? 400 : 200), {
      gzip: true,
    });
    await delivery.deliver(blockOf(8), signal);
    expect([dead.length, notices]).to.deep.equal([1, []]);
    requests.length = 0;
    await delivery.deliver(blockOf(2), signal);
    expect(requests.map(({ compressed }) => compressed)).to.deep.equal([true]);
  });

  it('ends with the reason of its signal, and keeps what was not taken', async () => {
    const end = new AbortController();
    const { delivery } = deliveryTo(
      (numbers) => {
        if (numbers.includes(4)) end.abort(new Error('the end'));
        return end.signal.aborted ? new Error('cut off') : 200;
      },
      { maxDocuments: 2 },
    );
    const block = blockOf(6);
    expect(await thrownBy(delivery.deliver(block, end.signal))).to.equal(end.signal.reason);
    expect(block.open).to.deep.equal([{ from: 4, to: 6 }]);
  });

  it('does not swallow what a listener throws', async () => {
    const { delivery } = deliveryTo(() => 200);
    const block = blockOf(3);
    block.bodyOf = ({ from, to }) => {
      if (block.open.length === 0) throw new TypeError(`a bug at ${from} to ${to}`);
      return Buffer.from('1');
    };
    const error = await thrownBy(delivery.deliver(block, signal));
    expect(error).to.be.instanceOf(TypeError).with.property('message', 'a bug at 0 to 3');
  });
});
