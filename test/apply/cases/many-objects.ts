import { expect } from 'chai';
import type { KubernetesObject } from '../../../src/constructs/kubernetes-object.js';
import { type Fault, statusReply } from '../../support/cluster/front.js';
import type { TestTier } from '../../support/cluster/test-cluster.js';
import { apply, configMap, homeOf, hurried, memberWrites, remove, useCluster } from './support.js';

const COUNT = 1000;

/** Requests that a run may need beside one write for each object: lists, lock, inventory, discovery. */
const OVERHEAD = 120;

/** Requests of a run that finds all as wanted. */
const QUIET = 12;

/** Sets of a thousand objects. */
export function manyObjectCases(tier: TestTier): void {
  describe('a thousand objects', function () {
    this.timeout(300_000);
    const test = useCluster(tier);

    it('70: they take one request each, and a few when nothing is to be done', async () => {
      const ns = await homeOf(test());
      const objects = many(ns);
      const first = await apply(test(), objects);
      expect(first.result).to.deep.include({ outcome: 'applied', counts: { created: COUNT }, problems: [] });
      expect(memberWrites(first)).to.have.length(COUNT);
      expect(test().front.calls.length).to.be.at.most(COUNT + OVERHEAD);
      test().front.clear();
      const again = await apply(test(), objects);
      expect(again.result).to.deep.include({ outcome: 'unchanged', counts: { unchanged: COUNT } });
      expect(again.writes).to.deep.equal([]);
      expect(test().front.calls.length).to.be.at.most(QUIET);
      test().front.clear();
      const changed = await apply(test(), [...objects.slice(1), configMap(ns, 'map-0', { key: 'new' })]);
      expect(changed.result).to.deep.include({ counts: { unchanged: COUNT - 1, configured: 1 } });
      expect(memberWrites(changed)).to.have.length(1);
      expect(test().front.calls.length).to.be.at.most(QUIET + 12);
      const removed = await remove(test());
      expect(removed.result.problems).to.deep.equal([]);
      const left = await test().list('v1', 'ConfigMap', ns);
      expect(left.filter(({ metadata }) => metadata.name.startsWith('map-'))).to.deep.equal([]);
    });

    it('70: a server that has too much to do fails none of them', async () => {
      const ns = await homeOf(test());
      let asked = 0;
      let refused = 0;
      const busy: Fault = () => {
        asked += 1;
        if (asked % 5 !== 0) return undefined;
        refused += 1;
        return statusReply(429, 'TooManyRequests', 'too many requests, please try again later', undefined, {
          'retry-after': '1',
        });
      };
      const run = await test().front.during(busy, () => apply(test(), many(ns), hurried(test())));
      expect(run.result).to.deep.include({ outcome: 'applied', counts: { created: COUNT }, problems: [] });
      expect(refused).to.be.greaterThan(COUNT / 5);
      expect((await test().list('v1', 'ConfigMap', ns)).length).to.be.at.least(COUNT);
    });
  });
}

const many = (ns: string): KubernetesObject[] =>
  Array.from({ length: COUNT }, (_, index) => configMap(ns, `map-${index}`));
