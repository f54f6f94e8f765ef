import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { systemClock } from '../../src/common/clock.js';
import { Wake } from '../../src/common/wake.js';

describe('Wake', () => {
  const never = new AbortController().signal;
  let wake: Wake;
  let isAwake: boolean;

  beforeEach(() => {
    wake = new Wake(systemClock);
    isAwake = false;
  });

  async function wait(ms = Number.POSITIVE_INFINITY, signal = never): Promise<void> {
    isAwake = false;
    await wake.wait(ms, signal);
    isAwake = true;
  }

  it('sleeps until there is a change', async () => {
    const waiting = wait();
    await delay(10);
    expect(isAwake).to.equal(false);
    wake.wake();
    await waiting;
  });

  it('does not sleep when there was a change before, and sleeps again after that', async () => {
    wake.wake();
    wake.wake();
    await wait();
    const again = wait();
    await delay(10);
    expect(isAwake).to.equal(false);
    wake.wake();
    await again;
  });

  it('sleeps no longer than it may', async () => {
    await wait(1);
    await wait(0);
  });

  it('ends when it is told to, before or while it sleeps, and never rejects', async () => {
    const end = new AbortController();
    const waiting = wait(Number.POSITIVE_INFINITY, end.signal);
    end.abort(new Error('over'));
    await waiting;
    await wait(Number.POSITIVE_INFINITY, end.signal);
    await wait(1000, end.signal);
  });

  it('takes the changes that come together for one', async () => {
    wake.wake();
    const waiting = wait();
    queueMicrotask(() => wake.wake());
    await waiting;
    const again = wait();
    await delay(10);
    expect(isAwake).to.equal(false);
    wake.wake();
    await again;
  });

  it('misses no change that comes after a wait, before the next one', async () => {
    for (let round = 0; round < 100; round++) {
      const waiting = wait();
      setImmediate(() => wake.wake());
      await waiting;
      wake.wake();
      await wait();
    }
  });

  it('leaves no listener on the signal', async () => {
    const { signal } = new AbortController();
    let listeners = 0;
    const counted = Object.create(signal, {
      aborted: { value: false },
      addEventListener: { value: () => listeners++ },
      removeEventListener: { value: () => listeners-- },
    }) as AbortSignal;
    for (let round = 0; round < 5; round++) await wake.wait(0, counted);
    expect(listeners).to.equal(0);
  });
});
