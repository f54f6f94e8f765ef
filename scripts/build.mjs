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
if (status !== 0) process.exit(1);
const { publicSchema } = await import(pathToFileURL(join(LIB, 'src/cli/public-schema.js')).href);
writeFileSync(join(LIB, 'schema.json'), publicSchema());
await bundleCommand();
writeFileSync(STAMP, `${hash}\n`);

/**
 * The command in a few files instead of a hundred and thirty: loading modules was most of its start-up time. The Kubernetes
 * client stays outside: it is large, and only `init` asks for it.
 */
async function bundleCommand() {
  const bundle = join(LIB, 'bundle');
  rmSync(bundle, { recursive: true, force: true });
  const { build } = await import('esbuild');
  await build({
    entryPoints: [join(LIB, 'src/cli/main.js')],
    outbase: join(LIB, 'src'),
    outdir: bundle,
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: ['@kubernetes/client-node'],
    // Some of what is bundled is CommonJS and asks for Node's own modules.
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
  });
  chmodSync(join(bundle, 'cli/main.js'), 0o755);
}

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
