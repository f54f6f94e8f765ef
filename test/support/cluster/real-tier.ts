import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import type { ControlPlane } from '../control-plane/control-plane.js';
import { TestCluster, type TestTier } from './test-cluster.js';

/** Cases on a real API server, which they share: each gets an id of its own for its names. */
export const realTier = (plane: () => ControlPlane): TestTier => ({
  name: 'real',
  open: async () => TestCluster.open('real', plane().backend, randomBytes(3).toString('hex')),
  kubectl: (args, input = '') => kubectl(plane(), args, input),
});

function kubectl(plane: ControlPlane, args: readonly string[], input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      plane.binary('kubectl'),
      [`--kubeconfig=${plane.kubeconfig()}`, ...args],
      (error, stdout, stderr) => {
        if (error) reject(new Error(`kubectl ${args.join(' ')}: ${stderr}`, { cause: error }));
        else resolve(stdout);
      },
    );
    child.stdin?.end(input);
  });
}
