/**
 * Makes imports/ from crds/. Run by `npm run imports`; the results are committed and never edited.
 *
 *   node scripts/imports.mjs [output folder]
 *
 * - logging.banzaicloud.io.ts: typed classes of the kinds that this project emits, by `cdk8s import`
 * - crds.ts: all definitions as data, so that nothing has to parse YAML when a stack is made
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { load } from 'js-yaml';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const EMITTED = ['Logging', 'FluentbitAgent', 'ClusterFlow', 'ClusterOutput', 'Flow', 'Output'];
const CRDS_HEADER = `// Made by scripts/imports.mjs from crds/. Do not edit.

/** A CustomResourceDefinition as plain data. */
export type CrdManifest = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly spec: { readonly group: string; readonly [field: string]: unknown };
};

/** The definitions in crds/, by name. */
export const CRDS: Readonly<Record<string, CrdManifest>> = `;

/**
 * What `cdk8s import` is to see of a definition: the stored version alone, because the version listed first would get
 * the bare class name, and no status, because nobody writes one.
 */
function emittedPart(crd) {
  const version = structuredClone(crd.spec.versions.find(({ storage }) => storage));
  delete version.schema.openAPIV3Schema.properties.status;
  return { ...crd, spec: { ...crd.spec, versions: [version] } };
}

const output = resolve(process.argv[2] ?? join(ROOT, 'imports'));
mkdirSync(output, { recursive: true });

const crds = readdirSync(join(ROOT, 'crds'))
  .filter((name) => name.endsWith('.yaml'))
  .sort()
  .map((name) => load(readFileSync(join(ROOT, 'crds', name), 'utf8')));

const folder = mkdtempSync(join(tmpdir(), 'opni-logging-imports-'));
try {
  const source = join(folder, 'crds.yaml');
  const emitted = crds.filter((crd) => EMITTED.includes(crd.spec.names.kind));
  writeFileSync(source, emitted.map((crd) => `---\n${JSON.stringify(emittedPart(crd))}\n`).join(''));
  const cdk8s = join(ROOT, 'node_modules', 'cdk8s-cli', 'bin', 'cdk8s');
  const options = ['--language', 'typescript', '--output', output, '--no-save', '--check-upgrade=false'];
  execFileSync(process.execPath, [cdk8s, 'import', source, ...options], {
    cwd: folder,
    stdio: 'pipe',
  });
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Keys in order, as cdk8s writes them, so that nothing has to be sorted when a stack is made. */
const sorted = (value) => {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
};

const lines = crds.map((crd) => `  '${crd.metadata.name}': ${JSON.stringify(sorted(crd))},`);
writeFileSync(join(output, 'crds.ts'), `${CRDS_HEADER}{\n${lines.join('\n')}\n};\n`);
