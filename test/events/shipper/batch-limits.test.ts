import { expect } from 'chai';
import { Block } from '../../../src/events/queue/block.js';
import { BatchLimits } from '../../../src/events/shipper/batch-limits.js';

/** A block of documents with these lengths in bytes. */
const blockOf = (...lengths: readonly number[]): Block => {
  const block = new Block(10_000, 1000, 0);
  for (const length of lengths) block.add({ pieces: ['x'.repeat(length)], bytes: length }, 0);
  return block;
};

describe('BatchLimits', () => {
  let now: number;
  const limitsOf = (maxBytes = 1000, maxDocuments = 100) =>
    new BatchLimits({ maxBytes, maxDocuments }, () => now);
  const all = (block: Block) => ({ from: 0, to: block.documents });

  beforeEach(() => {
    now = 5;
  });

  it('lets through what is within both limits', () => {
    const block = blockOf(...Array<number>(100).fill(9));
    expect(block.bytes).to.equal(999);
    expect(limitsOf().first(block, all(block))).to.deep.equal({ from: 0, to: 100 });
  });

  it('halves after a request that was too large, in bytes and in documents', () => {
    const limits = limitsOf();
    const block = blockOf(...Array<number>(100).fill(9));
    limits.met(999, 100);
    expect(limits.first(block, all(block))).to.deep.equal({ from: 0, to: 50 });
    limits.met(499, 50);
    expect(limits.first(block, { from: 50, to: 100 })).to.deep.equal({ from: 50, to: 75 });
  });

  it('sends one document at least, however large it is', () => {
    const limits = limitsOf();
    const block = blockOf(10, 800, 10);
    limits.met(822, 3);
    expect(limits.first(block, { from: 1, to: 3 })).to.deep.equal({ from: 1, to: 2 });
    for (let times = 0; times < 20; times++) limits.met(1, 1);
    expect(limits.first(block, all(block))).to.deep.equal({ from: 0, to: 1 });
  });

  it('sends large documents apart and small ones still together', () => {
    const limits = limitsOf();
    limits.met(900, 100);
    const block = blockOf(...Array<number>(40).fill(5), 700);
    expect(limits.first(block, all(block))).to.deep.equal({ from: 0, to: 21 });
    expect(limits.first(block, { from: 39, to: 41 })).to.deep.equal({ from: 39, to: 40 });
  });

  it('is not raised by a larger request that was begun before the limit was met', () => {
    const limits = limitsOf();
    const block = blockOf(...Array<number>(100).fill(9));
    limits.met(250, 25);
    limits.met(999, 100);
    expect(limits.first(block, all(block))).to.deep.equal({ from: 0, to: 12 });
  });

  it('tries the configured size again after ten minutes', () => {
    const limits = limitsOf();
    const block = blockOf(...Array<number>(100).fill(9));
    limits.met(999, 100);
    now += 600_000;
    expect(limits.first(block, all(block)).to).to.equal(50);
    now += 1;
    expect(limits.first(block, all(block)).to).to.equal(100);
    limits.met(999, 100);
    expect(limits.first(block, all(block)).to).to.equal(50);
  });
});
