import { expect } from 'chai';
import { messageOf } from '../../src/common/error.js';
import { LeaseWorld } from './lease-actors.js';

describe('the annotations of a LeaseLock', () => {
  let world: LeaseWorld;
  beforeEach(() => {
    world = new LeaseWorld();
  });
  afterEach(() => world.close());
  const annotations = () => world.leases.lease?.metadata.annotations;

  it('are written with a renewal, and not when it is taken', async () => {
    world.leases.write({ holderIdentity: '' }, { mark: '7', other: 'x' });
    let mark = '8';
    const { lock } = await world.holder('a', { annotations: () => ({ mark }) });
    expect(lock.acquired.annotations).to.deep.equal({ mark: '7', other: 'x' });
    expect(annotations()).to.deep.equal({ mark: '7', other: 'x' });
    mark = '9';
    await world.time.advance(5000);
    expect(annotations()).to.deep.equal({ mark: '9', other: 'x' });
    expect(lock.acquired.annotations, 'as they were').to.deep.equal({ mark: '7', other: 'x' });
  });

  it('can be taken away one by one, and those of others stay', async () => {
    world.leases.write({ holderIdentity: '' }, { mark: '7', other: 'x' });
    const { lock } = await world.holder('a', { annotations: () => ({ mark: undefined }) });
    expect(await lock.save()).to.equal(true);
    expect(annotations()).to.deep.equal({ other: 'x' });
  });

  it('go to the next holder with a release', async () => {
    let mark: string | undefined;
    const first = await world.holder('a', { annotations: () => ({ mark }) });
    const second = world.actor('b');
    await second.take();
    mark = '42';
    await first.lock.release();
    await world.untilHeld(second, 2000);
    expect(second.lock?.acquired.annotations).to.deep.equal({ mark: '42' });
  });

  it('go to the next holder as they were saved when the holder vanished', async () => {
    const first = await world.holder('a', { annotations: () => ({ mark: '5' }) });
    expect(await first.lock.save()).to.equal(true);
    first.die();
    const second = world.actor('b');
    await second.take();
    await world.untilHeld(second, 20_000);
    expect(second.lock?.acquired.annotations).to.deep.equal({ mark: '5' });
  });

  it('are saved as they are at the call, also while a renewal is under way', async () => {
    let mark = 'old';
    const first = await world.holder('a', { annotations: () => ({ mark }) });
    first.network.backMs = 1000;
    await world.time.advance(6500);
    mark = 'new';
    const saves = [first.lock.save(), first.lock.save()];
    await world.time.advance(5000);
    expect(await Promise.all(saves)).to.deep.equal([true, true]);
    expect(annotations()).to.deep.equal({ mark: 'new' });
  });

  it('renew the lock when they are saved', async () => {
    const first = await world.holder('a');
    await world.time.advance(4000);
    await first.lock.save();
    first.network.lostRequests = 1000;
    await world.time.advance(11_900);
    expect(first.lock.held).to.equal(true);
  });

  it('tell when they were not saved, and wait no longer than the signal', async () => {
    const first = await world.holder('a', { annotations: () => ({ mark: 'x' }) });
    first.network.lostRequests = 1;
    expect(await first.lock.save()).to.equal(false);
    expect(first.troubles.map(messageOf)).to.deep.equal(['no answer']);
    first.network.thereMs = 2000;
    const abort = new AbortController();
    const saved = first.lock.save(abort.signal).then(String, messageOf);
    abort.abort(new Error('enough'));
    expect(await saved).to.equal('enough');
    expect(first.lock.held).to.equal(true);
  });

  it('are never written over those of the next holder', async () => {
    const first = await world.holder('a', { annotations: () => ({ mark: 'old' }) });
    world.leases.write({ holderIdentity: 'b', renewTime: 'x' }, { mark: 'new' });
    expect(await first.lock.save()).to.equal(false);
    await first.lock.release();
    expect(annotations()).to.deep.equal({ mark: 'new' });
    expect(world.leases.holder).to.equal('b');
  });
});
