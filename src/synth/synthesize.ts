import type { IConstruct } from 'constructs';
import { OpniLoggingError } from '../common/error.js';
import type { KubernetesObject } from '../constructs/kubernetes-object.js';
import { type LayoutOptions, layOut, type OutputFile } from './layout.js';
import { ManifestWriter, type OutputFormat } from './manifest-writer.js';
import { renderObjects } from './render.js';
import { type OutputSummary, type WriteOutputOptions, writeOutput } from './write-output.js';

/** As much of a cluster's configuration as synthesis itself reads. */
export interface NamedCluster {
  readonly cluster: { readonly name: string };
}

/** Makes the constructs of a cluster, in a cdk8s `App` of their own, and returns the one to render. */
export type ClusterBuilder<Config> = (config: Config) => IConstruct;

/** A cluster with its objects, in the order in which they must reach it, and the files that hold them. */
export interface SynthesizedCluster {
  readonly cluster: string;
  readonly objects: readonly KubernetesObject[];
  readonly files: readonly OutputFile[];
}

/** Options of {@link synthesize}. */
export interface SynthesizeOptions<Config> extends RenderOptions<Config>, Pick<LayoutOptions, 'layout'> {
  /** @default 'yaml' */
  readonly format?: OutputFormat;
}

/** Options of {@link renderCluster}. */
export interface RenderOptions<Config> {
  /**
   * Looks at the objects of each cluster before they become files; throws to refuse them.
   * @default none
   */
  readonly check?: (config: Config, objects: readonly KubernetesObject[]) => void;
}

/**
 * Renders clusters one after the other, each when it is asked for, so that only one is in memory.
 *
 * @param configs one configuration a cluster
 * @param build makes a cluster's constructs
 * @throws OpniLoggingError `construct` with all problems of the first cluster that has any
 */
export async function* synthesize<Config extends NamedCluster>(
  configs: Iterable<Config> | AsyncIterable<Config>,
  build: ClusterBuilder<Config>,
  options: SynthesizeOptions<Config> = {},
): AsyncGenerator<SynthesizedCluster, void, undefined> {
  const writer = new ManifestWriter(options.format ?? 'yaml');
  for await (const config of configs) {
    const cluster = config.cluster.name;
    const objects = renderCluster(config, build, options);
    yield { cluster, objects, files: layOut(cluster, objects, { layout: options.layout, writer }) };
  }
}

/**
 * The objects of one cluster, checked and in order.
 *
 * @throws OpniLoggingError with the code of what refused it, and all problems
 */
export function renderCluster<Config extends NamedCluster>(
  config: Config,
  build: ClusterBuilder<Config>,
  options: RenderOptions<Config> = {},
): readonly KubernetesObject[] {
  try {
    const objects = renderObjects(build(config));
    options.check?.(config, objects);
    return objects;
  } catch (error) {
    if (!(error instanceof OpniLoggingError)) throw error;
    const { code, problems } = error;
    const message = `Cluster "${config.cluster.name}": ${error.message}`;
    throw new OpniLoggingError(code, message, { problems, cause: error });
  }
}

/**
 * Renders clusters and writes them to a folder, all or nothing; see {@link synthesize} and {@link writeOutput}.
 *
 * @param folder output folder; made when it is not there
 */
export function synthesizeToFolder<Config extends NamedCluster>(
  folder: string,
  configs: Iterable<Config> | AsyncIterable<Config>,
  build: ClusterBuilder<Config>,
  options: SynthesizeOptions<Config> & WriteOutputOptions = {},
): Promise<OutputSummary> {
  return writeOutput(folder, synthesize(configs, build, options), options);
}
