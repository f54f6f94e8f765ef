import { Block } from '../../../src/events/queue/block.js';
import { BatchLimits } from '../../../src/events/shipper/batch-limits.js';
import { type DeadDocument, Delivery } from '../../../src/events/shipper/delivery.js';
import type { ShipperAnswer } from '../../../src/events/shipper/shipper-client.js';

/** What an intake does with the numbers of the documents in a request; an error is thrown. */
export type Rule = (
  numbers: readonly number[],
  compressed: boolean,
) => number | ShipperAnswer | Error | Promise<number>;

/** A delivery to an intake that follows a rule, and what it tells. Documents are their numbers. */
export function deliveryTo(rule: Rule, { gzip = false, maxDocuments = 1000 } = {}) {
  const requests: { numbers: number[]; compressed: boolean }[] = [];
  const dead: DeadDocument[] = [];
  const taken: number[] = [];
  const answers: (number | 'error')[] = [];
  const notices: string[] = [];
  let now = 0;
  const limits = new BatchLimits({ maxBytes: 100_000, maxDocuments }, () => now);
  const delivery = new Delivery({
    client: {
      send: async (documents, { compressed, signal }) => {
        signal.throwIfAborted();
        const numbers = JSON.parse(`[${documents.toString()}]`) as number[];
        requests.push({ numbers, compressed });
        const answer = await rule(numbers, compressed);
        if (answer instanceof Error) throw answer;
        return typeof answer === 'number' ? { status: answer } : answer;
      },
    },
    limits,
    gzip,
    listener: {
      onAnswer: (code) => answers.push(code),
      onTaken: (block, range) => {
        const text = `[${block.bodyOf(range).toString()}]`;
        taken.push(...(JSON.parse(text) as number[]));
      },
      onDead: async (one) => void dead.push(one),
      onAdvice: (text) => notices.push(text),
    },
  });
  const later = (ms: number) => {
    now += ms;
  };
  return { delivery, requests, dead, taken, answers, notices, later };
}

/** A block whose documents are the numbers from 0 on, or from another one. */
export function blockOf(count: number, first = 0): Block {
  const block = new Block(100_000, count, 0);
  for (const number of numbersTo(count)) {
    const json = String(first + number);
    block.add({ pieces: [json], bytes: json.length }, 0);
  }
  return block;
}

/** The numbers from 0 up to before another. */
export const numbersTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** Numbers in their order. */
export const sorted = (numbers: readonly number[]): number[] => [...numbers].sort((a, b) => a - b);

/** What a promise rejects with. */
export const thrownBy = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    (value) => new Error(`nothing was thrown, but it gave ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
