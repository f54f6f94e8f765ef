import { expect } from 'chai';
import type { Forwarder } from '../../../src/events/forwarder.js';
import { EventWorld } from '../../support/events/event-world.js';
import { until } from '../../support/events/until.js';

const LONG_LEASE = { leaseSeconds: 300 } as const;

describe('a source and events that are deleted', () => {
  let world: EventWorld;
  afterEach(() => world.close());

  const metric = (forwarder: Forwarder, name: string): string =>
    new RegExp(`^opni_logging_events_${name.replace(/[{}"]/g, '\\$&')} (.*)$`, 'm').exec(
      forwarder.metrics.registry.text(),
    )?.[1] ?? '';

  it('moves the mark over a clump of 1000 events that expire, and ships nothing (case 28)', async () => {
    world = await EventWorld.start({ settings: { standby: LONG_LEASE } });
    const { api, store, intake } = world;
    world.create(1500);
    const forwarder = await world.forwarder();
    await forwarder.start();
    await world.delivered();
    const asked = api.requests.filter(({ kind }) => kind !== 'lease').length;
    store.expire(1000);
    // The Lease raises it as well, sooner or later.
    const expired = String(store.revision);
    await until('the mark moved', () => metric(forwarder, 'rv_mark') === expired);
    await until('all are counted', () => metric(forwarder, 'watch_lines_total{type="DELETED"}') === '1000');
    expect(intake.ledger.documentCount).to.equal(1500);
    // They all have one version, and a connection that ends among them goes on behind them.
    api.breakWatches({ afterBytes: 100_000, how: 'reset' });
    store.expire(500);
    world.create(3);
    await world.delivered();
    expect(intake.ledger.documentCount).to.equal(1503);
    expect(api.requests.filter(({ kind }) => kind !== 'lease').length).to.equal(asked + 1);
    world.check();
  });

  it('ships what a namespace held before it was deleted, and nothing of its deletion (case 29)', async () => {
    world = await EventWorld.start({ settings: { standby: LONG_LEASE } });
    const { store, intake } = world;
    world.create(200);
    const forwarder = await world.forwarder();
    await forwarder.start();
    await world.delivered();
    const { namespace } = store.snapshot()[0]!;
    const held = store.snapshot().filter((event) => event.namespace === namespace).length;
    world.create(10);
    store.removeNamespace(namespace);
    world.create(10);
    const last = String(store.revision);
    await world.delivered();
    await until('the mark moved', () => metric(forwarder, 'rv_mark') === last);
    expect(Number(metric(forwarder, 'watch_lines_total{type="DELETED"}'))).to.be.at.least(held);
    expect(intake.ledger.documentCount).to.equal(220);
    world.check();
  });

  it('ships what came before a namespace was deleted while the API server was away (case 29)', async () => {
    world = await EventWorld.start({ settings: { standby: LONG_LEASE } });
    const { api, store } = world;
    world.create(20);
    await (await world.forwarder()).start();
    await world.delivered();
    api.refuse();
    world.create(20);
    for (const { namespace } of store.snapshot().slice(0, 20)) store.removeNamespace(namespace);
    await api.listen();
    // The history still tells of it, so even what is gone is shipped.
    await world.delivered();
    world.check();
  });
});
