import { expect } from 'chai';
import fc from 'fast-check';
import { compareToLive } from '../../../src/apply/fields/compare.js';
import type { KubernetesObject } from '../../../src/constructs/kubernetes-object.js';
import type { LiveObject } from '../../../src/kube/live-object.js';
import { appliedBy, updatedBy } from '../unit-support.js';
import { ownedBy } from './owned-fields.js';

const ME = 'opni-logging';

const word = fc.constantFrom('a', 'b', 'c.d/e', 'x-y', '0', 'toString', '');
const named = (item: fc.Arbitrary<object>) =>
  fc.uniqueArray(fc.tuple(fc.constantFrom('m', 'n', 'o'), item), {
    selector: ([name]) => name,
    maxLength: 3,
  });
const withNames = (items: fc.Arbitrary<[string, object][]>) =>
  items.map((list) => list.map(([name, item]) => ({ name, ...item })));

const container = fc.record(
  {
    image: word,
    args: fc.array(word, { minLength: 1, maxLength: 3 }),
    env: withNames(named(fc.record({ value: fc.constantFrom('1', '2', '0.5') }))).filter(
      (list) => list.length > 0,
    ),
    resources: fc.record({ limits: fc.record({ cpu: fc.constantFrom('500m', '1', '2k') }) }),
  },
  { requiredKeys: [] },
);

const deployments: fc.Arbitrary<KubernetesObject> = fc
  .record({
    labels: fc
      .dictionary(word.filter(Boolean), word, { maxKeys: 3 })
      .filter((map) => Object.keys(map).length > 0),
    replicas: fc.integer({ min: 0, max: 3 }),
    revisionHistoryLimit: fc.integer({ min: 1, max: 3 }),
    containers: withNames(named(container)).filter((list) => list.length > 0),
  })
  .map(({ labels, replicas, revisionHistoryLimit, containers }) => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'x', namespace: 'n', labels },
    spec: {
      replicas,
      revisionHistoryLimit,
      selector: { matchLabels: labels },
      template: { spec: { containers } },
    },
  }));

function applied(object: KubernetesObject): LiveObject {
  const live = structuredClone(object);
  const managedFields = [appliedBy(ME, ownedBy(object), object.apiVersion)];
  return { ...live, metadata: { ...live.metadata, uid: 'u', resourceVersion: '1', managedFields } };
}

type Put = (value: unknown) => unknown;

/** All changes of one place. */
function* edits(value: unknown, put: Put, isItem = false): Generator<unknown> {
  if (typeof value === 'string') yield put(`${value}!`);
  if (typeof value === 'number') yield put(value + 1);
  if (Array.isArray(value)) yield* editsOfList(value, put);
  else if (typeof value === 'object' && value !== null) yield* editsOfMap(value, put, isItem);
}

function* editsOfList(list: readonly unknown[], put: Put): Generator<unknown> {
  yield put([...list, typeof list[0] === 'object' ? { name: 'new' } : 'new']);
  yield put(list.slice(1));
  const reversed = [...list].reverse();
  if (JSON.stringify(list) !== JSON.stringify(reversed)) yield put(reversed);
  for (const [index, item] of list.entries()) {
    yield* edits(item, (next) => put(list.map((other, place) => (place === index ? next : other))), true);
  }
}

function* editsOfMap(map: object, put: Put, isItem: boolean): Generator<unknown> {
  yield put({ ...map, added: 'new' });
  for (const [name, child] of Object.entries(map)) {
    // An item of another name is another item.
    if (isItem && name === 'name') continue;
    yield put(Object.fromEntries(Object.entries(map).filter(([other]) => other !== name)));
    yield* edits(child, (next) => put({ ...map, [name]: next }));
  }
}

const editsOf = ({ spec, ...rest }: KubernetesObject): KubernetesObject[] => [
  ...(edits(spec, (next) => ({ ...rest, spec: next })) as Generator<KubernetesObject>),
];

describe('compareToLive, for any object', () => {
  it('2: takes what was applied for the same', () => {
    fc.assert(
      fc.property(deployments, (object) => {
        expect(compareToLive(object, applied(object), ME)).to.deep.equal({ same: true });
      }),
    );
  });

  it('3: finds every single change of what is wanted', () => {
    fc.assert(
      fc.property(deployments, (object) => {
        const live = applied(object);
        const missed = editsOf(object).filter((edited) => compareToLive(edited, live, ME).same);
        expect(missed).to.deep.equal([]);
      }),
    );
  });

  it('4: finds every single edit in the cluster, but for additions to what is owned in parts', () => {
    fc.assert(
      fc.property(deployments, (object) => {
        const { metadata } = applied(object);
        const missed = editsOf(object).filter(
          (edited) => compareToLive(object, { ...edited, metadata }, ME).same,
        );
        const ours = ownedBy(object);
        for (const edited of missed) {
          // Nothing that is ours was touched: it is still there, and the rest belongs to others.
          expect(JSON.stringify(edited)).to.match(/"new"/);
          expect(ownedBy(edited)).to.not.deep.equal(ours);
        }
      }),
    );
  });

  it('5: takes it for the same whatever others own besides', () => {
    fc.assert(
      fc.property(deployments, fc.dictionary(word, word), (object, annotations) => {
        const live = applied(object);
        const others = updatedBy('other', { 'f:metadata': { 'f:annotations': { 'f:z': {} } } }, 'apps/v1');
        const managedFields = [others, ...(live.metadata.managedFields ?? [])];
        const more = {
          ...live,
          status: { x: 1 },
          metadata: { ...live.metadata, annotations, managedFields },
        };
        expect(compareToLive(object, more, ME)).to.deep.equal({ same: true });
      }),
    );
  });

  it('6: finds every place that is ours and not wanted', () => {
    fc.assert(
      fc.property(deployments, (object) => {
        const owned = ownedBy(object);
        for (const name of ['f:status', 'f:spec', 'f:metadata']) {
          const more = { ...owned, [name]: { ...owned[name], 'f:gone': {} } };
          const live = applied(object);
          const managedFields = [appliedBy(ME, more, 'apps/v1')];
          const metadata = { ...live.metadata, managedFields };
          expect(compareToLive(object, { ...live, metadata }, ME).same).to.equal(false);
        }
      }),
    );
  });
});
