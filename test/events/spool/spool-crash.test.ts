import { expect } from 'chai';
import fc from 'fast-check';
import { purgeFolder } from '../../../src/events/spool/purge-folder.js';
import type { Spool } from '../../../src/events/spool/spool.js';
import type { StoredRecord } from '../../../src/events/spool/spool-options.js';
import { failureOf, MemoryFiles, type Survival } from './memory-files.js';
import { drain, FOLDER, idOf, openAt, recordOf, seeded } from './spool-support.js';

type Step =
  | { readonly does: 'append'; readonly documents: number }
  | { readonly does: 'next' }
  | { readonly does: 'saveCursor' }
  | { readonly does: 'purge' }
  | { readonly does: 'reopen' }
  | { readonly does: 'done'; readonly which: number }
  | { readonly does: 'fail'; readonly code: string; readonly after: number; readonly part: number };

/** A queue in memory that knows what must, and what may, be in the spool. */
class Model {
  nextId = 1;
  /** Records whose append was begun, and not purged since. */
  readonly begun = new Set<number>();
  readonly taken = new Set<number>();
  readonly done = new Set<number>();
  /** All up to this one are done and saved, whatever dies but the power. */
  saved = 0;
  isPurging = false;
  handed: { readonly id: number; readonly record: StoredRecord }[] = [];

  /** The last record up to which all are done. */
  get doneUpTo(): number {
    let last = 0;
    for (const id of [...this.taken].sort((a, b) => a - b)) {
      if (!this.done.has(id)) break;
      last = id;
    }
    return last;
  }

  /** What is not done comes again, and with it what was done behind it. */
  reopen(): void {
    this.handed = [];
    const last = this.doneUpTo;
    for (const id of this.done) if (id > last) this.done.delete(id);
  }

  clear(): void {
    for (const set of [this.begun, this.taken, this.done]) set.clear();
    this.handed = [];
    this.saved = 0;
  }
}

/** Runs steps until the files die. */
async function run(files: MemoryFiles, steps: readonly Step[], model: Model): Promise<void> {
  const alive = () => !files.isDead;
  let spool: Spool;
  const open = async () => {
    spool = (await openAt(files)).spool;
  };
  try {
    await open();
    for (const step of steps) {
      if (!alive()) return;
      await perform(step);
    }
  } catch (error) {
    if (alive()) throw error;
  }

  async function perform(step: Step): Promise<void> {
    if (step.does === 'append') {
      const id = model.nextId++;
      model.begun.add(id);
      if ((await spool.append(recordOf(id, step.documents))) === 'taken') model.taken.add(id);
    } else if (step.does === 'next') {
      const record = await spool.next();
      if (record) model.handed.push({ id: idOf(record), record });
    } else if (step.does === 'done') {
      const [entry] = model.handed.splice(step.which % Math.max(1, model.handed.length), 1);
      entry?.record.done();
      if (entry) model.done.add(entry.id);
    } else if (step.does === 'saveCursor') {
      const upTo = model.doneUpTo;
      await spool.saveCursor();
      if (alive()) model.saved = Math.max(model.saved, upTo);
    } else if (step.does === 'purge') {
      model.isPurging = true;
      await spool.close();
      await purgeFolder(FOLDER, files);
      model.isPurging = false;
      model.clear();
      await open();
    } else if (step.does === 'reopen') {
      await spool.close();
      if (alive()) model.reopen();
      await open();
    } else {
      let left = step.after;
      files.fault = () => (left-- > 0 ? undefined : { error: failureOf(step.code), part: step.part });
      const id = model.nextId++;
      model.begun.add(id);
      if ((await spool.append(recordOf(id))) === 'taken') model.taken.add(id);
      files.fault = undefined;
    }
  }
}

