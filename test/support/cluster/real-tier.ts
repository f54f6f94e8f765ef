import { randomBytes } from 'node:crypto';
import type { ControlPlane } from '../control-plane/control-plane.js';
import { TestCluster, type TestTier } from './test-cluster.js';

/** Cases on a real API server, which they share: each gets an id of its own for its names. */
export const realTier = (plane: () => ControlPlane): TestTier => ({
  name: 'real',
  open: async () => TestCluster.open('real', plane().backend, randomBytes(3).toString('hex')),
});
