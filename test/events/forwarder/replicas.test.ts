import { expect } from 'chai';
import type { Clock } from '../../../src/common/clock.js';
import { MARK_ANNOTATION, MARK_CLUSTER_ANNOTATION } from '../../../src/events/mark.js';
import { EventWorld } from '../../support/events/event-world.js';
import { CHILD_SPEED, ForwarderChild } from '../../support/events/forwarder-child.js';
import { until } from '../../support/events/until.js';

const BATCH = 100;
const IN_FLIGHT = 2;

describe('Two forwarders', () => {
  let world: EventWorld;
  const children: ForwarderChild[] = [];

  beforeEach(async () => {
    const shipper = { requestTimeoutMs: 1000, maxBatchDocuments: BATCH, inFlight: IN_FLIGHT };
    world = await EventWorld.start({
      speed: CHILD_SPEED,
      settings: { shipper, standby: { leaseSeconds: 10 } },
    });
  });
  afterEach(async () => {
    for (const child of children) child.send('SIGCONT');
    await Promise.all(children.splice(0).map((child) => child.kill()));
    await world.close();
  });

  /** One that is active and has saved its mark. */
  async function activeChild(): Promise<ForwarderChild> {
    const child = await ForwarderChild.start(world, {});
    children.push(child);
    world.create(30);
    await world.delivered();
    await until('it happens', () => world.states.every(({ resourceVersion }) => isCovered(resourceVersion)));
    return child;
  }

  const isCovered = (version: string) => BigInt(world.leaseMark ?? 0) >= BigInt(version);

  async function standby(): Promise<void> {
    const other = await world.forwarder();
    await other.start();
    await until('it happens', () => world.log.some((line) => line.includes('standing by')));
  }

  /** Ids that come again when another one begins at the saved mark. */
  const unsaved = () => world.states.filter(({ resourceVersion }) => !isCovered(resourceVersion)).length;

  it('close the gap within 15 s when the active one is killed (case 53)', async () => {
    const child = await activeChild();
    await standby();
    world.create(40);
    await world.delivered();
    await child.kill();
    const maxDuplicates = unsaved();
    const at = world.clock.now();
    world.create(20);
    await world.delivered();
    // The Lease lasts 10 s, and is looked at each second; the rest is for a slow machine, 20 times as fast.
    expect(world.clock.now() - at).to.be.below(40_000);
    world.check({ maxDuplicates });
  });

  it('hand over at once when the active one ends, and nothing comes twice (case 53)', async () => {
    const active = await world.forwarder();
    await active.start();
    await until('it happens', () => active.health.activity === 'active');
    await standby();
    world.create(500);
    await world.intake.ledger.waitForIds(100);
    await active.stop();
    world.create(20);
    await world.delivered();
    world.check();
  });

  it('send nothing twice for long when the active one stands still for 20 s (case 53)', async () => {
    const child = await activeChild();
    await standby();
    world.create(40);
    await world.delivered();
    child.send('SIGSTOP');
    const maxDuplicates = unsaved();
    world.create(50);
    await world.delivered();
    await world.clock.sleep(10_000);
    const before = child.lines.length;
    child.send('SIGCONT');
    await child.says(/the Lease was lost/);
    await until('it happens', () => child.lines.slice(before).some((line) => line.includes('standing by')));
    world.create(100);
    await world.delivered();
    await world.clock.sleep(5000);
    // Only what came since the mark, and what the one that stood still had read and sent in its first moment.
    world.check({ maxDuplicates: maxDuplicates + IN_FLIGHT * BATCH });
    expect(world.log.some((line) => line.includes('the Lease was lost'))).to.equal(false);
  });

  it('change places and lose nothing when the Lease cannot be renewed for 30 s (case 54)', async () => {
    const child = await activeChild();
    await standby();
    const isOfChild = world.api.leases.get('opni', 'opni-events')?.spec['holderIdentity'];
    // Every request about the Lease takes longer than it lasts: nobody is active, nothing is sent by two.
    world.api.faults.script('lease', { answerDelayMs: 30_000 / CHILD_SPEED, times: 6 });
    world.create(40);
    await child.says(/the Lease was lost/);
    world.api.faults.heal();
    const maxDuplicates = unsaved();
    world.create(20);
    await world.delivered();
    world.check({ maxDuplicates });
    expect(isOfChild).to.be.a('string');
  });

  it('go on when somebody deletes the Lease', async () => {
    const active = await world.forwarder();
    await active.start();
    world.create(30);
    await world.delivered();
    await standby();
    world.api.leases.answer('DELETE', 'opni', 'opni-events', '', '');
    world.create(20);
    await until(
      'it happens',
      () => world.api.leases.get('opni', 'opni-events')?.spec['holderIdentity'] !== undefined,
    );
    world.create(20);
    await world.delivered();
    // The mark was in the Lease: where the other one goes on, all comes again once, and what the first one sent meanwhile.
    world.check({ maxDuplicates: world.shown.length });
  });
});

