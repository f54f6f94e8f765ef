import { expect } from 'chai';
import fc from 'fast-check';
import { Block, type DocumentRange } from '../../../src/events/queue/block.js';

const SEED = 20_261_127;

/** A document of some bytes, by number. */
const documentOf = (number: number, bytes = 20): string => `{"n":${number},"x":"${'é'.repeat(bytes / 2)}"}`;
const piecesOf = (text: string) => {
  const latin1 = Buffer.from(text).toString('latin1');
  return { pieces: [latin1.slice(0, 5), latin1.slice(5)], bytes: latin1.length };
};

function filled(documents: readonly string[], maxBytes = 1_000_000, maxDocuments = 1000): Block {
  const block = new Block(maxBytes, maxDocuments, 0);
  for (const [index, document] of documents.entries()) {
    expect(block.add(piecesOf(document), index)).to.equal(true);
  }
  return block;
}

const bodyOf = (block: Block, range: DocumentRange) => block.bodyOf(range).toString('utf8');

describe('Block', () => {
  it('takes documents up to its bytes, the commas between them included, and not one more', () => {
    const document = 'x'.repeat(100);
    const block = new Block(302, 10, 0);
    expect([1, 2, 3].map((time) => block.add(piecesOf(document), time))).to.deep.equal([true, true, true]);
    expect(block).to.include({ bytes: 302, documents: 3, isFull: true });
    expect(block.add(piecesOf(''), 4)).to.equal(false);
    const smaller = new Block(301, 10, 0);
    expect([1, 2, 3].map((time) => smaller.add(piecesOf(document), time))).to.deep.equal([true, true, false]);
    expect(smaller).to.include({ bytes: 201, documents: 2, isFull: false });
    expect(smaller.times).to.deep.equal([1, 2]);
    expect(smaller.open).to.deep.equal([{ from: 0, to: 2 }]);
  });

  it('takes as many documents as it may, and a first one of any size', () => {
    const block = new Block(1000, 2, 0);
    expect([1, 2, 3].map((time) => block.add(piecesOf('{}'), time))).to.deep.equal([true, true, false]);
    const large = new Block(10, 2, 0);
    expect(large.add(piecesOf('x'.repeat(100_000)), 1)).to.equal(true);
    expect(large).to.include({ bytes: 100_000, isFull: true });
    expect(large.add(piecesOf('x'), 2)).to.equal(false);
  });

  it(`gives the bytes of any range as they were put in (seed ${SEED})`, () => {
    const sizes = fc.array(fc.nat(3000), { minLength: 1, maxLength: 40 });
    const property = fc.property(sizes, fc.nat(), fc.nat(), (bytes, a, b) => {
      const documents = bytes.map((size, number) => documentOf(number, size));
      const block = filled(documents);
      const all = { from: 0, to: documents.length };
      expect(block.bytes).to.equal(Buffer.byteLength(documents.join(',')));
      expect(bodyOf(block, all)).to.equal(documents.join(','));
      const [from, last] = [a % documents.length, b % documents.length].sort((x, y) => x - y) as [
        number,
        number,
      ];
      const range = { from, to: last + 1 };
      expect(bodyOf(block, range)).to.equal(documents.slice(from, last + 1).join(','));
      expect(block.bytesOf(range)).to.equal(block.bodyOf(range).length);
    });
    fc.assert(property, { numRuns: 500, seed: SEED });
  });

  it(`is the same block again after it was stored, of what is still open only (seed ${SEED})`, () => {
    const property = fc.property(
      fc.array(fc.record({ bytes: fc.nat(200), isOpen: fc.boolean() }), { minLength: 1, maxLength: 20 }),
      (parts) => {
        const documents = parts.map(({ bytes }, number) => documentOf(number, bytes));
        const open = parts.flatMap(({ isOpen }, from) => (isOpen ? [{ from, to: from + 1 }] : []));
        const left = documents.filter((_, number) => parts[number]!.isOpen);
        if (left.length === 0) return;
        const block = filled(documents);
        block.open = open;
        const again = Block.fromStored(block.stored(), 7);
        expect(again).to.include({ documents: left.length, since: 7, isFull: true, mark: undefined });
        expect(again.bytes).to.equal(Buffer.byteLength(left.join(',')));
        expect(again.open).to.deep.equal([{ from: 0, to: left.length }]);
        for (const [index, document] of left.entries()) {
          expect(bodyOf(again, { from: index, to: index + 1 })).to.equal(document);
        }
        expect(again.stored().lengths).to.deep.equal(block.stored().lengths);
      },
    );
    fc.assert(property, { numRuns: 300, seed: SEED });
  });
});
