import { expect } from 'chai';
import { LatestWins } from '../../src/common/latest-wins.js';

const SUPERSEDED = 'superseded by newer input';

/** Work whose steps a test drives by hand. */
function handDriven() {
  const log: string[] = [];
  const open = new Map<string, { end: () => void; fail: (error: Error) => void; signal: AbortSignal }>();
  const wins = new LatestWins<string, string>((input, signal) => {
    log.push(`start ${input}`);
    return new Promise<string>((resolve, reject) => {
      open.set(input, {
        signal,
        end: () => {
          log.push(`end ${input}`);
          resolve(`done ${input}`);
        },
        fail: reject,
      });
    });
  });
  /** What came of each input, as soon as it is known. */
  const outcomes: Record<string, string> = {};
  const submit = (input: string) => {
    void wins.submit(input).then(
      (result) => (outcomes[input] = result),
      (error: Error) => (outcomes[input] = error.message),
    );
  };
  return { wins, log, open, outcomes, submit };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('LatestWins', () => {
  it('gives back what came of the work', async () => {
    const { open, outcomes, submit } = handDriven();
    submit('a');
    open.get('a')!.end();
    await settled();
    expect(outcomes).to.deep.equal({ a: 'done a' });
  });

  it('49: ends the waits of the work before, and starts only when that has finished its write', async () => {
    const { log, open, outcomes, submit } = handDriven();
    submit('a');
    submit('b');
    await settled();
    expect(open.get('a')?.signal.aborted).to.equal(true);
    expect(open.get('a')?.signal.reason).to.have.property('message', SUPERSEDED);
    expect(log).to.deep.equal(['start a']);
    open.get('a')!.end();
    await settled();
    expect(log).to.deep.equal(['start a', 'end a', 'start b']);
    expect(open.get('b')?.signal.aborted).to.equal(false);
    open.get('b')!.end();
    await settled();
    expect(outcomes).to.deep.equal({ a: 'done a', b: 'done b' });
  });

  it('49: leaves out what came in between', async () => {
    const { log, open, outcomes, submit } = handDriven();
    for (const input of ['a', 'b', 'c', 'd']) submit(input);
    await settled();
    open.get('a')!.end();
    await settled();
    expect(log).to.deep.equal(['start a', 'end a', 'start d']);
    open.get('d')!.end();
    await settled();
    expect(outcomes).to.deep.equal({ a: 'done a', b: SUPERSEDED, c: SUPERSEDED, d: 'done d' });
  });

  it('49: never runs two at once, whatever happens when', async () => {
    let running = 0;
    const seen: string[] = [];
    const wins = new LatestWins<string, void>(async (input, signal) => {
      expect(++running).to.equal(1);
      for (let step = 0; step < 3 && !signal.aborted; step += 1) await settled();
      seen.push(input);
      running -= 1;
      signal.throwIfAborted();
    });
    const results: Promise<string>[] = [];
    for (let index = 0; index < 30; index += 1) {
      results.push(
        wins.submit(`${index}`).then(
          () => 'done',
          (error: Error) => error.message,
        ),
      );
      for (let pause = 0; pause < index % 5; pause += 1) await settled();
    }
    const ends = await Promise.all(results);
    expect(new Set(ends.slice(0, -1)).has(SUPERSEDED)).to.equal(true);
    expect(ends.at(-1)).to.equal('done');
    expect(seen.at(-1)).to.equal('29');
  });

  it('49: tells the work that was ended that newer input came', async () => {
    const { open, outcomes, submit } = handDriven();
    submit('a');
    submit('b');
    const { fail, signal } = open.get('a')!;
    fail(signal.reason as Error);
    await settled();
    open.get('b')!.end();
    await settled();
    expect(outcomes).to.deep.equal({ a: SUPERSEDED, b: 'done b' });
  });

  it('goes on after work that failed', async () => {
    const { open, outcomes, submit } = handDriven();
    submit('a');
    open.get('a')!.fail(new Error('broken'));
    await settled();
    submit('b');
    open.get('b')!.end();
    await settled();
    expect(outcomes).to.deep.equal({ a: 'broken', b: 'done b' });
  });

  it('stops: ends the work, waits for its end, and starts nothing that was waiting', async () => {
    const { wins, log, open, outcomes, submit } = handDriven();
    submit('a');
    submit('b');
    let stopped = false;
    const reason = new Error('shut down');
    void wins.stop(reason).then(() => (stopped = true));
    await settled();
    expect(stopped).to.equal(false);
    open.get('a')!.end();
    await settled();
    expect(stopped).to.equal(true);
    expect(log).to.deep.equal(['start a', 'end a']);
    expect(outcomes).to.deep.equal({ a: 'done a', b: 'shut down' });
  });

  it('stops at once when nothing runs, and takes new input afterwards', async () => {
    const { wins, open, outcomes, submit } = handDriven();
    await wins.stop(new Error('shut down'));
    submit('a');
    expect(open.get('a')?.signal.aborted).to.equal(false);
    open.get('a')!.end();
    await settled();
    expect(outcomes).to.deep.equal({ a: 'done a' });
  });
});
