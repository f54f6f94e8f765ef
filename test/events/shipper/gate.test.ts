import { expect } from 'chai';
import { systemClock } from '../../../src/common/clock.js';
import { Gate } from '../../../src/events/shipper/gate.js';

describe('Gate', () => {
  let now: number;
  let chance: number;
  const gateOf = (inFlight = 4) =>
    new Gate(inFlight, { ...systemClock, now: () => now, random: () => chance });
  const taken = (gate: Gate, times: number) => {
    for (let done = 0; done < times; done++) gate.taken();
  };

  beforeEach(() => {
    now = 5;
    chance = 0.5;
  });

  it('is open at first, for as many requests as configured', () => {
    const gate = gateOf();
    expect([gate.closedMs, gate.limit, gate.failures]).to.deep.equal([0, 4, 0]);
  });

  it('closes for longer with each failure, and lets one request find out', () => {
    const gate = gateOf();
    const waits: number[] = [];
    for (let failures = 0; failures < 9; failures++) {
      gate.failed('failed');
      waits.push(gate.closedMs);
      now += gate.closedMs;
    }
    expect(waits).to.deep.equal([250, 500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
    expect([gate.limit, gate.failures]).to.deep.equal([1, 9]);
    gate.taken();
    expect([gate.limit, gate.failures]).to.deep.equal([4, 0]);
  });

  it('waits longer from the start where somebody has to mend something, and never for long', () => {
    const gate = gateOf();
    chance = 1;
    const waits: number[] = [];
    for (let failures = 0; failures < 6; failures++) {
      gate.failed('refused');
      waits.push(gate.closedMs);
      now += gate.closedMs;
    }
    expect(waits).to.deep.equal([2000, 4000, 8000, 16_000, 30_000, 30_000]);
  });

  it('counts requests that were sent together as one failure', () => {
    const gate = gateOf();
    for (let failures = 0; failures < 4; failures++) gate.failed('busy');
    expect([gate.failures, gate.closedMs]).to.deep.equal([1, 250]);
    now += 250;
    gate.taken();
    expect(gate.limit).to.equal(2);
  });

  it('halves the requests at a time when the intake is busy, and raises them one by one', () => {
    const gate = gateOf(8);
    for (const limit of [4, 2, 1, 1]) {
      gate.failed('busy');
      now += gate.closedMs;
      gate.taken();
      expect(gate.limit).to.equal(limit);
    }
    taken(gate, 14);
    expect(gate.limit).to.equal(1);
    taken(gate, 1);
    expect(gate.limit).to.equal(2);
    taken(gate, 16 * 20);
    expect(gate.limit).to.equal(8);
  });

  it('leaves the number of requests where the intake is down', () => {
    const gate = gateOf();
    gate.failed('failed');
    now += gate.closedMs;
    gate.taken();
    expect(gate.limit).to.equal(4);
  });

  it('waits as long as the intake asks, and a random bit more, but not for ever', () => {
    const gate = gateOf();
    gate.failed('busy', 7);
    expect(gate.closedMs).to.equal(7250);
    now += gate.closedMs;
    gate.failed('busy', 86_400);
    expect(gate.closedMs).to.equal(300_250);
  });

  it('keeps to what the intake asks for when a request from before is taken after all', () => {
    const gate = gateOf();
    gate.failed('busy', 7);
    gate.taken();
    expect(gate.closedMs).to.equal(7250);
  });

  it('keeps to the longest wait that was asked for by requests that were sent together', () => {
    const gate = gateOf();
    gate.failed('busy');
    gate.failed('busy', 9);
    gate.failed('busy', 3);
    expect(gate.closedMs).to.equal(9250);
  });
});
