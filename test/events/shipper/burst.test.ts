import { expect } from 'chai';
import type { Forwarder } from '../../../src/events/forwarder.js';
import type { SomeSettings } from '../../support/events/event-world.js';
import { until } from '../../support/events/until.js';
import { metricOf, ShipperWorld } from './shipper-world.js';

const MIB = 1024 ** 2;
const EVENTS = 20_000;

describe('A burst of 20,000 lines to a slow intake', () => {
  let shipper: ShipperWorld;

  afterEach(() => shipper.close());

  /** Sends nothing until the forwarder is in a state, then as fast as a slow intake takes it. @returns most bytes in memory */
  const burst = async (settings: () => SomeSettings, isFull: (forwarder: Forwarder) => boolean) => {
    shipper = await ShipperWorld.start({
      speed: 100,
      intake: { documentsPerSecond: 10_000, bufferRecords: 500, keepDocuments: 0 },
      settings: {
        source: { replayPerSecond: 0 },
        queue: { maxBytes: 2 * MIB },
        shipper: { maxBatchBytes: 300_000, requestTimeoutMs: 10_000 },
      },
    });
    const { world } = shipper;
    const forwarder = await shipper.forward(settings());
    world.create(10);
    await world.delivered();
    world.intake.behaviour.answer = { status: 408 };
    let mostBytes = 0;
    const look = setInterval(() => {
      mostBytes = Math.max(mostBytes, metricOf(forwarder, 'queue_bytes'));
    }, 5);
    try {
      for (let created = 0; created < EVENTS; created += 1000) {
        world.create(1000);
        await new Promise((resolve) => setImmediate(resolve));
      }
      await until('it is full', () => isFull(forwarder), 15_000);
      world.intake.behaviour.answer = 'take';
      await world.delivered(20_000);
    } finally {
      clearInterval(look);
    }
    return mostBytes;
  };

  it('stays within its memory, and holds the watch up until there is room (case 42)', async () => {
    const mostBytes = await burst(
      () => ({}),
      () => shipper.logged('debug').some(({ state }) => state === 'held'),
    );
    // What one read from the socket brings is taken as a whole.
    expect(mostBytes).to.be.within(2 * MIB, 2.2 * MIB);
    shipper.world.check();
  });

  it('ends the watch when there is no room for long, and reads the rest later (case 42)', async () => {
    const mostBytes = await burst(
      () => ({}),
      (forwarder) => metricOf(forwarder, 'watch_reconnects_total{reason="no-room"}') > 0,
    );
    expect(mostBytes).to.be.within(2 * MIB, 2.2 * MIB);
    shipper.world.check();
  });

  it('stays within its memory with a spool, which takes the rest (case 42)', async () => {
    const mostBytes = await burst(
      () => shipper.spooled,
      (forwarder) => metricOf(forwarder, 'spool_bytes') > 10 * MIB,
    );
    // The blocks that are read back ahead come on top.
    expect(mostBytes).to.be.within(MIB, 2.2 * MIB + 4 * 300_000);
    await until('the spool is empty', () => shipper.segments.length === 0);
    shipper.world.check();
  });
});
