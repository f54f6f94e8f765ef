import { expect } from 'chai';
import { createLogger } from '../../../src/common/log.js';
import { type ActiveTurn, shipWhileActive } from '../../../src/events/active-turn.js';
import { fastClock } from '../../support/cluster/test-cluster.js';
import { until } from '../../support/events/until.js';

describe('shipWhileActive', () => {
  it('does not call a hole in the spool healed before there is a mark to keep (case 47)', async () => {
    const stop = new AbortController();
    const clock = fastClock(100);
    let end = () => {};
    const running = new Promise<void>((resolve) => {
      end = resolve;
    });
    const session = {
      mark: undefined as string | undefined,
      holed: new AbortController().signal,
      run: () => running,
      end: async () => end(),
      keepRest: async () => undefined,
    };
    const spool = {
      needsReading: true,
      healed: async () => {
        spool.needsReading = false;
      },
    };
    const turn = {
      session,
      spool,
      lock: { lost: new AbortController().signal, save: async () => true },
      stop: stop.signal,
      how: () => ({ drainMs: 0 }),
      clock,
      log: createLogger({ write: () => undefined, clock }),
    };
    const ended = shipWhileActive(turn as unknown as ActiveTurn);
    await clock.sleep(3000);
    expect(spool.needsReading).to.equal(true);
    session.mark = '7';
    await until('it happens', () => !spool.needsReading);
    stop.abort();
    await ended;
  });
});
