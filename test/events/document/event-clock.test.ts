import { expect } from 'chai';
import fc from 'fast-check';
import { EventClock } from '../../../src/events/document/event-clock.js';
import { apiTime } from '../../support/events/event-arbitraries.js';

const SEED = 20_261_124;
const AT = Date.UTC(2026, 10, 22, 10, 0, 1);

describe('EventClock', () => {
  it('reads seconds, fractions of any length, and offsets', () => {
    const clock = new EventClock();
    for (const [time, ms] of [
      ['2026-11-22T10:00:01Z', 0],
      ['2026-11-22T10:00:01.5Z', 500],
      ['2026-11-22T10:00:01.123456Z', 123],
      ['2026-11-22T10:00:01.999999999Z', 999],
      ['2026-11-22T10:00:01.000000Z', 0],
      ['2026-11-22T12:00:01+02:00', 0],
      ['2026-11-22T05:30:01.250-04:30', 250],
      ['2026-11-22T10:00:01Z', 0],
    ] as const) {
      expect(clock.msOf(time), time).to.equal(AT + ms);
    }
  });

  it('reads every millisecond of a second as the machine does', () => {
    const clock = new EventClock();
    for (let ms = 0; ms < 1000; ms++) {
      const time = new Date(AT + ms).toISOString();
      expect(clock.msOf(time), time).to.equal(AT + ms);
    }
  });

  it(`reads any time of the API, whatever came before (seed ${SEED})`, () => {
    const clock = new EventClock();
    const property = fc.property(apiTime, (time) => {
      // The machine's own reader knows milliseconds only.
      const inMs = time.replace(/(\.\d{3})\d+Z/, '$1Z');
      expect(clock.msOf(time)).to.equal(Date.parse(inMs));
    });
    fc.assert(property, { numRuns: 2000, seed: SEED });
  });
});
