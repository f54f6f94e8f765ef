import { mkdirSync, rmdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { commit } from './commit.js';
import { fileError, onFile } from './file-error.js';
import type { OutputFile } from './layout.js';
import { lockFolder } from './lock.js';
import { clusterOf, type Manifest, readManifest } from './manifest.js';
import { Staging } from './staging.js';

/** A cluster whose files are ready. */
export interface ClusterFiles {
  readonly cluster: string;
  /** What the files hold; only counted here. */
  readonly objects: readonly unknown[];
  readonly files: readonly OutputFile[];
}

/** What a run did. */
export interface OutputSummary {
  readonly clusters: number;
  readonly objects: number;
  /** Files of the output, changed or not. */
  readonly files: number;
  /** Size of these files together, in bytes. */
  readonly bytes: number;
  /** Files that stood there with the same bytes and were not touched. */
  readonly unchanged: number;
  /** Files of an earlier run that were removed. */
  readonly removed: number;
  /** Clusters of earlier runs that this run does not write; their files were not touched. */
  readonly kept: number;
}

/** How far a run has come. */
export interface OutputProgress {
  /** The cluster that was staged last. */
  readonly cluster: string;
  /** Clusters staged so far. */
  readonly clusters: number;
  /** Objects staged so far. */
  readonly objects: number;
}

/** Options of {@link writeOutput}. */
export interface WriteOutputOptions {
  /** Also remove the files of clusters that earlier runs wrote and this one does not. @default false */
  readonly prune?: boolean;
  /** Ends the run until the first file is moved into place; after that the run ends by itself. @default none */
  readonly signal?: AbortSignal;
  /** Called after every cluster. @default none */
  readonly onProgress?: (progress: OutputProgress) => void;
}

/**
 * Writes the files of clusters to a folder, all or nothing, and removes what an earlier run wrote for these clusters and
 * this one does not. Clusters that this run does not write stay, since a tool that applies the folder would uninstall
 * them; `prune` removes them. Files of others stay always. Clusters are taken one at a time, so a fleet is never held in memory.
 *
 * When a cluster fails, the signal fires or something is in the way, the folder stays as it was. When the process is
 * killed while files are moved into place, the next run ends the work.
 *
 * @param folder output folder; made when it is not there
 * @param clusters clusters in any order, each name once
 * @throws OpniLoggingError `io` with each path that is in the way, or cannot be read or written; whatever `clusters`
 *   throws, and the signal's reason, come through unchanged
 */
export async function writeOutput(
  folder: string,
  clusters: Iterable<ClusterFiles> | AsyncIterable<ClusterFiles>,
  options: WriteOutputOptions = {},
): Promise<OutputSummary> {
  options.signal?.throwIfAborted();
  const made = makeFolder(folder);
  let done = false;
  try {
    const lock = lockFolder(folder);
    try {
      const summary = await replaceContent(folder, clusters, options, () => lock.assertHeld());
      done = true;
      return summary;
    } finally {
      lock.release();
    }
  } finally {
    if (!done && made !== undefined) removeEmpty(folder, made);
  }
}

async function replaceContent(
  folder: string,
  clusters: Iterable<ClusterFiles> | AsyncIterable<ClusterFiles>,
  options: WriteOutputOptions,
  assertLocked: () => void,
): Promise<OutputSummary> {
  const manifest: Manifest = readManifest(folder);
  const staging = new Staging(folder, manifest.files);
  // A run that was killed may have left files there.
  staging.discard();
  try {
    const { names, objects } = await stage(staging, clusters, options);
    assertLocked();
    const kept = options.prune ? new Set<string>() : staging.kept(names);
    const removed = commit(folder, manifest, staging, kept);
    const files = staging.files.size;
    return {
      clusters: names.size,
      objects,
      files,
      bytes: staging.bytes,
      unchanged: files - staging.changed.size,
      removed,
      kept: new Set([...kept].map(clusterOf)).size,
    };
  } finally {
    staging.discard();
  }
}

async function stage(
  staging: Staging,
  source: Iterable<ClusterFiles> | AsyncIterable<ClusterFiles>,
  { signal, onProgress }: WriteOutputOptions,
): Promise<{ names: ReadonlySet<string>; objects: number }> {
  const names = new Set<string>();
  let objects = 0;
  for await (const cluster of source) {
    for (const file of cluster.files) staging.add(file);
    names.add(cluster.cluster);
    objects += cluster.objects.length;
    onProgress?.({ cluster: cluster.cluster, clusters: names.size, objects });
    // File calls block; without a turn of the event loop no signal would ever be seen.
    await nextTurn();
    signal?.throwIfAborted();
  }
  return { names, objects };
}

/** Makes the output folder. Returns the topmost folder that had to be made, if any. */
function makeFolder(folder: string): string | undefined {
  return onFile('make', folder, () => {
    const present = statSync(folder, { throwIfNoEntry: false });
    if (present !== undefined && !present.isDirectory()) {
      throw fileError(folder, 'is not a folder', 'choose another output folder, or remove what is there');
    }
    return present === undefined ? mkdirSync(folder, { recursive: true }) : undefined;
  });
}

/** Takes back {@link makeFolder}, as far as nothing came into the folders since. */
function removeEmpty(folder: string, topmost: string): void {
  try {
    for (let path = resolve(folder); path.length >= resolve(topmost).length; path = dirname(path))
      rmdirSync(path);
  } catch {
    // Somebody uses the folder; it may stay.
  }
}
