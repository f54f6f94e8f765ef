import { expect } from 'chai';
import { Health } from '../../../src/events/health.js';
import { EventWorld } from '../../support/events/event-world.js';
import { until } from '../../support/events/until.js';

describe('Health', () => {
  let nowMs: number;
  let health: Health;
  beforeEach(() => {
    nowMs = 0;
    health = new Health({
      now: () => nowMs,
      wallMs: () => nowMs,
      sleep: async () => undefined,
      random: () => 0,
    });
    health.set('active');
  });

  it('does not count a connection that ends at once as the end of trouble', () => {
    for (; nowMs < 60_000; nowMs += 10_000) {
      health.source('watching');
      nowMs += 5;
      health.bad('source', 'the server ended the watch', false);
    }
    expect(health.problems.map(({ part, since }) => [part, since])).to.deep.equal([['source', 5]]);
    health.source('watching');
    expect(health.isReady).to.equal(true);
  });

  it('counts anew after the source worked for a while', () => {
    health.bad('source', 'lost', false);
    nowMs += 40_000;
    expect(health.isReady).to.equal(false);
    health.source('watching');
    nowMs += 20_000;
    health.bad('source', 'lost', false);
    expect(health.isReady).to.equal(true);
  });

  it('forgets the trouble of what the forwarder did before', () => {
    health.bad('source', 'lost', false);
    nowMs += 40_000;
    health.source('watching');
    health.set('standby');
    health.bad('source', 'lost', false);
    expect(health.isReady).to.equal(true);
  });
});

describe('a forwarder whose API server takes each watch and then ends it with an error', () => {
  let world: EventWorld;
  afterEach(() => world.close());

  it('is not ready, although each connection can be made (case 16)', async () => {
    world = await EventWorld.start({ settings: { standby: { leaseSeconds: 300 } }, speed: 100 });
    const { api } = world;
    const forwarder = await world.forwarder();
    await forwarder.start();
    world.create(5);
    await world.delivered();
    const failure = {
      kind: 'Status',
      apiVersion: 'v1',
      status: 'Failure',
      code: 500,
      message: 'etcd is away',
    };
    const line = `${JSON.stringify({ type: 'ERROR', object: failure })}\n`;
    api.faults.script('watch', { status: 200, body: line, times: 1e6 });
    api.endWatches();
    await until('it is not ready', () => !forwarder.health.isReady);
    api.faults.heal();
    world.create(5);
    await world.delivered();
    await until('it is ready', () => forwarder.health.isReady);
    world.check({ maxDuplicates: 5 });
  });
});
