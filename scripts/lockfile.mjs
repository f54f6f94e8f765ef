// Completes package-lock.json after `npm install`: platform packages of Biome that a registry mirror does not hold are
// left out by npm, and `npm ci` then refuses the lockfile on every machine. Run by `npm run lockfile`.
import { readFileSync, writeFileSync } from 'node:fs';

const file = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(file, 'utf8'));
const { optionalDependencies, engines } = lock.packages['node_modules/@biomejs/biome'];
for (const [name, version] of Object.entries(optionalDependencies)) {
  const [, os, cpu, libc] = /cli-([a-z0-9]+)-([a-z0-9]+)(?:-(musl))?$/.exec(name);
  lock.packages[`node_modules/${name}`] ??= {
    version,
    cpu: [cpu],
    dev: true,
    ...(os === 'linux' ? { libc: [libc ?? 'glibc'] } : {}),
    license: 'MIT OR Apache-2.0',
    optional: true,
    os: [os],
    engines,
  };
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(file, `${JSON.stringify(lock, undefined, 2)}\n`);
