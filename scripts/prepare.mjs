// Makes a checkout ready to run: installs and builds, each only when something changed. Run by `npm start` and
// `npm test`. Uses Node's own modules only, because nothing else may be there yet.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const OLDEST_NODE = [20, 19];

checkNode();
// Imported late, so that an old Node says what is wrong instead of failing on syntax.
const { ROOT, STAMP, sourceHash } = await import('./sources.mjs');
if (!isInstalled())
  step('Installing the packages of the lockfile', ...npm(), 'ci', '--include=dev', '--no-audit', '--no-fund');
if (read(STAMP)?.trim() !== sourceHash())
  step('Building', process.execPath, join(ROOT, 'scripts', 'build.mjs'));

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_NODE;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  console.error(
    `opni-logging needs Node ${OLDEST_NODE.join('.')} or newer; this is Node ${process.versions.node}.`,
  );
  process.exit(1);
}

/** npm keeps in node_modules what it installed, and writes it last: it must agree with the lockfile. */
function isInstalled() {
  const wanted = packages('package-lock.json');
  const found = packages('node_modules/.package-lock.json');
  if (!found) return false;
  return Object.entries(wanted).every(
    ([path, { version, optional }]) =>
      path === '' || (found[path] ? found[path].version === version : optional),
  );
}

function packages(file) {
  const text = read(join(ROOT, file));
  return text && JSON.parse(text).packages;
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** The npm that started us, or the one on the path. */
function npm() {
  const path = process.env.npm_execpath;
  if (path?.endsWith('.js')) return [process.execPath, path];
  return [process.platform === 'win32' ? 'npm.cmd' : 'npm'];
}

function step(title, command, ...args) {
  console.log(`${title} …`);
  const { status, error } = spawnSync(command, args, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status === 0) return;
  console.error(`${title} failed: ${error ? error.message : 'see the lines above'}.`);
  process.exit(1);
}
