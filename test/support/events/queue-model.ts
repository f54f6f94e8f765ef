import { expect } from 'chai';
import type { Block, StoredDocuments } from '../../../src/events/queue/block.js';
import { EventQueue } from '../../../src/events/queue/event-queue.js';

/** Numbers of the documents of a block. */
type Numbers = readonly number[];

/** A version up to which everything was told, and how many documents had been put in by then. */
interface Told {
  readonly version: string;
  readonly documents: number;
}

const FIRST_MARK = '100';

/** A queue, and beside it in the simplest form what must be true of it. */
export class QueueModel {
  #now = 0;
  readonly queue = new EventQueue({
    maxBytes: 2000,
    maxBlockBytes: 150,
    maxBlockDocuments: 4,
    mark: FIRST_MARK,
    now: () => this.#now,
  });
  /** Documents put in so far. */
  #made = 0;
  /** Those of them that are in no other place than in the queue. */
  #open = new Set<number>();
  /** Documents in the queue in the order in which they are to go: those from disk, and the others. */
  readonly #waiting = { stored: [] as number[], own: [] as number[] };
  #told: Told[] = [];
  #firstMark: string | undefined = FIRST_MARK;
  readonly #out = new Map<Block, { readonly numbers: Numbers; readonly kind: 'stored' | 'own' }>();
  readonly #spool: StoredDocuments[] = [];
  /** Documents that came back from disk, in the order in which they were written. */
  readonly #restored: number[] = [];
  readonly #delivered: number[] = [];
  /** Documents that were forgotten on purpose. */
  readonly #purged = new Set<number>();
  #version = 100;

  add(bytes: number): void {
    const number = this.#made++;
    const text = `{"n":${number},"x":"${'x'.repeat(bytes)}"}`;
    this.queue.add({ pieces: [text], bytes: text.length }, number);
    this.#open.add(number);
    this.#waiting.own.push(number);
    this.#now += bytes % 2;
  }

  upTo(): void {
    const version = String(++this.#version);
    this.queue.upTo(version);
    this.#told.push({ version, documents: this.#made });
  }

  forgetMark(): void {
    this.queue.forgetMark();
    this.#firstMark = undefined;
    this.#told = [];
    this.#version = 0;
  }

  take(): void {
    const block = this.queue.take();
    const { stored, own } = this.#waiting;
    if (!block) {
      expect([stored, own]).to.deep.equal([[], []]);
      return;
    }
    const numbers = numbersIn(block);
    const kind = numbers[0] === stored[0] ? 'stored' : 'own';
    // The first ones of their kind: none is left out, none comes before its turn.
    expect(this.#waiting[kind].splice(0, numbers.length)).to.deep.equal(numbers);
    this.#out.set(block, { numbers, kind });
  }

  giveBack(which: number): void {
    const block = this.#pick(which);
    if (!block) return;
    const { numbers, kind } = this.#out.get(block)!;
    this.#out.delete(block);
    this.queue.giveBack(block);
    const placeOf = (number: number) => (kind === 'own' ? number : this.#restored.indexOf(number));
    this.#waiting[kind] = [...numbers, ...this.#waiting[kind]].sort((a, b) => placeOf(a) - placeOf(b));
  }

  taken(which: number): void {
    const block = this.#pick(which);
    if (!block) return;
    this.#taken(block);
    this.#delivered.push(...this.#out.get(block)!.numbers);
    this.#out.delete(block);
  }

  /** What the spool does with the oldest block that is not on disk. @param works whether the disk takes it */
  spill(works: boolean): void {
    const block = this.queue.takeUnsaved();
    if (!block) {
      expect(this.#waiting.own).to.deep.equal([]);
      return;
    }
    const numbers = numbersIn(block);
    expect(this.#waiting.own.splice(0, numbers.length)).to.deep.equal(numbers);
    const mark = this.queue.markAfter(block);
    if (works) {
      this.#spool.push(block.stored());
      this.#taken(block);
      expect(this.queue.mark).to.equal(mark);
    } else {
      this.queue.giveBack(block);
      this.#waiting.own.unshift(...numbers);
    }
  }

  restore(): void {
    const documents = this.#spool.shift();
    if (!documents) return;
    const numbers = numbersIn(this.queue.restore(documents));
    this.#waiting.stored.push(...numbers);
    this.#restored.push(...numbers);
  }

  purge(): void {
    const stale = [...this.#out.keys()];
    for (const { numbers } of this.#out.values()) for (const number of numbers) this.#purged.add(number);
    for (const number of [...this.#waiting.own, ...this.#waiting.stored]) this.#purged.add(number);
    this.#out.clear();
    this.#waiting.own = [];
    this.#waiting.stored = [];
    this.#open.clear();
    this.#told = [];
    this.#firstMark = undefined;
    this.queue.purge();
    // A block on its way comes back late, and changes nothing.
    for (const [index, block] of stale.entries()) {
      if (index % 2) this.queue.giveBack(block);
      else this.queue.taken(block);
    }
  }

  /** Delivers everything, and looks whether anything is missing or came twice. */
  finish(): void {
    while (this.#spool.length > 0) this.restore();
    while (this.#out.size > 0) this.giveBack(0);
    while (!this.queue.isEmpty) {
      this.take();
      this.taken(0);
    }
    this.check();
    expect(this.queue).to.include({
      bytes: 0,
      documents: 0,
      unsavedBytes: 0,
      sending: 0,
      hasWholeBlock: false,
    });
    expect(this.queue.waitingSince).to.equal(undefined);
    const all = Array.from({ length: this.#made }, (_, number) => number);
    expect(this.#delivered.sort((a, b) => a - b)).to.deep.equal(
      all.filter((number) => !this.#purged.has(number)),
    );
  }

  check(): void {
    const { queue } = this;
    const blocks = [...this.#out.values()].map(({ numbers }) => numbers.length);
    const waiting = this.#waiting.own.length + this.#waiting.stored.length;
    expect(queue.documents).to.equal(waiting + blocks.reduce((sum, count) => sum + count, 0));
    expect(queue.sending).to.equal(blocks.length);
    expect(queue.bytes === 0).to.equal(queue.documents === 0);
    expect(queue.hasRoom).to.equal(queue.bytes < 2000);
    const [oldest = Number.POSITIVE_INFINITY] = [...this.#open].sort((a, b) => a - b);
    const reached = this.#told.findLast(({ documents }) => documents <= oldest);
    expect(queue.mark).to.equal(reached?.version ?? this.#firstMark);
  }

  #taken(block: Block): void {
    const [bytes, documents] = [this.queue.bytes, this.queue.documents];
    this.queue.taken(block);
    expect(this.queue.bytes).to.equal(bytes - block.bytes);
    expect(this.queue.documents).to.equal(documents - block.documents);
    for (const number of numbersIn(block)) this.#open.delete(number);
  }

  #pick(which: number): Block | undefined {
    return [...this.#out.keys()][which % Math.max(1, this.#out.size)];
  }
}

function numbersIn(block: Block): Numbers {
  const body = block.bodyOf({ from: 0, to: block.documents }).toString('utf8');
  return (JSON.parse(`[${body}]`) as { readonly n: number }[]).map(({ n }) => n);
}
