import { expect } from 'chai';
import type { TestTier } from '../../support/cluster/test-cluster.js';
import { apply, configMap, homeOf, useCluster } from './support.js';

/** The signal of a caller. */
export function signalCases(tier: TestTier): void {
  describe('the signal of the caller', () => {
    const test = useCluster(tier);

    it('may be used by many requests at once without a warning of Node', async () => {
      const warnings: Error[] = [];
      const onWarning = (warning: Error) => warnings.push(warning);
      process.on('warning', onWarning);
      try {
        const ns = await homeOf(test());
        const { signal } = new AbortController();
        const objects = Array.from({ length: 30 }, (_, index) => configMap(ns, `a${index}`));
        await apply(test(), objects, { signal, concurrency: 24 });
        await new Promise((resolve) => setImmediate(resolve));
      } finally {
        process.off('warning', onWarning);
      }
      expect(warnings.map(({ name, message }) => `${name}: ${message}`)).to.deep.equal([]);
    });
  });
}
