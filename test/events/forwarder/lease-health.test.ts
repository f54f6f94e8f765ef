import { EventWorld } from '../../support/events/event-world.js';
import { until } from '../../support/events/until.js';

describe('a forwarder whose Lease could not be renewed for a time', () => {
  let world: EventWorld;
  afterEach(() => world.close());

  it('is ready again once it was renewed, though nobody else took it (case 54)', async () => {
    world = await EventWorld.start({ settings: { standby: { leaseSeconds: 300 } }, speed: 200 });
    const forwarder = await world.forwarder();
    await forwarder.start();
    world.create(5);
    await world.delivered();
    world.api.refuse();
    await until('it is not ready', () => forwarder.health.problems.some(({ part }) => part === 'lease'));
    await world.api.listen();
    await until('it is ready', () => forwarder.health.isReady);
    world.create(5);
    await world.delivered();
    // Its mark is in its memory, or in the Lease.
    world.check({ maxDuplicates: 5 });
  });
});
