import { readdirSync } from 'node:fs';
import { expect } from 'chai';
import type { Forwarder } from '../../../src/events/forwarder.js';
import { EventWorld } from '../../support/events/event-world.js';
import { until } from '../../support/events/until.js';
import { useTempDir } from '../../support/temp-dir.js';

const MIB = 1024 ** 2;

describe('Forwarder.disable', () => {
  let world: EventWorld;

  beforeEach(async () => {
    world = await EventWorld.start({
      settings: {
        shipper: { requestTimeoutMs: 400, maxBatchBytes: MIB / 4 },
        queue: { maxBytes: MIB },
        standby: { leaseSeconds: 5 },
      },
    });
  });
  afterEach(() => world.close());
  // Removed after the others have ended.
  const folder = useTempDir();

  const withSpool = () => ({ spool: { folder: folder(), maxBytes: 16 * MIB } });
  const posts = () => world.intake.ledger.requests.length;
  const lookups = () => world.api.requests.length;

  /** Disables, and makes sure that from then on there is nothing: no request, no document, no file. */
  async function disabled(forwarder: Forwarder): Promise<void> {
    await forwarder.disable();
    const sent = posts();
    const taken = world.intake.ledger.documentCount;
    const asked = lookups();
    expect(readdirSync(folder()), 'the folder of the spool').to.deep.equal([]);
    const metrics = forwarder.metrics.registry.text();
    for (const gauge of ['queue_bytes', 'queue_docs', 'spool_bytes']) {
      expect(metrics).to.match(new RegExp(`${gauge} 0\n`));
    }
    expect(forwarder.health.activity).to.equal('off');
    world.create(50);
    world.intake.behaviour.answer = 'take';
    await world.clock.sleep(4000);
    expect(posts(), 'requests to the intake').to.equal(sent);
    expect(world.intake.ledger.documentCount, 'documents').to.equal(taken);
    expect(lookups(), 'requests to the API server').to.equal(asked);
  }

  async function started(more = {}): Promise<Forwarder> {
    const forwarder = await world.forwarder({ ...withSpool(), ...more });
    await forwarder.start();
    return forwarder;
  }

  it('ends a forwarder that has nothing to do (case 50)', async () => {
    const forwarder = await started();
    world.create(20);
    await world.delivered();
    await disabled(forwarder);
  });

  it('ends a burst (case 50)', async () => {
    const forwarder = await started();
    world.create(3000);
    await world.intake.ledger.waitForRequests(1);
    await disabled(forwarder);
  });

  it('lets requests on their way end, and then nothing comes (case 50)', async () => {
    world.intake.behaviour.delayMs = 100;
    const forwarder = await started();
    world.create(20);
    await until('it happens', () => world.intake.ledger.maxConcurrent > 0);
    await disabled(forwarder);
  });

  it('cuts off a request that hangs (case 50)', async () => {
    world.intake.behaviour.answer = 'hang';
    const forwarder = await started({ shipper: { requestTimeoutMs: 60_000 } });
    world.create(20);
    await world.intake.ledger.waitForRequests(1);
    await disabled(forwarder);
  });

  it('ends the reading of what there is (case 50)', async () => {
    world.create(2000);
    const forwarder = await started({ source: { replayPerSecond: 100 } });
    await world.intake.ledger.waitForIds(1);
    await disabled(forwarder);
  });

  it('ends a pause between two attempts, and empties the spool (case 50)', async () => {
    await world.intake.stop();
    const forwarder = await started();
    world.create(2500);
    await until('it happens', () => readdirSync(folder()).some((name) => name.endsWith('.events')));
    await world.clock.sleep(3000);
    await world.intake.resume();
    await disabled(forwarder);
  });

  it('ends a pause between two attempts to read (case 50)', async () => {
    world.api.faults.forbid('list events', 'watch events');
    const forwarder = await started();
    await until('it happens', () => world.api.requests.some(({ kind }) => kind === 'list'));
    await disabled(forwarder);
  });

  it('ends a replica that stands by, and the other one goes on (case 50)', async () => {
    const active = await world.forwarder();
    await active.start();
    await until('it happens', () => active.health.activity === 'active');
    const forwarder = await started();
    await until('it happens', () => world.log.some((line) => line.includes('standing by')));
    await forwarder.disable();
    expect(readdirSync(folder())).to.deep.equal([]);
    expect(forwarder.health.activity).to.equal('off');
    world.create(20);
    await world.delivered();
    world.check();
  });

  it('ends the wait for the id of the cluster, and empties what an earlier process left (cases 50 and 57)', async () => {
    await world.intake.stop();
    const earlier = await started();
    world.create(30);
    await until('it happens', () => earlier.metrics.registry.text().includes('queue_docs 30'));
    await earlier.stop(0);
    expect(readdirSync(folder())).to.not.deep.equal([]);
    await world.intake.resume();
    world.api.faults.forbid('get namespaces');
    const forwarder = await started({ cluster: { id: undefined } });
    await until('it happens', () => world.api.requests.some(({ kind }) => kind === 'namespace'));
    await disabled(forwarder);
  });

  it('empties what an earlier process left when nothing was started (case 50)', async () => {
    await world.intake.stop();
    const earlier = await started();
    world.create(30);
    await until('it happens', () => earlier.metrics.registry.text().includes('queue_docs 30'));
    await earlier.stop(0);
    await world.intake.resume();
    await disabled(await world.forwarder(withSpool()));
  });

  it('makes the next start begin with the events of then (case 52)', async () => {
    const forwarder = await started();
    world.create(20);
    await world.delivered();
    await forwarder.disable();
    world.create(30);
    const before = new Set(world.shown);
    await forwarder.start();
    await until('it happens', () => world.api.openWatches === 1);
    world.create(10);
    const wanted = world.shown.filter((id) => !before.has(id));
    await until('it happens', () => wanted.every((id) => world.intake.ledger.times(id) > 0));
    world.check({ excused: before });
    expect(world.intake.ledger.received.size).to.equal(30);
  });

  it('does so for the next process, and also when that one ends before it has begun (case 52)', async () => {
    const forwarder = await started();
    world.create(20);
    await world.delivered();
    await forwarder.disable();
    world.create(30);
    const before = new Set(world.shown);
    world.api.faults.script('list', { status: 500, times: 50 });
    const second = await world.forwarder();
    await second.start();
    // A renewal must not forget it.
    await world.clock.sleep(4000);
    await second.stop(0);
    world.api.faults.heal();
    const third = await world.forwarder();
    await third.start();
    await until('it happens', () => world.api.openWatches === 1);
    world.create(10);
    const wanted = world.shown.filter((id) => !before.has(id));
    await until('it happens', () => wanted.every((id) => world.intake.ledger.times(id) > 0));
    world.check({ excused: before });
    expect(world.intake.ledger.received.size).to.equal(30);
  });

  it('is remembered by the process when the Lease cannot be written (case 52)', async () => {
    const forwarder = await started();
    world.create(20);
    await world.delivered();
    world.api.refuse('reset');
    await forwarder.disable();
    world.create(30);
    const before = new Set(world.shown);
    await world.api.listen();
    await forwarder.start();
    await until('it happens', () => world.api.openWatches === 1);
    world.create(10);
    const wanted = world.shown.filter((id) => !before.has(id));
    await until('it happens', () => wanted.every((id) => world.intake.ledger.times(id) > 0));
    world.check({ excused: before });
    expect(world.intake.ledger.received.size).to.equal(30);
  });

  it('does not leave out what comes after the start when the Lease cannot tell its mark, and is lost (case 52)', async () => {
    const { api } = world;
    const forwarder = await started();
    await until('it happens', () => api.openWatches === 1);
    await forwarder.disable();
    // It holds the Lease, and has no mark yet.
    api.faults.script('list', { delayMs: 60 });
    const asked = api.requests.length;
    await forwarder.start();
    await until('it happens', () => api.requests.slice(asked).some(({ kind }) => kind === 'list'));
    api.faults.forbid('update leases');
    await until('it happens', () => api.openWatches === 1);
    world.countFromNow();
    world.create(5);
    await world.delivered();
    await until('it happens', () => forwarder.health.activity === 'standby');
    world.create(5);
    api.faults.allow();
    await world.delivered();
    world.check();
  });

  it('leaves a restart after a stop with its mark: nothing is missing and nothing comes twice (case 52)', async () => {
    const forwarder = await started();
    world.create(20);
    await world.delivered();
    await forwarder.stop();
    world.create(30);
    await forwarder.start();
    await world.delivered();
    await forwarder.stop();
    world.create(10);
    const next = await world.forwarder(withSpool());
    await next.start();
    await world.delivered();
    world.check();
  });

  it('may come together with other calls, and twice', async () => {
    const forwarder = await started();
    world.create(500);
    await Promise.all([forwarder.start(), forwarder.stop(), forwarder.disable(), forwarder.disable()]);
    expect(forwarder.health.activity).to.equal('off');
    await Promise.all([forwarder.disable(), forwarder.start(), forwarder.stop(0), forwarder.stop(0)]);
    expect(forwarder.health.activity).to.equal('off');
    await Promise.all([forwarder.start(), forwarder.start(), forwarder.disable(), forwarder.start()]);
    await until('it happens', () => world.api.openWatches === 1);
    await disabled(forwarder);
  });

  it('leaves no sockets, timers and listeners after a hundred times (case 51)', async function () {
    this.timeout(30_000);
    const warnings: Error[] = [];
    const warned = (warning: Error) => warnings.push(warning);
    process.on('warning', warned);
    const resources = () =>
      process.getActiveResourcesInfo().filter((name) => name !== 'TCPServerWrap').length;
    const forwarder = await world.forwarder(withSpool());
    const round = async (number: number) => {
      await forwarder.start();
      if (number % 4 === 1) await until('it happens', () => forwarder.health.activity === 'active');
      if (number % 4 === 2) await until('it happens', () => world.api.openWatches > 0);
      world.create(3);
      if (number % 4 === 3) await world.clock.sleep(200);
      await forwarder.disable();
    };
    try {
      for (let number = 0; number < 10; number += 1) await round(number);
      const before = resources();
      for (let number = 0; number < 100; number += 1) await round(number);
      await until('it happens', () => world.intake.openSockets === 0 && world.api.openWatches === 0);
      // Those of the last request and the test's own.
      await until('it happens', () => resources() <= before + 2).catch(() => {
        throw new Error(`${before} resources became ${resources()}: ${process.getActiveResourcesInfo()}`);
      });
      expect(world.api.openSockets, 'sockets of the API server').to.be.at.most(2);
      expect(warnings).to.deep.equal([]);
    } finally {
      process.off('warning', warned);
    }
  });
});
