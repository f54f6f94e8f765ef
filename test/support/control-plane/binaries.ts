import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { repositoryPath } from '../repository.js';

/** Programs of a control plane. kwok plays the nodes. */
export type Program =
  | 'etcd'
  | 'kube-apiserver'
  | 'kubectl'
  | 'kube-scheduler'
  | 'kube-controller-manager'
  | 'kwok';

/** Where the programs lie. */
export interface Binaries {
  readonly path: (program: Program) => string;
  /** Stages of nodes and pods for kwok. */
  readonly stages: string;
}

/** In the order of building: what comes first compiles most of what the others need. */
const PACKAGES: Readonly<Record<Program, string>> = {
  'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver',
  etcd: 'go.etcd.io/etcd/server/v3',
  kubectl: 'k8s.io/kubernetes/cmd/kubectl',
  'kube-scheduler': 'k8s.io/kubernetes/cmd/kube-scheduler',
  kwok: 'sigs.k8s.io/kwok/cmd/kwok',
  'kube-controller-manager': 'k8s.io/kubernetes/cmd/kube-controller-manager',
};
const PROGRAMS = Object.keys(PACKAGES) as Program[];

const STAGES_FILE = 'stages.yaml';

/** Files of kwok's module that make nodes and pods ready. */
const STAGES = [
  'node/fast/node-initialize.yaml',
  'node/heartbeat-with-lease/node-heartbeat-with-lease.yaml',
  'pod/fast/pod-ready.yaml',
  'pod/fast/pod-complete.yaml',
  'pod/fast/pod-delete.yaml',
];

const MODULE = repositoryPath('test', 'cluster', 'control-plane');

/**
 * Finds the programs of the control plane: in the folder `KUBEBUILDER_ASSETS`, then in the cache, else by building them
 * with Go, which takes about ten minutes once.
 *
 * @param say told what takes long
 * @returns a reason in one line where they cannot be had
 * @throws Error when they can be built and the build fails
 */
export function controlPlaneBinaries(
  say: (text: string) => void,
  env: NodeJS.ProcessEnv = process.env,
): Binaries | { readonly missing: string } {
  const cache = cacheFolder(env);
  const assets = env['KUBEBUILDER_ASSETS'];
  const path = (file: string) => {
    const given = assets && join(assets, file);
    return given && existsSync(given) ? given : join(cache, file);
  };
  const absent = PROGRAMS.filter((program) => !existsSync(path(program)));
  if (absent.length > 0 || !existsSync(path(STAGES_FILE))) {
    const missing = build(absent, cache, say, env);
    if (missing !== undefined) return { missing };
  }
  return { path, stages: path(STAGES_FILE) };
}

/** Outside of the checkout, one folder for each state of the pins. */
function cacheFolder(env: NodeJS.ProcessEnv): string {
  const hash = createHash('sha256');
  for (const file of ['go.mod', 'go.sum']) hash.update(readFileSync(join(MODULE, file)));
  const base = env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  return join(
    base,
    'opni-logging',
    'control-plane',
    `${kubernetesVersion()}-${hash.digest('hex').slice(0, 12)}`,
  );
}

/** Version of Kubernetes in the pins, as in `v1.37.2`. */
export function kubernetesVersion(): string {
  const [, version] =
    /\sk8s\.io\/kubernetes (v[\d.]+)/.exec(readFileSync(join(MODULE, 'go.mod'), 'utf8')) ?? [];
  if (!version) throw new Error('test/cluster/control-plane/go.mod requires no k8s.io/kubernetes');
  return version;
}

function build(
  programs: readonly Program[],
  cache: string,
  say: (text: string) => void,
  env: NodeJS.ProcessEnv,
): string | undefined {
  const go = (args: readonly string[]) =>
    spawnSync('go', args, {
      cwd: MODULE,
      encoding: 'utf8',
      env: { ...env, CGO_ENABLED: '0', GOFLAGS: '' },
    });
  if (go(['version']).status !== 0) {
    const wanted = [...programs, STAGES_FILE].join(', ');
    return `install Go 1.26 or newer, or set KUBEBUILDER_ASSETS to a folder with ${wanted}`;
  }
  say(`building ${programs.join(', ')}; once, about ten minutes …`);
  const download = go([
    'mod',
    'download',
    'k8s.io/kubernetes',
    'sigs.k8s.io/kwok',
    'go.etcd.io/etcd/server/v3',
  ]);
  if (download.status !== 0) return `the Go module proxy does not answer: ${download.stderr.trim()}`;
  mkdirSync(cache, { recursive: true });
  // Built beside and renamed, so that nobody finds half a file.
  const folder = mkdtempSync(join(cache, 'build-'));
  try {
    for (const program of programs) {
      const startedAt = Date.now();
      const flags = ['-mod=readonly', '-trimpath', '-p', '2', '-ldflags', linkerFlags()];
      const { status, stderr } = go(['build', ...flags, '-o', join(folder, program), PACKAGES[program]]);
      if (status !== 0) throw new Error(`go build ${PACKAGES[program]} failed:\n${stderr}`);
      renameSync(join(folder, program), join(cache, program));
      say(`  ${program}: ${Math.round((Date.now() - startedAt) / 1000)} s`);
    }
    const kwok = go(['list', '-mod=readonly', '-m', '-f', '{{.Dir}}', 'sigs.k8s.io/kwok']).stdout.trim();
    const texts = STAGES.map((file) => readFileSync(join(kwok, 'kustomize', 'stage', file), 'utf8'));
    writeFileSync(join(folder, STAGES_FILE), texts.join('\n---\n'));
    renameSync(join(folder, STAGES_FILE), join(cache, STAGES_FILE));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return undefined;
}

/** Without these a server tells no proper version. */
function linkerFlags(): string {
  const version = kubernetesVersion();
  const [major, minor] = version.slice(1).split('.');
  const values = {
    gitVersion: version,
    gitMajor: major,
    gitMinor: minor,
    gitTreeState: 'clean',
    gitCommit: '0'.repeat(40),
    buildDate: '1970-01-01T00:00:00Z',
  };
  const packages = ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'];
  const settings = packages.flatMap((name) =>
    Object.entries(values).map(([key, value]) => `-X ${name}.${key}=${value}`),
  );
  return ['-s', '-w', ...settings].join(' ');
}
