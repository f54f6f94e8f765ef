import { EventWorld } from '../../support/events/event-world.js';

describe('Forwarder', () => {
  let world: EventWorld;

  afterEach(() => world.close());

  it('ships the events that there are and those that come, each once', async () => {
    world = await EventWorld.start();
    world.create(1200);
    const forwarder = await world.forwarder();
    await forwarder.start();
    await world.delivered();
    world.create(300);
    await world.delivered();
    world.check();
  });
});
