import { resolve } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { App } from 'cdk8s';
import { addClusterChart } from '../../charts/cluster-chart.js';
import { type ErrorCode, OpniLoggingError, type Problem } from '../common/error.js';
import { type ConfigFiles, nodeFiles } from '../config/files.js';
import type { LoadedCluster, LoadedFleet } from '../config/fleet.js';
import { loadConfigs } from '../config/load.js';
import type { ClusterConfig } from '../config/types.js';
import type { KubernetesObject } from '../constructs/kubernetes-object.js';
import { checkCluster } from '../lint/check-cluster.js';
import { type ClusterBuilder, renderCluster } from '../synth/synthesize.js';
import type { CliContext } from './context.js';
import { counted } from './report.js';

/** Makes the constructs of a cluster. */
const buildCluster: ClusterBuilder<ClusterConfig> = (config) => addClusterChart(new App(), config);

/**
 * Loads the clusters of some paths, which start from the working directory.
 *
 * @throws OpniLoggingError `config` with every problem
 */
export function loadClusters(paths: readonly string[], { cwd }: CliContext): Promise<LoadedFleet> {
  const files: ConfigFiles = {
    info: (path) => nodeFiles.info(resolve(cwd, path)),
    list: (folder) => nodeFiles.list(resolve(cwd, folder)),
    read: (file) => nodeFiles.read(resolve(cwd, file)),
  };
  return loadConfigs(paths, { files });
}

/** Options of {@link renderFleet}. */
export interface RenderFleetOptions {
  readonly signal: AbortSignal;
  /** Called after every cluster, with how many are done. @default none */
  readonly onProgress?: (done: number, name: string) => void;
}

/**
 * Renders and checks the clusters of a fleet one after the other, each when it is asked for. A cluster that is refused
 * yields nothing, and the others are still looked at.
 *
 * @param make what to make of a cluster and its objects
 * @throws OpniLoggingError at the end, with the problems of all refused clusters, each at its place in a file
 */
export async function* renderFleet<Result>(
  fleet: Iterable<LoadedCluster>,
  make: (cluster: LoadedCluster, objects: readonly KubernetesObject[]) => Result,
  { signal, onProgress }: RenderFleetOptions,
): AsyncGenerator<Result, void, undefined> {
  const problems: Problem[] = [];
  const codes: ErrorCode[] = [];
  let done = 0;
  for (const cluster of fleet) {
    try {
      yield make(cluster, renderCluster(cluster.config, buildCluster, { check: checkCluster }));
    } catch (error) {
      if (!(error instanceof OpniLoggingError)) throw error;
      codes.push(error.code);
      problems.push(...problemsAt(cluster, error));
    }
    done += 1;
    onProgress?.(done, cluster.name);
    await nextTurn();
    signal.throwIfAborted();
  }
  const [code] = codes;
  if (!code) return;
  const what = `${counted(codes.length, 'cluster')} refused: ${counted(problems.length, 'problem')}`;
  throw new OpniLoggingError(code, what, { problems });
}

/** An override that a problem speaks of. */
const OVERRIDE = /\boverrides\[\d+\]/;

/** The problems of a cluster where its user finds them: at the override that they name, else at the cluster. */
function problemsAt(
  { source, origin }: LoadedCluster,
  { message, problems }: OpniLoggingError,
): readonly Problem[] {
  const found: readonly Problem[] = problems.length > 0 ? problems : [{ message }];
  return found.map((problem) => {
    const [override] = OVERRIDE.exec(`${problem.path ?? ''} ${problem.message}`) ?? [];
    const place = override === undefined ? 'default' : origin(override);
    const begins = `${override}: `;
    // The address of a construct says nothing to the writer of a file.
    const named = problem.message.startsWith(begins)
      ? { ...problem, path: override, message: problem.message.slice(begins.length) }
      : problem;
    return { ...(place === 'default' ? source : place), ...named };
  });
}
