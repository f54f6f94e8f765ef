// Compiles everything to lib/, takes away what no source stands behind any more, and writes the schema for editors.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT, SOURCE_FOLDERS, STAMP, sourceFiles, sourceHash } from './sources.mjs';

const LIB = join(ROOT, 'lib');
const hash = sourceHash();

mkdirSync(LIB, { recursive: true });
rmSync(STAMP, { force: true });
removeStale();
const compiler = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
const { status } = spawnSync(process.execPath, [compiler, '-p', ROOT], { stdio: 'inherit' });
if (status !== 0) {
  console.error('The build failed: mend the errors above.');
  process.exit(1);
}
const { publicSchema } = await import(pathToFileURL(join(LIB, 'src/cli/public-schema.js')).href);
writeFileSync(join(LIB, 'schema.json'), publicSchema());
chmodSync(join(LIB, 'src/cli/main.js'), 0o755);
writeFileSync(STAMP, `${hash}\n`);

function removeStale() {
  const expected = new Set(
    SOURCE_FOLDERS.flatMap(sourceFiles).map((file) => join(LIB, file.replace(/(\.d)?\.ts$/, ''))),
  );
  for (const folder of SOURCE_FOLDERS.map((name) => join(LIB, name)).filter(existsSync)) {
    for (const name of readdirSync(folder, { recursive: true })) {
      const output = join(folder, name);
      const source = output.replace(/(\.d\.ts|\.js|\.js\.map)$/, '');
      if (source !== output && !expected.has(source)) rmSync(output);
    }
  }
}
