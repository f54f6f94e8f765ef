import { expect } from 'chai';
import { UpdateThrottle } from '../../../src/events/document/update-throttle.js';

describe('UpdateThrottle', () => {
  let now = 0;
  const throttle = (intervalMs: number) => new UpdateThrottle(intervalMs, () => now);

  beforeEach(() => {
    now = 5_000;
  });

  it('takes all without an interval', () => {
    const all = throttle(0);
    for (let update = 0; update < 10; update++) expect(all.takes('a')).to.equal(true);
  });

  it('takes the first state of each event, and the next one when the interval is over, to the millisecond', () => {
    const thin = throttle(1000);
    expect([thin.takes('a'), thin.takes('b'), thin.takes('a')]).to.deep.equal([true, true, false]);
    now += 999;
    expect(thin.takes('a')).to.equal(false);
    now += 1;
    expect([thin.takes('a'), thin.takes('a'), thin.takes('b')]).to.deep.equal([true, false, true]);
  });

  it('counts the interval from what was taken, so that a steady stream is not silenced', () => {
    const thin = throttle(1000);
    let taken = 0;
    for (let update = 0; update < 100; update++) {
      if (thin.takes('a')) taken += 1;
      now += 100;
    }
    expect(taken).to.equal(10);
  });

  it('remembers 20,000 events, and forgets the one that was sent longest ago', () => {
    const thin = throttle(1000);
    for (let event = 0; event < 20_000; event++) thin.takes(`e${event}`);
    expect(thin.takes('e0')).to.equal(false);
    now += 1000;
    // Sent again, so it is the youngest now.
    expect(thin.takes('e0')).to.equal(true);
    now -= 500;
    expect(thin.takes('new')).to.equal(true);
    expect(thin.takes('e2')).to.equal(false);
    // The place of e1 was needed.
    expect(thin.takes('e1')).to.equal(true);
    expect(thin.takes('e0')).to.equal(false);
  });
});
