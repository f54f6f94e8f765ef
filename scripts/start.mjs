// What `npm start` does once everything is built: the manifests of the examples, and what to try next.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './sources.mjs';

const OUTPUT = 'dist/examples';
const COMMAND = 'npx opni-logging';

const folders = ['examples', ...foldersIn('examples').map((name) => `examples/${name}`)];
const { status } = spawnSync(
  process.execPath,
  ['lib/bundle/cli/main.js', 'synth', ...folders, '-o', OUTPUT, '--prune'],
  {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
  },
);
if (status !== 0) process.exit(status ?? 1);

const clusters = foldersIn(OUTPUT);
console.log(`
The manifests of examples/ are in ${OUTPUT}/, one folder a cluster: ${clusters.join(', ')}.

Next, try:
  ls ${OUTPUT}/${clusters[0]}
      what one small file became
  ${COMMAND} init my-cluster.yaml
      a file for a cluster of your own; \`${COMMAND} synth my-cluster.yaml\` makes its manifests
  ${COMMAND} validate examples --show-origin
      every setting that holds, and the file and line it came from
`);

function foldersIn(folder) {
  return readdirSync(join(ROOT, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}
