import { expect } from 'chai';
import { messageOf, OpniLoggingError } from '../../src/common/error.js';
import { leaseRule } from '../../src/constructs/access.js';
import type { Annotations } from '../../src/kube/lease.js';
import { PLACE, settled } from './fake-leases.js';
import { LeaseWorld } from './lease-actors.js';

describe('LeaseLock', () => {
  let world: LeaseWorld;
  beforeEach(() => {
    world = new LeaseWorld();
  });
  afterEach(() => world.close());
  const annotations = () => world.leases.lease?.metadata.annotations;
  const reasonOf = (signal: AbortSignal) => (signal.aborted ? messageOf(signal.reason) : undefined);

  describe('for a standby', () => {
    for (const seconds of [15, 10]) {
      it(`is taken from a holder that vanished within ${seconds} s and two looks`, async () => {
        const first = await world.holder('a', { durationMs: seconds * 1000 });
        const second = world.actor('b');
        await second.take({ durationMs: seconds * 1000 });
        expect(second.waited).to.deep.equal(['a']);
        await world.time.advance(60_000 + 333);
        first.die();
        const tookMs = await world.untilHeld(second, 60_000);
        expect(tookMs).to.be.at.most(seconds * 1000 + 2000);
        if (seconds === 10) expect(tookMs).to.be.below(15_000);
      });
    }

    it('waits without a limit, looking as often as it is told', async () => {
      await world.holder('a');
      const second = world.actor('b');
      await second.take({ pollMs: 500 });
      const before = world.leases.log.length;
      await world.time.advance(3_600_000);
      expect(second.lock).to.equal(undefined);
      expect(second.refused).to.equal(undefined);
      expect(second.waited, 'told once').to.deep.equal(['a']);
      // The holder adds two requests for each renewal.
      expect(world.leases.log.length - before).to.equal(7200 + 2 * 720);
    });

    it('is taken at the next look after a release', async () => {
      const first = await world.holder('a');
      const second = world.actor('b');
      await second.take();
      await world.time.advance(4700);
      await first.lock.release();
      expect(first.lock.held).to.equal(false);
      expect(first.lock.lost.aborted, 'a release is no loss').to.equal(false);
      expect(await world.untilHeld(second, 5000)).to.be.at.most(1000);
    });

    it('is told of looks that fail, and goes on looking', async () => {
      const first = await world.holder('a');
      const second = world.actor('b');
      await second.take();
      second.network.lostRequests = 3;
      await world.time.advance(5000);
      expect(second.troubles.map(messageOf)).to.deep.equal(['no answer', 'no answer', 'no answer']);
      await first.lock.release();
      expect(await world.untilHeld(second, 1000)).to.not.equal(undefined);
    });

    it('does not take a Lease for silent that was renewed while a slow answer was on its way', async () => {
      const first = await world.holder('a', { durationMs: 10_000 });
      await world.time.advance(2000);
      const second = world.actor('b');
      // It arrives at 11.5 s, after the renewal at 10 s; the next look is before that of 13.3 s.
      second.network.thereMs = 9500;
      await second.take({ durationMs: 10_000 });
      await world.time.advance(9400);
      second.network.thereMs = 0;
      await world.time.advance(30_000);
      expect(first.works).to.equal(true);
      expect(second.lock).to.equal(undefined);
    });
  });

  describe('when it is lost', () => {
    it('tells at once when another one holds it', async () => {
      const { lock } = await world.holder('a');
      world.leases.write({ holderIdentity: 'b', leaseDurationSeconds: 15, renewTime: 'x' });
      await world.time.advance(5000);
      expect(lock.held).to.equal(false);
      expect(reasonOf(lock.lost)).to.equal(
        'Lease logs/main-apply: the lock was lost, because b holds it now',
      );
      expect(world.leases.holder).to.equal('b');
    });

    it('tells at once when the Lease was deleted, and does not make it anew', async () => {
      const { lock } = await world.holder('a');
      world.leases.lease = undefined;
      await world.time.advance(5000);
      expect(reasonOf(lock.lost)).to.contain('the Lease was deleted');
      await lock.release();
      expect(world.leases.lease).to.equal(undefined);
    });

    it('tells after four fifths of its time without a renewal, and for good', async () => {
      const first = await world.holder('a');
      first.network.lostRequests = 1000;
      await world.time.advance(11_999);
      expect(first.lock.held).to.equal(true);
      await world.time.advance(1);
      expect(reasonOf(first.lock.lost)).to.contain('it could not be renewed in time');
      first.network.lostRequests = 0;
      const before = world.leases.log.length;
      await world.time.advance(60_000);
      expect(first.lock.held).to.equal(false);
      expect(world.leases.log, 'nothing more is sent').to.have.length(before);
      expect(await first.lock.save()).to.equal(false);
    });

    it('is not held at once after a pause of the process, before any timer goes off (case 53)', async () => {
      const { lock } = await world.holder('a');
      world.time.freeze(20_000);
      expect(lock.held).to.equal(false);
      expect(lock.lost.aborted).to.equal(true);
    });

    it('goes to another when renewals take 30 s, and never to both (case 54)', async () => {
      const first = await world.holder('a');
      const second = world.actor('b');
      await second.take();
      first.network.thereMs = 30_000;
      let lostAt: number | undefined;
      let takenAt: number | undefined;
      for (let ms = 0; ms < 90_000; ms += 100) {
        await world.time.advance(100);
        if (!first.lock.held) lostAt ??= ms;
        if (second.works) takenAt ??= ms;
        expect(first.lock.held && second.works).to.equal(false);
      }
      expect(lostAt).to.be.at.most(12_000);
      expect(takenAt).to.be.within(lostAt!, 18_000);
      expect(second.works, 'for good').to.equal(true);
    });

    it('is not lost by one request that hangs, or by answers that are lost', async () => {
      const first = await world.holder('a');
      first.network.lostAnswers = 1;
      await world.time.advance(5000);
      first.network.thereMs = 60_000;
      await world.time.advance(1000);
      first.network.thereMs = 0;
      await world.time.advance(5000);
      expect(first.lock.held).to.equal(true);
      first.network.lostAnswers = 2;
      await world.time.advance(60_000);
      expect(first.lock.held).to.equal(true);
      expect(first.troubles).to.have.length(4);
    });
  });

  it('is released although somebody wrote the Lease meanwhile', async () => {
    const first = await world.holder('a', { annotations: (): Annotations => ({ mark: '1' }) });
    world.leases.write(world.leases.lease?.spec, { label: 'x' });
    await first.lock.release();
    expect(world.leases.holder).to.equal('');
    expect(annotations()).to.deep.equal({ label: 'x', mark: '1' });
  });

  it('ends a release that nobody answers when the lock would have run out', async () => {
    const first = await world.holder('a');
    first.network.thereMs = 1_000_000;
    let released = false;
    void first.lock.release().then(() => {
      released = true;
    });
    await world.time.advance(12_000);
    expect(released).to.equal(true);
  });

  it('writes each renewal, also twice within one second of the server', async () => {
    const { lock } = await world.holder('a');
    const times = [world.leases.lease?.spec?.['renewTime']];
    for (let saves = 0; saves < 2; saves += 1) {
      expect(await lock.save()).to.equal(true);
      times.push(world.leases.lease?.spec?.['renewTime']);
    }
    expect(times[0]).to.not.equal(times[1]);
    expect(times[1]).to.not.equal(times[2]);
  });

  it('says which right is missing, and how to mend it', async () => {
    for (const [method, right] of [
      ['GET', 'get'],
      ['PATCH', 'create and patch'],
      ['PUT', 'update'],
    ] as const) {
      world.leases.lease = undefined;
      world.leases.disturbance = {
        after: (request, answer) =>
          request.method === method
            ? { ...answer, status: 403, body: { kind: 'Status', message: 'no' } }
            : undefined,
      };
      const actor = world.actor('a');
      await actor.take({ onTrouble: undefined });
      const error = actor.refused as OpniLoggingError;
      expect(error).to.be.instanceOf(OpniLoggingError);
      expect(error.problems[0]?.fix).to.equal(
        `let the account ${right} leases of coordination.k8s.io named ${PLACE.name} in the namespace logs; a lock needs get, create, patch and update`,
      );
    }
  });

  it('needs no other right than a rule for leases gives', async () => {
    const first = await world.holder('a');
    await first.lock.save();
    await first.lock.release();
    await settled();
    const verbs = { GET: ['get'], PATCH: ['create', 'patch'], PUT: ['update'] } as Record<string, string[]>;
    const used = world.leases.log.flatMap((entry) => verbs[entry.split(' ')[0]!] ?? [entry]);
    expect([...new Set(used)].sort()).to.deep.equal(leaseRule([PLACE.name]).verbs);
  });
});
