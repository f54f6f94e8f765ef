import { expect } from 'chai';
import type { Forwarder } from '../../../src/events/forwarder.js';
import { EventStore } from '../../support/events/event-store.js';
import { EventWorld } from '../../support/events/event-world.js';
import { until } from '../../support/events/until.js';

const LONG_LEASE = { standby: { leaseSeconds: 300 } } as const;

describe('the versions that a source goes by', () => {
  let world: EventWorld;
  afterEach(() => world.close());

  const lists = () =>
    world.api.requests.filter(({ kind, query }) => kind === 'list' && query.get('limit') !== '1').length;
  /** The last event or a later change of something else, such as the Lease. */
  const isUpToDate = ({ metrics }: Forwarder): boolean => {
    const mark = BigInt(/rv_mark (\d+)\n/.exec(metrics.registry.text())?.[1] ?? '0');
    return mark >= BigInt(world.shown.at(-1)!.split('-').at(-1)!) && mark <= world.store.revision;
  };
  const streams = () => world.api.requests.filter(({ query }) => query.has('sendInitialEvents')).length;

  for (const tooLargeAs of ['stream', 'status'] as const) {
    it(`are waited for when a stale API server does not know them yet, told as ${tooLargeAs} (case 10)`, async () => {
      world = await EventWorld.start({ settings: LONG_LEASE, api: { tooLargeAs } });
      world.create(30);
      const forwarder = await world.forwarder();
      await forwarder.start();
      await world.delivered();
      const before = streams();
      const message = 'Too large resource version: 1030, current: 1000';
      if (tooLargeAs === 'status') world.api.faults.script('watch', { status: 504, message, times: 2 });
      else {
        const object = { kind: 'Status', code: 504, reason: 'Timeout', message: 'it is late' };
        const details = { causes: [{ reason: 'ResourceVersionTooLarge', message }] };
        const body = `${JSON.stringify({ type: 'ERROR', object: { ...object, details } })}\n`;
        world.api.faults.script('watch', { status: 200, body, times: 2 });
      }
      world.api.cut('fin');
      world.create(10);
      await world.delivered();
      expect(world.api.faults.pending('watch')).to.equal(0);
      expect(lists() + streams() - before, 'nothing is listed anew').to.equal(0);
      world.check();
    });
  }

  for (const tooLargeAs of ['wait', 'stream', 'status'] as const) {
    for (const streamingList of [true, false]) {
      const how = `told as ${tooLargeAs}, listed ${streamingList ? 'as a stream' : 'page by page'}`;
      it(`begin anew after the data of the API server were restored, ${how} (case 11)`, async () => {
        world = await EventWorld.start({ settings: LONG_LEASE, api: { tooLargeAs, streamingList } });
        const { api, store, intake } = world;
        world.create(40);
        const forwarder = await world.forwarder();
        await forwarder.start();
        await world.delivered();
        const backup = store.revision;
        world.create(20);
        await world.delivered();
        api.refuse();
        store.restore(backup);
        // Their versions lie before the mark, and the last of them is a version that others had.
        world.create(10);
        await api.listen();
        await world.delivered();
        await until('the mark is that of the restored server', () => isUpToDate(forwarder));
        world.create(5);
        await world.delivered();
        expect(world.log.join('\n')).to.contain('its data were restored');
        expect(intake.ledger.received.size).to.equal(75);
        // Everything that the backup held comes again, once: which of it had been shipped cannot be told.
        world.check({ maxDuplicates: 40 });
      });
    }
  }

  it('begin anew for a new process too, whose mark is of the time before the restore (case 11)', async () => {
    world = await EventWorld.start();
    const { store } = world;
    world.create(10);
    const backup = store.revision;
    world.create(10);
    const first = await world.forwarder();
    await first.start();
    await world.delivered();
    await first.stop(1000);
    store.restore(backup);
    world.create(3);
    await (await world.forwarder()).start();
    await world.delivered();
    world.check({ maxDuplicates: 10 });
  });

  for (const [what, revision] of [
    ['grow by a digit', 10n ** 16n],
    ['exceed the numbers of JavaScript', 2n ** 53n],
    ['exceed 64 bits', 2n ** 64n],
    ['come near to 128 bits', 2n ** 128n - 1000n],
  ] as const) {
    it(`are compared right when they ${what} (case 12)`, async () => {
      world = await EventWorld.start({
        store: new EventStore({ revision: revision - 15n }),
        settings: LONG_LEASE,
      });
      const { api, store } = world;
      world.create(10);
      const forwarder = await world.forwarder();
      await forwarder.start();
      await world.delivered();
      world.create(10);
      await world.delivered();
      api.refuse();
      world.create(10);
      store.compact();
      await api.listen();
      world.create(10);
      await world.delivered();
      await until('the mark is at the last event', () => isUpToDate(forwarder));
      // A comparison as numbers would ship some again, or leave some out.
      world.check();
    });
  }
});
