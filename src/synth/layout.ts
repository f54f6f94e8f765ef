import { OpniLoggingError, type Problem } from '../common/error.js';
import { describeObject, type KubernetesObject } from '../constructs/kubernetes-object.js';
import { ManifestWriter } from './manifest-writer.js';
import { STAGES, type StageName, stageNumber, stageOf } from './stages.js';

/**
 * How the objects of a cluster are divided into files.
 *
 * - `stages`: one file for each stage, as in `<cluster>/5-workloads.yaml`
 * - `objects`: one file for each object, as in `<cluster>/5-workloads/deployment-opni-shipper.yaml`
 *
 * In both, the names sort in the order in which the objects must reach the cluster.
 */
export type OutputLayout = 'stages' | 'objects';

/** A file to write. */
export interface OutputFile {
  /** Path below the output folder, with `/` between its parts on every system. */
  readonly path: string;
  readonly content: string;
}

/** Options of {@link layOut}. */
export interface LayoutOptions {
  /** @default 'stages' */
  readonly layout?: OutputLayout;
  /** Makes the texts; one writer for many clusters saves work. @default YAML */
  readonly writer?: ManifestWriter;
}

/** What a cluster may be called: its name is the name of a folder. */
const CLUSTER_NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;

/**
 * The files of a cluster.
 *
 * @param cluster name of the cluster, which is the name of its folder
 * @param objects its objects in order, each identity once
 * @returns files in order of their stage; a stage without objects has none
 * @throws OpniLoggingError `construct` when the name is unfit for a folder, or two objects need one file name
 */
export function layOut(
  cluster: string,
  objects: readonly KubernetesObject[],
  options: LayoutOptions = {},
): OutputFile[] {
  const { layout = 'stages', writer = new ManifestWriter('yaml') } = options;
  if (!CLUSTER_NAME.test(cluster)) {
    throw new OpniLoggingError(
      'construct',
      `The cluster name ${JSON.stringify(cluster)} cannot name a folder.`,
      {
        problems: [
          {
            path: 'cluster.name',
            message: `${JSON.stringify(cluster)} cannot name a folder`,
            fix: 'use lower-case letters, digits and dashes, beginning and ending with a letter or digit',
          },
        ],
      },
    );
  }
  const stages = byStage(objects);
  return layout === 'stages' ? filePerStage(cluster, stages, writer) : filePerObject(cluster, stages, writer);
}

type ObjectsByStage = ReadonlyMap<StageName, readonly KubernetesObject[]>;

function byStage(objects: readonly KubernetesObject[]): ObjectsByStage {
  const stages = new Map<StageName, KubernetesObject[]>(STAGES.map(({ name }) => [name, []]));
  for (const object of objects) stages.get(stageOf(object))!.push(object);
  return stages;
}

function filePerStage(cluster: string, stages: ObjectsByStage, writer: ManifestWriter): OutputFile[] {
  return [...stages]
    .filter(([, objects]) => objects.length > 0)
    .map(([stage, objects]) => ({
      path: `${cluster}/${stageNumber(stage)}-${stage}.${writer.format}`,
      content: writer.all(objects),
    }));
}

function filePerObject(cluster: string, stages: ObjectsByStage, writer: ManifestWriter): OutputFile[] {
  const files: OutputFile[] = [];
  const problems: Problem[] = [];
  for (const [stage, objects] of stages) {
    const ambiguous = repeated(objects.map(baseName));
    const owners = new Map<string, KubernetesObject>();
    for (const object of objects) {
      const base = baseName(object);
      const name = ambiguous.has(base) ? `${base}.${object.metadata.namespace ?? 'cluster'}` : base;
      const owner = owners.get(name);
      owners.set(name, object);
      const path = `${cluster}/${stageNumber(stage)}-${stage}/${name}.${writer.format}`;
      if (owner === undefined) files.push({ path, content: writer.one(object) });
      else problems.push(sameFile(path, owner, object));
    }
  }
  if (problems.length > 0) {
    throw new OpniLoggingError('construct', `Objects of cluster "${cluster}" need the same file name.`, {
      problems,
    });
  }
  return files;
}

/** `kind-name` in lower case; names of roles may hold a colon, which not every file system takes. */
function baseName(object: KubernetesObject): string {
  return `${object.kind}-${object.metadata.name}`.toLowerCase().replace(/[^a-z0-9.-]/g, '-');
}

function repeated(names: readonly string[]): ReadonlySet<string> {
  const seen = new Set<string>();
  return new Set(names.filter((name) => seen.size === seen.add(name).size));
}

function sameFile(path: string, first: KubernetesObject, second: KubernetesObject): Problem {
  const describe = (object: KubernetesObject) => `${describeObject(object)} (${object.apiVersion})`;
  return {
    path,
    message: `${describe(first)} and ${describe(second)} both need this file`,
    fix: 'use the layout "stages", or rename one of the two',
  };
}
