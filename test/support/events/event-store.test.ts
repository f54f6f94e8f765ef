import { expect } from 'chai';
import { EventCorpus } from './event-corpus.js';
import { EventStore } from './event-store.js';

const ids = (states: readonly { readonly id: string }[]) => states.map(({ id }) => id);

describe('the etcd model of events', () => {
  it('counts past 2^53 and 2^64 (case 12)', () => {
    for (const revision of [2n ** 53n, 2n ** 64n]) {
      const store = new EventStore({ revision });
      const first = store.create({ metadata: { name: 'a' } });
      const second = store.create({ metadata: { name: 'b' } });
      expect([BigInt(first.resourceVersion), BigInt(second.resourceVersion)]).to.deep.equal([
        revision + 1n,
        revision + 2n,
      ]);
      expect(second.text).to.include(`"resourceVersion":"${revision + 2n}"`);
    }
  });

  it('lets a clump expire at one revision, the longest unwritten first (case 28)', () => {
    const store = new EventStore();
    const [a] = ['a', 'b', 'c'].map((name) => store.create({ metadata: { name } }));
    store.update(a!.uid, { count: 2 });
    const from = store.range.next;
    store.expire(2);
    expect(store.revision).to.equal(1005n);
    expect(
      [store.change(from), store.change(from + 1)].map(
        (change) => `${change?.previous?.name} ${change?.revision}`,
      ),
    ).to.deep.equal(['b 1005', 'c 1005']);
    expect(store.size).to.equal(1);
    store.create({ metadata: { name: 'd' } });
    store.expire(2, 1);
    expect([store.revision, store.size]).to.deep.equal([1008n, 0]);
  });

  it('deletes a namespace event by event (case 29)', () => {
    const store = new EventStore();
    for (const namespace of ['x', 'y', 'x']) store.create({ metadata: { namespace } });
    store.removeNamespace('x');
    expect(store.snapshot().map(({ namespace }) => namespace)).to.deep.equal(['y']);
    expect(store.revision).to.equal(1005n);
  });

  it('shows each revision as it was until it is compacted', () => {
    const store = new EventStore();
    const { uid } = store.create({ metadata: { name: 'a' } });
    store.update(uid, { count: 2 });
    store.remove(uid);
    const shown = (revision: bigint) => store.snapshot(revision).map(({ id }) => id);
    expect([1000n, 1001n, 1002n, 1003n].map(shown)).to.deep.equal([[], [`${uid}-1001`], [`${uid}-1002`], []]);
    store.compact(1002n);
    expect(shown(1002n)).to.deep.equal([`${uid}-1002`]);
    expect(() => store.snapshot(1001n)).to.throw('compacted');
    expect(() => store.snapshot(1004n)).to.throw('too-large');
    expect(() => store.startAfter(1000n)).to.throw('compacted');
    expect(store.change(store.startAfter(1001n))?.type).to.equal('MODIFIED');
  });

  it('remembers every state that was shown since a mark', () => {
    const store = new EventStore();
    const [gone, kept] = ['a', 'b'].map((name) => store.create({ metadata: { name } }));
    store.remove(gone!.uid);
    const mark = store.mark();
    const changed = store.update(kept!.uid, { count: 2 });
    store.expire();
    expect(ids(store.states())).to.deep.equal([gone!.id, kept!.id, changed.id]);
    expect(ids(store.states(mark))).to.deep.equal([kept!.id, changed.id]);
    expect(store.states(mark).map(({ end }) => end)).to.deep.equal(['changed', 'expired']);
    store.forgetStates(mark);
    expect(ids(store.states())).to.deep.equal([kept!.id, changed.id]);
  });

  it('goes back to a backup, with the objects and the revision of then (case 11)', () => {
    const store = new EventStore();
    const first = store.create({ metadata: { name: 'a' } });
    const lost = store.update(first.uid, { count: 2 });
    store.create({ metadata: { name: 'b' } });
    store.restore(1001n);
    expect([store.revision, store.generation, ids(store.snapshot())]).to.deep.equal([1001n, 1, [first.id]]);
    expect(store.states().find(({ id }) => id === lost.id)?.end).to.equal('restored');
    expect(store.states().find(({ id }) => id === first.id)?.end).to.equal(undefined);
    const again = store.create({ metadata: { name: 'b' } });
    expect(again.resourceVersion).to.equal('1002');
    expect(ids(store.states())).to.include(again.id);
    store.remove(first.uid);
    expect(store.size).to.equal(1);
  });

  it('leaves the objects of a random history as a plain map would', () => {
    const corpus = new EventCorpus({ seed: 7 });
    const store = new EventStore();
    const expected = new Map<string, string>();
    const revisions: [bigint, string[]][] = [];
    const all = () => [...expected.values()].sort();
    for (let step = 0; step < 300; step++) {
      const uids = [...expected.keys()];
      const uid = uids[(step * 7919) % (uids.length || 1)];
      if (uid && step % 3 === 0) expected.set(uid, store.update(uid, { count: step }).id);
      else if (uid && step % 5 === 0) {
        store.remove(uid);
        expected.delete(uid);
      } else {
        const made = store.create(corpus.next());
        expected.set(made.uid, made.id);
      }
      if (step % 20 === 0) revisions.push([store.revision, all()]);
    }
    for (const [revision, present] of revisions)
      expect(ids(store.snapshot(revision)).sort()).to.deep.equal(present);
    store.restore(revisions[3]![0]);
    expect(ids(store.snapshot()).sort()).to.deep.equal(revisions[3]![1]);
  });
});