async function check(
  files: MemoryFiles,
  model: Model,
  survival: Survival,
  mayBeShort = false,
): Promise<void> {
  const revived = files.revived(survival);
  const { spool } = await openAt(revived);
  const { mark, damaged, records } = spool;
  const found = await drain(spool);
  const ids = found.map(idOf);
  expect(ids, 'in order, none twice').to.deep.equal([...new Set(ids)].sort((a, b) => a - b));
  for (const id of ids) expect(model.begun.has(id), `${id} was appended`).to.equal(true);
  if (model.isPurging) return;
  const missing = [...model.taken].filter((id) => !model.done.has(id) && !ids.includes(id));
  expect(missing, 'taken, not done, and gone').to.deep.equal([]);
  if (survival === 'all') {
    for (const id of ids) expect(id, 'was done and saved').to.be.greaterThan(model.saved);
  }
  expect(records).to.equal(ids.length);
  const last = ids.at(-1);
  if (mayBeShort) {
    // A failed disk may leave what looks like a hole; reading again from an older mark loses nothing.
    expect(Number(mark ?? 0)).to.be.at.most(last ?? model.nextId);
    return;
  }
  expect(damaged, 'holes').to.equal(0);
  if (last !== undefined) expect(mark).to.equal(String(last));
  else expect(Number(mark ?? 0), 'mark of an empty spool').to.be.at.most(Math.max(0, ...model.begun));
  for (const record of found) record.done();
  await spool.close();
  expect(revived.segments, 'segments when all is done').to.deep.equal([]);
  expect(revived.open_, 'open files').to.equal(0);
}

const append: Step = { does: 'append', documents: 2 };
const next: Step = { does: 'next' };
const done = (which = 0): Step => ({ does: 'done', which });
const save: Step = { does: 'saveCursor' };

/** Some of everything: rotation, records that are done out of order, a reopening, a purge. */
const SCENARIO: readonly Step[] = [
  ...Array.from({ length: 6 }, () => append),
  next,
  next,
  next,
  done(1),
  done(),
  save,
  append,
  next,
  next,
  done(2),
  done(),
  done(),
  save,
  { does: 'reopen' },
  append,
  next,
  append,
  done(),
  next,
  next,
  done(),
  done(),
  next,
  done(),
  append,
  { does: 'purge' },
  append,
  append,
  append,
  next,
  done(),
  save,
];

describe('a spool and a power cut', () => {
  for (const [what, survivals] of [
    ['only what was synced stays', ['nothing']],
    ['everything that was written stays', ['all']],
    ['anything not synced may stay or not', Array.from({ length: 12 }, (_, seed) => seeded(seed + 1))],
  ] as const satisfies readonly (readonly [string, readonly Survival[]])[]) {
    it(`loses nothing at any call of the file system when ${what} (case 45)`, async () => {
      const whole = new MemoryFiles();
      await run(whole, SCENARIO, new Model());
      expect(whole.calls).to.be.greaterThan(100);
      for (const survival of survivals) {
        for (let call = 1; call <= whole.calls; call += 1) {
          const files = new MemoryFiles();
          files.dieAt(call);
          const model = new Model();
          await run(files, SCENARIO, model);
          expect(files.isDead).to.equal(true);
          try {
            await check(files, model, survival);
          } catch (error) {
            throw new Error(`died at call ${call}, ${files.log[call - 1]}`, { cause: error });
          }
        }
      }
    });
  }

  const step: fc.Arbitrary<Step> = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({ does: fc.constant('append'), documents: fc.integer({ min: 1, max: 9 }) }),
    },
    { weight: 4, arbitrary: fc.constant(next) },
    { weight: 4, arbitrary: fc.record({ does: fc.constant('done'), which: fc.nat(3) }) },
    { weight: 1, arbitrary: fc.constant(save) },
    { weight: 1, arbitrary: fc.constant<Step>({ does: 'reopen' }) },
    { weight: 1, arbitrary: fc.constant<Step>({ does: 'purge' }) },
  ) as fc.Arbitrary<Step>;
  const failing = fc.record({
    does: fc.constant('fail'),
    code: fc.constantFrom('EIO', 'ENOSPC'),
    after: fc.nat(4),
    part: fc.constantFrom(0, 0.5, 1),
  }) as fc.Arbitrary<Step>;

  it('holds what a queue in memory would, whatever is done and whenever it dies (case 45)', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 5, maxLength: 60 }),
        fc.integer({ min: 1, max: 400 }),
        fc.integer(),
        async (steps, call, seed) => {
          const files = new MemoryFiles();
          files.dieAt(call);
          const model = new Model();
          await run(files, steps, model);
          for (const survival of ['nothing', 'all', seeded(seed)] as const)
            await check(files, model, survival);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('loses nothing on a disk that fails now and then before it dies (cases 45 and 48)', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof({ weight: 4, arbitrary: step }, { weight: 1, arbitrary: failing }), {
          minLength: 5,
          maxLength: 60,
        }),
        fc.integer(),
        async (steps, seed) => {
          const files = new MemoryFiles();
          const model = new Model();
          await run(files, steps, model);
          for (const survival of ['nothing', 'all', seeded(seed)] as const) {
            await check(files, model, survival, true);
          }
        },
      ),
      { numRuns: 400 },
    );
  });
});
