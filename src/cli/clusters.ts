import { resolve } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { App } from 'cdk8s';
import { addClusterChart } from '../../charts/cluster-chart.js';
import { type ErrorCode, OpniLoggingError, type Problem } from '../common/error.js';
import { type ConfigFiles, nodeFiles } from '../config/files.js';
import type { LoadedFleet } from '../config/fleet.js';
import { loadConfigs } from '../config/load.js';
import type { ClusterConfig } from '../config/types.js';
import { checkCluster } from '../lint/check-cluster.js';
import { type ClusterBuilder, renderCluster } from '../synth/synthesize.js';
import type { CliContext } from './context.js';
import { counted } from './report.js';

/** Makes the constructs of a cluster. */
export const buildCluster: ClusterBuilder<ClusterConfig> = (config) => addClusterChart(new App(), config);

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

/** The configurations of a fleet, each made when it is asked for. */
export function* configsOf(fleet: LoadedFleet): Generator<ClusterConfig> {
  for (const { config } of fleet) yield config;
}

/** Options of {@link checkClusters}. */
export interface CheckOptions {
  readonly signal: AbortSignal;
  /** Called after every cluster, with how many are done. @default none */
  readonly onProgress?: (done: number, name: string) => void;
}

/**
 * Renders every cluster and keeps nothing: constructs, overrides and lint rules have their say only then.
 *
 * @throws OpniLoggingError with the problems of all clusters, each at the file of its cluster
 */
export async function checkClusters(fleet: LoadedFleet, options: CheckOptions): Promise<void> {
  const problems: Problem[] = [];
  const codes: ErrorCode[] = [];
  let done = 0;
  for (const { name, config, source } of fleet) {
    try {
      renderCluster(config, buildCluster, { check: checkCluster });
    } catch (error) {
      if (!(error instanceof OpniLoggingError)) throw error;
      codes.push(error.code);
      const found = error.problems.length > 0 ? error.problems : [{ message: error.message }];
      problems.push(...found.map((problem) => ({ ...source, ...problem })));
    }
    done += 1;
    options.onProgress?.(done, name);
    await nextTurn();
    options.signal.throwIfAborted();
  }
  const [code] = codes;
  if (!code) return;
  const what = `${counted(codes.length, 'cluster')} refused: ${counted(problems.length, 'problem')}`;
  throw new OpniLoggingError(code, what, { problems });
}