describe('The Lease of a forwarder', () => {
  let world: EventWorld;

  beforeEach(async () => {
    world = await EventWorld.start({ settings: { standby: { leaseSeconds: 5 } } });
  });
  afterEach(() => world.close());

  it('that may not be written makes it not ready, with the right that is missing, until it may', async () => {
    world.api.faults.forbid('get leases');
    const forwarder = await world.forwarder();
    await forwarder.start();
    await until('it happens', () => forwarder.health.problems.length > 0);
    expect(forwarder.health.isReady).to.equal(false);
    const [problem] = forwarder.health.problems;
    expect(problem?.part).to.equal('lease');
    expect(problem?.message).to.contain('leases "opni-events" is forbidden');
    expect(world.log.join('')).to.contain('the Lease cannot be renewed or read now; trying again');
    world.create(10);
    await world.clock.sleep(3000);
    expect(world.intake.ledger.documentCount).to.equal(0);
    world.api.faults.allow();
    await world.delivered();
    expect(forwarder.health.isReady).to.equal(true);
    world.check();
  });

  it('that could not be renewed once is forgotten with the next renewal', async () => {
    const forwarder = await world.forwarder();
    await forwarder.start();
    await until('it happens', () => forwarder.health.activity === 'active');
    world.api.faults.script('lease', { status: 403 });
    await until('it happens', () => !forwarder.health.isReady);
    await until('it happens', () => forwarder.health.isReady);
    expect(forwarder.health.activity).to.equal('active');
  });

  it('that was deleted costs one process nothing: it goes on where it was', async () => {
    const forwarder = await world.forwarder();
    await forwarder.start();
    world.create(30);
    await world.delivered();
    world.api.leases.answer('DELETE', 'opni', 'opni-events', '', '');
    await until('it happens', () => world.log.some((line) => line.includes('the Lease was lost')));
    world.create(30);
    await world.delivered();
    world.check();
    expect(world.log.some((line) => line.includes('"reading all events","reason":"expired"'))).to.equal(
      false,
    );
  });

  it('with the mark of another cluster is begun anew', async () => {
    world.create(30);
    const annotations = { [MARK_ANNOTATION]: '99999999', [MARK_CLUSTER_ANNOTATION]: 'another-cluster' };
    const lease = { metadata: { name: 'opni-events', namespace: 'opni', annotations } };
    world.api.leases.answer('POST', 'opni', 'opni-events', '', JSON.stringify(lease));
    const forwarder = await world.forwarder();
    await forwarder.start();
    await world.delivered();
    world.check();
    await until('it happens', () => world.leaseMark !== '99999999');
    const kept = world.api.leases.get('opni', 'opni-events')?.metadata['annotations'] as Record<
      string,
      string
    >;
    expect(kept[MARK_CLUSTER_ANNOTATION]).to.equal('test-cluster');
  });

  for (const hours of [1, -1]) {
    it(`is kept while the wall clock jumps by ${hours} h, and nothing is lost or held up (case 55)`, async () => {
      let jumpMs = 0;
      const clock: Clock = { ...world.clock, wallMs: () => world.clock.wallMs() + jumpMs };
      const forwarder = await world.forwarder({ source: { updateIntervalSeconds: 1 } }, clock);
      await forwarder.start();
      const other = await world.forwarder();
      await until('it happens', () => forwarder.health.activity === 'active');
      await other.start();
      world.create(20);
      await world.delivered();
      jumpMs = hours * 3_600_000;
      world.create(20);
      await world.delivered();
      await world.clock.sleep(10_000);
      world.create(20);
      await world.delivered();
      expect(forwarder.health.activity).to.equal('active');
      expect(forwarder.health.isReady).to.equal(true);
      expect(other.health.activity).to.equal('standby');
      world.check();
    });
  }
});
