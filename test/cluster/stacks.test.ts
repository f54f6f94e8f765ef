import { App } from 'cdk8s';
import { expect } from 'chai';
import { LoggingChart } from '../../charts/logging-chart.js';
import { applySet } from '../../src/apply/apply.js';
import { setNamed } from '../../src/apply/set/apply-set.js';
import { renderObjects } from '../../src/synth/render.js';
import { STACK_CASES } from '../stack/stack-cases.js';
import { isWrite } from '../support/cluster/front.js';
import { realTier } from '../support/cluster/real-tier.js';
import type { TestCluster } from '../support/cluster/test-cluster.js';
import { sharedPlane } from './hooks.js';

describe('stacks on a real API server', () => {
  let test: TestCluster;
  before(async () => {
    test = await realTier(sharedPlane).open();
  });
  after(() => test.close());

  for (const [index, { title, props }] of STACK_CASES.entries()) {
    it(`are taken, and kept in the form in which they were sent: ${title}`, async () => {
      const name = `s${index}-${test.id}`;
      const { scheduling } = props;
      const own = scheduling && { scheduling: { ...scheduling, priorityClassName: name } };
      const chart = new LoggingChart(new App(), name, { ...props, ...own, namespace: name, prefix: name });
      const objects = renderObjects(chart);
      const set = setNamed(name, name);
      const options = { cluster: test.connect(), set };
      const first = await applySet(objects, options);
      expect(first.problems).to.deep.equal([]);

      // Nothing needs a second look: the comparison of fields and owners suffices.
      test.front.clear();
      expect((await applySet(objects, options)).outcome).to.equal('unchanged');
      expect(test.front.calls.filter(({ method }) => method !== 'GET').map(({ line }) => line)).to.deep.equal(
        [],
      );
      expect(test.front.calls.filter(isWrite)).to.deep.equal([]);

      // Whoever else declares the same, as Argo CD and Flux do, agrees on every field.
      const disagreements: string[] = [];
      for (const object of objects) {
        await test
          .applyAs('somebody-else', object)
          .catch((error: Error) => disagreements.push(error.message));
      }
      expect(disagreements).to.deep.equal([]);
    });
  }
});
