import { expect } from 'chai';
import { applySet } from '../../../src/apply/apply.js';
import { deleteSet } from '../../../src/apply/delete.js';
import { setNamed } from '../../../src/apply/set/apply-set.js';
import { renderStack, STACK_CASES } from '../../stack/stack-cases.js';
import { openModel } from '../cluster/model-tier.js';

const CASES = STACK_CASES.filter(({ distribution }) => distribution === 'rke2');

describe('the stack on the model of an API server', () => {
  for (const { title, props } of CASES) {
    it(`becomes healthy, stays as it is, and goes: ${title}`, async () => {
      const { cluster, server } = await openModel({ loggingOperator: true });
      try {
        const objects = renderStack(props);
        const namespace = objects.find(({ kind }) => kind === 'Namespace')!.metadata.name;
        const options = {
          cluster: cluster.connect(),
          set: setNamed(namespace, 'logging'),
          health: { timeoutMs: 5000, failedMs: 0 },
        };
        const first = await applySet(objects, options);
        expect(first.problems).to.deep.equal([]);
        cluster.front.clear();

        const second = await applySet(objects, options);

        expect(second.outcome).to.equal('unchanged');
        expect(cluster.front.writes).to.deep.equal([]);
        expect(
          cluster.front.calls.map(({ line }) => line).filter((line) => line.includes('dry')),
        ).to.deep.equal([]);

        const gone = await deleteSet({ ...options, definitions: true, namespaces: true, volumes: true });
        expect(gone.problems).to.deep.equal([]);
        expect(server.store.get('Namespace', undefined, namespace)).to.equal(undefined);
      } finally {
        cluster.close();
      }
    });
  }
});
