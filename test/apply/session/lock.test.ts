import { expect } from 'chai';
import { heldBy, LockWorld } from './lock-support.js';

describe('Lock.acquire', () => {
  let world: LockWorld;
  beforeEach(() => {
    world = new LockWorld();
  });
  afterEach(() => world.close());

  it('makes the Lease without a holder, and takes it by its version', async () => {
    const { lock } = await world.take('a');
    expect(lock?.holder).to.equal('a');
    expect(world.leases.log).to.deep.equal(['GET 404', 'PATCH 201', 'PUT 200']);
    expect(world.leases.lease?.spec).to.deep.equal({
      holderIdentity: 'a',
      leaseDurationSeconds: 30,
      renewTime: '2026-01-01T00:00:00.000000Z',
      leaseTransitions: 1,
    });
  });

  it('takes a Lease that was let go, and counts its holders', async () => {
    world.leases.write({ holderIdentity: '', leaseDurationSeconds: 1, leaseTransitions: 4 });
    const { lock } = await world.take('a', { durationMs: 1500 });
    expect(await heldBy(lock)).to.equal('held');
    expect(world.leases.lease?.spec).to.include({ leaseTransitions: 5, leaseDurationSeconds: 2 });
  });

  it('names a holder of its own for each lock', async () => {
    const first = await world.take('', { holder: undefined });
    const other = new LockWorld();
    const second = await other.take('', { holder: undefined });
    other.close();
    expect(first.lock?.holder).to.match(/_\d+_[0-9a-f]{8}$/);
    expect(second.lock?.holder).to.not.equal(first.lock?.holder);
  });

  it('47: waits for another holder, says whom for, and gives up in time', async () => {
    await world.take('a');
    const second = await world.take('b', { waitMs: 10_000 });
    expect(second).to.deep.equal({ waited: ['a'] });
    await world.clock.advance(9_999);
    expect(second.refused).to.equal(undefined);
    await world.clock.advance(1);
    expect(second.refused).to.equal('The lock is held by a. Nothing was changed.');
    expect(second.waited).to.deep.equal(['a']);
    expect(world.leases.holder).to.equal('a');
  });

  it('47: looks once when it may not wait', async () => {
    await world.take('a');
    const { refused } = await world.take('b', { waitMs: 0 });
    expect(refused).to.contain('held by a');
    expect(world.leases.log.slice(3)).to.deep.equal(['GET 200']);
  });

  it('47: takes over from a holder that has been silent for the whole time, and not before', async () => {
    const first = await world.take('a');
    first.lock?.stop();
    const second = await world.take('b');
    await world.clock.advance(30_000);
    expect(second.lock).to.equal(undefined);
    await world.clock.advance(1000);
    expect(second.lock?.holder).to.equal('b');
    expect(world.leases.lease?.spec).to.include({ holderIdentity: 'b', leaseTransitions: 2 });
    expect(await heldBy(first.lock)).to.contain('b holds it now');
  });

  it('47: takes as much time as the holder asked for', async () => {
    world.leases.write({
      holderIdentity: 'a',
      leaseDurationSeconds: 50,
      renewTime: '2026-01-01T00:00:00.000000Z',
    });
    const { lock } = await world.take('b', { waitMs: 0, durationMs: 10_000 });
    expect(lock).to.equal(undefined);
    const second = await world.take('c', { durationMs: 10_000 });
    await world.clock.advance(50_000);
    expect(second.lock).to.equal(undefined);
    await world.clock.advance(1000);
    expect(second.lock?.holder).to.equal('c');
  });

  it('47: never takes over from a holder that goes on', async () => {
    const first = await world.take('a');
    const second = await world.take('b', { waitMs: 600_000 });
    await world.clock.advance(599_000);
    expect(second.lock).to.equal(undefined);
    expect(await heldBy(first.lock)).to.equal('held');
    await world.clock.advance(2000);
    expect(second.refused).to.contain('held by a');
  });

  it('47: need not watch a Lease that ran out long ago by the time of the server', async () => {
    await world.clock.advance(35_000);
    const spec = { holderIdentity: 'dead', leaseDurationSeconds: 30 };
    world.leases.write({ ...spec, renewTime: '2026-01-01T00:00:00.000000Z' });
    expect((await world.take('a', { waitMs: 0 })).refused, 'clocks of servers differ').to.contain(
      'held by dead',
    );
    world.leases.write({ ...spec, renewTime: '2025-12-31T23:59:59.999000Z' });
    expect((await world.take('b', { waitMs: 0 })).lock?.holder).to.equal('b');
  });

  it('takes a Lease that a holder never renewed', async () => {
    world.leases.write({ holderIdentity: 'x' });
    expect((await world.take('a', { waitMs: 0 })).lock?.holder).to.equal('a');
  });

  it('47: takes what was released at the next look', async () => {
    const first = await world.take('a');
    const second = await world.take('b');
    await first.lock?.release();
    expect(world.leases.lease?.spec).to.include({ holderIdentity: '', leaseDurationSeconds: 1 });
    await world.clock.advance(1000);
    expect(second.lock?.holder).to.equal('b');
    expect(await heldBy(first.lock)).to.contain('it was released');
  });

  it('is told of each new holder once', async () => {
    const first = await world.take('a');
    const late = await world.take('z', { waitMs: 600_000 });
    await world.clock.advance(5000);
    await first.lock?.release();
    await world.take('b');
    await world.clock.advance(5000);
    expect(late.waited).to.deep.equal(['a', 'b']);
  });

  it('49: stops waiting when it is told to', async () => {
    await world.take('a');
    const abort = new AbortController();
    const second = await world.take('b', { signal: abort.signal });
    abort.abort(new Error('newer input'));
    await world.clock.advance(0);
    expect(second.refused).to.equal('newer input');
    expect((await world.take('c', { signal: abort.signal })).refused).to.equal('newer input');
  });

  it('22: says what may not be done with the Lease', async () => {
    const forbid = (method: string) => {
      world.leases.disturbance = {
        after: (request, answer) =>
          request.method === method
            ? { ...answer, status: 403, body: { kind: 'Status', message: `cannot ${method}` } }
            : undefined,
      };
    };
    for (const method of ['GET', 'PATCH', 'PUT']) {
      world.leases.lease = undefined;
      forbid(method);
      expect((await world.take('a')).refused).to.equal(`Lease logs/main-apply: cannot ${method}`);
    }
  });
});
