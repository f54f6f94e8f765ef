import { expect } from 'chai';
import type { Clock } from '../../../src/common/clock.js';
import { Pace } from '../../../src/events/source/pace.js';

describe('Pace', () => {
  let now = 0;
  const clock = { now: () => now } as Clock;

  beforeEach(() => {
    now = 1_000_000;
  });

  it('lets everything through at once without a limit', () => {
    const pace = new Pace(0, clock);
    pace.count(1_000_000);
    expect(pace.waitMs).to.equal(0);
  });

  it('lets a tenth of a second through in advance, and asks to wait for the rest', () => {
    const pace = new Pace(1000, clock);
    expect(pace.waitMs).to.equal(0);
    pace.count(100);
    expect(pace.waitMs).to.equal(0);
    pace.count();
    expect(pace.waitMs).to.be.closeTo(1, 1e-6);
    pace.count(500);
    expect(pace.waitMs).to.be.closeTo(501, 1e-6);
    now += 501;
    expect(pace.waitMs).to.be.closeTo(0, 1e-6);
  });

  it('saves nothing up while nothing goes through', () => {
    const pace = new Pace(1000, clock);
    pace.count(10);
    now += 60_000;
    pace.count(200);
    expect(pace.waitMs).to.be.closeTo(100, 1e-6);
  });

  it('keeps to its rate, whoever waits as asked', () => {
    const pace = new Pace(2000, clock);
    const start = now;
    for (let page = 0; page < 100; page++) {
      now += pace.waitMs;
      pace.count(500);
    }
    // 50,000 things at 2,000 a second; what was let through in advance and the last page are not waited for.
    expect(now - start).to.be.within(24_500, 25_000);
  });
});
