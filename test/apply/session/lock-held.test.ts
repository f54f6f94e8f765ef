import { expect } from 'chai';
import { unreachable } from '../../kube/fake-leases.js';
import { heldBy, LockWorld } from './lock-support.js';

const LOST = 'Lease logs/main-apply: the lock was lost, because ';

describe('a lock that is held', () => {
  let world: LockWorld;
  beforeEach(() => {
    world = new LockWorld();
  });
  afterEach(() => world.close());

  it('renews itself three times within its duration, and counts no other holder', async () => {
    await world.take('a');
    const times: unknown[] = [];
    for (let third = 0; third < 3; third += 1) {
      await world.clock.advance(10_000);
      times.push(world.leases.lease?.spec?.['renewTime']);
    }
    expect(times).to.deep.equal([
      '2026-01-01T00:00:10.000000Z',
      '2026-01-01T00:00:20.000000Z',
      '2026-01-01T00:00:30.000000Z',
    ]);
    expect(world.leases.lease?.spec).to.include({ holderIdentity: 'a', leaseTransitions: 1 });
  });

  it('asks nobody before half of its time has passed since the last renewal', async () => {
    const { lock } = await world.take('a');
    world.clock.freeze(14_999);
    const before = world.leases.log.length;
    expect(await heldBy(lock)).to.equal('held');
    expect(world.leases.log).to.have.length(before);
    world.clock.freeze(1);
    expect(await heldBy(lock)).to.equal('held');
    expect(world.leases.log.slice(before)).to.deep.equal(['GET 200', 'PUT 200']);
  });

  it('48: is lost after a pause in which another one took it', async () => {
    const { lock } = await world.take('a');
    lock?.stop();
    world.clock.freeze(31_000);
    world.leases.write({ holderIdentity: 'b', leaseDurationSeconds: 30, renewTime: 'x' });
    expect(await heldBy(lock)).to.equal(`${LOST}b holds it now. Nothing more was changed; run again.`);
    expect(world.leases.holder, 'and is not taken back').to.equal('b');
  });

  it('48: is lost after a pause in which another one took it and let it go', async () => {
    const { lock } = await world.take('a');
    world.clock.freeze(31_000);
    const other = await world.take('b', { waitMs: 0 });
    expect(other.refused, 'its time is over by the clock of nobody yet').to.contain('held by a');
    world.leases.write({ holderIdentity: '', leaseDurationSeconds: 1 });
    expect(await heldBy(lock)).to.contain(`${LOST}nobody holds it now`);
  });

  it('48: goes on after a pause in which nobody took it', async () => {
    const { lock } = await world.take('a');
    world.clock.freeze(600_000);
    expect(await heldBy(lock)).to.equal('held');
    expect(world.leases.lease?.spec).to.include({ renewTime: '2026-01-01T00:10:00.000000Z' });
  });

  it('48: is lost when somebody deleted the Lease', async () => {
    const { lock } = await world.take('a');
    world.leases.lease = undefined;
    await world.clock.advance(10_000);
    expect(await heldBy(lock)).to.contain(`${LOST}the Lease was deleted`);
    expect(world.leases.lease, 'and is not made anew').to.equal(undefined);
  });

  it('48: is lost when it cannot be renewed for half of its time', async () => {
    const { lock } = await world.take('a');
    world.leases.disturbance = { before: unreachable };
    await world.clock.advance(14_999);
    expect(await heldBy(lock)).to.equal('held');
    await world.clock.advance(1);
    expect(await heldBy(lock)).to.contain(`${LOST}it could not be renewed in time`);
    world.leases.disturbance = {};
    expect(await heldBy(lock), 'once lost, for good').to.contain('it could not be renewed in time');
    const before = world.leases.log.length;
    await world.clock.advance(60_000);
    expect(world.leases.log, 'and nothing more is sent').to.have.length(before);
  });

  it('survives a renewal that failed, by the next one', async () => {
    const { lock } = await world.take('a');
    world.leases.disturbance = { before: unreachable };
    await world.clock.advance(10_000);
    world.leases.disturbance = {};
    await world.clock.advance(5000);
    expect(await heldBy(lock)).to.equal('held');
    expect(world.leases.lease?.spec).to.include({ renewTime: '2026-01-01T00:00:15.000000Z' });
  });

  it('is not lost when the answer to its renewal is', async () => {
    const { lock } = await world.take('a');
    let lost = false;
    // The client sends a PUT again whose answer did not come; the second one meets the version of the first.
    world.leases.disturbance = {
      after: ({ method }, answer) => {
        if (method !== 'PUT' || lost) return undefined;
        lost = true;
        return { ...answer, status: 409, body: {} };
      },
    };
    world.clock.freeze(15_000);
    expect(await heldBy(lock)).to.equal('held');
    expect(lost).to.equal(true);
    await lock?.release();
    expect(world.leases.holder).to.equal('');
  });

  it('is not lost when somebody puts a label on the Lease', async () => {
    const { lock } = await world.take('a');
    let isFirst = true;
    world.leases.disturbance = {
      before: ({ method }) => {
        if (method === 'PUT' && isFirst) world.leases.write(world.leases.lease?.spec);
        if (method === 'PUT') isFirst = false;
      },
    };
    world.clock.freeze(15_000);
    expect(await heldBy(lock)).to.equal('held');
    expect(isFirst).to.equal(false);
  });

  it('renews once for many who ask at the same time', async () => {
    const { lock } = await world.take('a');
    world.clock.freeze(20_000);
    const before = world.leases.log.length;
    expect(await Promise.all([heldBy(lock), heldBy(lock), heldBy(lock)])).to.deep.equal([
      'held',
      'held',
      'held',
    ]);
    expect(world.leases.log.slice(before)).to.deep.equal(['GET 200', 'PUT 200']);
  });

  describe('when it is released', () => {
    it('renews no more', async () => {
      const { lock } = await world.take('a');
      await lock?.release();
      const before = world.leases.log.length;
      await world.clock.advance(60_000);
      expect(world.leases.log).to.have.length(before);
      expect(world.leases.holder).to.equal('');
    });

    it('leaves it to whoever has it by then', async () => {
      const { lock } = await world.take('a');
      world.leases.write({ holderIdentity: 'b', leaseDurationSeconds: 30, renewTime: 'x' });
      await lock?.release();
      expect(world.leases.holder).to.equal('b');
    });

    it('never fails', async () => {
      const { lock } = await world.take('a');
      world.leases.disturbance = { before: unreachable };
      await lock?.release();
      await lock?.release();
      expect(world.leases.holder).to.equal('a');
    });

    it('waits for a renewal that is under way, so that it does not come after', async () => {
      const { lock } = await world.take('a');
      let answer = () => {};
      world.leases.disturbance = {
        after: ({ method }) =>
          method === 'GET' ? new Promise<void>((resolve) => (answer = resolve)) : undefined,
      };
      world.clock.freeze(15_000);
      const held = heldBy(lock);
      const released = lock?.release();
      await world.clock.advance(0);
      expect(world.leases.holder).to.equal('a');
      world.leases.disturbance = {};
      answer();
      expect(await held).to.be.oneOf([
        'held',
        `${LOST}it was released. Nothing more was changed; run again.`,
      ]);
      await released;
      expect(world.leases.holder).to.equal('');
    });
  });

  it('runs out by itself when its holder stops without a word', async () => {
    const { lock } = await world.take('a');
    lock?.stop();
    await world.clock.advance(29_000);
    expect(world.leases.holder).to.equal('a');
    expect(world.leases.lease?.spec).to.include({ renewTime: '2026-01-01T00:00:00.000000Z' });
  });
});
