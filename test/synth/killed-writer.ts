import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/**
 * A program for the tests: writes the clusters that are given as JSON, and kills itself before the n-th call that
 * changes the file system. Clusters that are not given are pruned when the fourth argument says so. Exits with 0 when there are fewer such calls.
 *
 * Arguments: output folder, clusters as JSON, n, `prune` or nothing.
 */
const [folder, clusters, fatalCall, prune] = process.argv.slice(2) as [string, string, string, string?];
const CALLS = [
  'mkdirSync',
  'openSync',
  'renameSync',
  'rmdirSync',
  'rmSync',
  'unlinkSync',
  'writeFileSync',
] as const;
let calls = 0;
for (const name of CALLS) {
  const original = fs[name] as (...parameters: unknown[]) => unknown;
  Object.assign(fs, {
    [name]: (...parameters: unknown[]) => {
      calls += 1;
      if (calls === Number(fatalCall)) process.kill(process.pid, 'SIGKILL');
      return original(...parameters);
    },
  });
}
syncBuiltinESMExports();

// Only now, so that the writer sees the calls above.
const { writeOutput } = await import('../../src/synth/write-output.js');
await writeOutput(folder, JSON.parse(clusters) as Parameters<typeof writeOutput>[1], {
  prune: prune === 'prune',
});
