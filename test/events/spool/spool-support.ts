import { expect } from 'chai';
import type { SpoolRecord } from '../../../src/events/spool/record.js';
import { Spool } from '../../../src/events/spool/spool.js';
import type { SpoolOptions, StoredRecord } from '../../../src/events/spool/spool-options.js';
import type { MemoryFiles } from './memory-files.js';

/** Where {@link openAt} opens spools. */
export const FOLDER = 'spool';

export const CLUSTER = '6c6f3f2e-0000-4000-8000-000000000001';

/** A record whose mark is its number. */
export function recordOf(id: number, documents = 2): SpoolRecord {
  const texts = Array.from({ length: documents }, (_, index) =>
    JSON.stringify({ id, index, text: 'ü\n"'.repeat((id * 7) % 5) }),
  );
  return {
    body: Buffer.from(texts.join(',')),
    lengths: texts.map((text) => Buffer.byteLength(text)),
    mark: String(id),
  };
}

/** The number of a record of {@link recordOf}; checks that it is whole. */
export function idOf(record: SpoolRecord): number {
  const documents = JSON.parse(`[${record.body.toString('utf8')}]`) as { id: number }[];
  const { id } = documents[0]!;
  const { body, lengths } = recordOf(id, documents.length);
  expect(record.body.equals(body), 'the body').to.equal(true);
  expect([...record.lengths]).to.deep.equal([...lengths]);
  return id;
}

/** Opens a spool, and keeps what it tells. */
export async function openAt(files: MemoryFiles, options: Partial<SpoolOptions> = {}) {
  const troubles: string[] = [];
  const spool = await Spool.open({
    folder: FOLDER,
    maxBytes: 1024 ** 2,
    segmentBytes: 400,
    clusterId: CLUSTER,
    files,
    onTrouble: (message) => troubles.push(message),
    ...options,
  });
  return { spool, troubles };
}

/** Takes records with these numbers. */
export async function fill(spool: Spool, ...ids: readonly number[]): Promise<void> {
  for (const id of ids) expect(await spool.append(recordOf(id)), `record ${id}`).to.equal('taken');
}

/** Everything that is left. */
export async function drain(spool: Spool): Promise<StoredRecord[]> {
  const records: StoredRecord[] = [];
  for (let record = await spool.next(); record; record = await spool.next()) records.push(record);
  return records;
}

/** The numbers of everything that is left. */
export async function drainIds(spool: Spool): Promise<number[]> {
  return (await drain(spool)).map(idOf);
}

/** Chance that is the same each time. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
