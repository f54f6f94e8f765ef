import type { Problem } from '../common/error.js';
import { assemble, type Layer, pathIn, settingsOf } from './assemble.js';
import { CLUSTER_FORMAT } from './cluster-format.js';
import { CONFIG_SHAPE, FLEET_SHAPE } from './cluster-shape.js';
import { decodeText } from './decode.js';
import { Findings } from './findings.js';
import { isNull, type LocatedMap, lookup, placeOf } from './located.js';
import { parseConfigText } from './parse.js';
import type { Origin, Place } from './place.js';
import type { ClusterConfig } from './types.js';
import { reportMissing, Validator } from './validate.js';

/** One cluster of a fleet. */
export interface LoadedCluster {
  readonly name: string;
  /** Complete configuration, defaults filled in, deeply frozen. */
  readonly config: ClusterConfig;
  /** Where the cluster's own settings begin. */
  readonly source: Place;
  /**
   * Where a value came from.
   *
   * @param path such as `shipper.buffer.type` or `overrides[1].kind`
   */
  origin(path: string): Origin;
}

interface Entry {
  readonly name: string;
  readonly root: LocatedMap;
  readonly source: Place;
}

/**
 * Clusters that were all found valid. Their configurations are made one at a time while they are walked through, so
 * that a large fleet is never held in full; each walk makes them anew.
 */
export class LoadedFleet implements Iterable<LoadedCluster> {
  readonly #entries: readonly Entry[];

  constructor(entries: readonly Entry[]) {
    this.#entries = entries;
  }

  /** Number of clusters. */
  get size(): number {
    return this.#entries.length;
  }

  /** Names of the clusters, in the order of the files. */
  get names(): readonly string[] {
    return this.#entries.map(({ name }) => name);
  }

  *[Symbol.iterator](): Iterator<LoadedCluster> {
    for (const { name, root, source } of this.#entries) {
      yield {
        name,
        source,
        config: settingsOf(root, CLUSTER_FORMAT),
        origin: (path) => lookup(root, path)?.place ?? 'default',
      };
    }
  }
}

/** Limits of {@link FleetBuilder}. */
export interface FleetLimits {
  /** Largest file that is read, in bytes. @default 4194304 (4 MiB) */
  readonly maxFileBytes?: number;
  /** Problems told a file; of the rest only the number is told. @default 1000 */
  readonly maxProblemsPerFile?: number;
}

/** Settings below the clusters of a folder, from its defaults file. */
export interface FolderDefaults {
  /** Absent when the file was refused. */
  readonly layer?: Layer;
}

/** A file that is called so may be meant as the defaults of its folder. */
const LIKE_DEFAULTS = /(^|[/\\])defaults?\.(yaml|yml|json)$/i;

/** Takes files one by one and collects every problem; {@link finish} gives the fleet or throws all of them. */
export class FleetBuilder {
  readonly maxFileBytes: number;
  readonly #findings: Findings;
  readonly #validator: Validator;
  readonly #entries: Entry[] = [];
  readonly #places = new Map<string, Place>();

  constructor(limits: FleetLimits = {}) {
    this.maxFileBytes = limits.maxFileBytes ?? 4 * 1024 * 1024;
    this.#findings = new Findings(limits.maxProblemsPerFile);
    this.#validator = new Validator(this.#findings);
  }

  /** Takes a problem that was found outside of the files' contents. */
  refuse(problem: Problem): void {
    this.#findings.add(problem);
  }

  /** Is a file of this size read at all? A problem when not. */
  acceptsSize(file: string, bytes: number): boolean {
    if (bytes <= this.maxFileBytes) return true;
    this.refuse({
      file,
      message: `is ${bytes} bytes large; at most ${this.maxFileBytes} are read`,
      fix: 'a cluster needs a few hundred bytes; split a fleet into several files',
    });
    return false;
  }

  /** Takes the defaults file of a folder. */
  addDefaults(file: string, bytes: Uint8Array): FolderDefaults {
    const root = this.#parse(file, bytes);
    if (!root) return {};
    this.#validator.check(root, CONFIG_SHAPE);
    this.#needApiVersion(root);
    return { layer: { root, path: '' } };
  }

  /** Takes a cluster file or a fleet file. */
  addFile(file: string, bytes: Uint8Array, defaults?: FolderDefaults): void {
    const root = this.#parse(file, bytes);
    if (!root) return;
    const fleet = root.entries.has('clusters') || root.entries.has('defaults');
    if (!fleet && LIKE_DEFAULTS.test(file) && !lookup(root, 'cluster.name')) {
      const message = 'is read as a cluster, but has no cluster.name';
      this.refuse({ file, message, fix: 'did you mean _defaults.yaml? rename it; or add cluster.name' });
      return;
    }
    this.#validator.check(root, fleet ? FLEET_SHAPE : CONFIG_SHAPE);
    this.#needApiVersion(root);
    const base = defaults?.layer ? [defaults.layer] : [];
    // Without its defaults a cluster would look incomplete.
    const usable = !defaults || defaults.layer !== undefined;
    if (fleet) this.#addFleet(root, base, usable);
    else if (usable) this.#addCluster([...base, { root, path: '' }]);
  }

  /** @throws OpniLoggingError `config` with every problem of every file */
  finish(): LoadedFleet {
    if (this.#findings.count > 0) throw this.#findings.error();
    return new LoadedFleet(this.#entries);
  }

  #parse(file: string, bytes: Uint8Array): LocatedMap | undefined {
    if (!this.acceptsSize(file, bytes.byteLength)) return undefined;
    const decoded = decodeText(file, bytes);
    if ('problem' in decoded) {
      this.refuse(decoded.problem);
      return undefined;
    }
    const { root, problems } = parseConfigText(file, decoded.text);
    for (const problem of problems) this.refuse(problem);
    return root;
  }

  #needApiVersion(root: LocatedMap): void {
    const entry = root.entries.get('apiVersion');
    if (entry && !isNull(entry.value)) return;
    reportMissing({ ...root, entries: new Map() }, FLEET_SHAPE, (path, advice) => {
      if (path === 'apiVersion') this.#findings.at(placeOf(root), path, advice);
    });
  }

  #addFleet(root: LocatedMap, base: readonly Layer[], usable: boolean): void {
    const { entries } = root;
    const clusters = entries.get('clusters')?.value;
    if (!clusters || isNull(clusters)) {
      this.#findings.at(placeOf(root), 'clusters', {
        message: 'is required but missing',
        fix: 'add the list of clusters; defaults for a folder of files stand in _defaults.yaml',
      });
    }
    if (clusters?.kind !== 'list' || !usable) return;
    const version = entries.get('apiVersion');
    const defaults = entries.get('defaults')?.value;
    if (defaults && this.#findings.bad.has(defaults)) return;
    const layers = [...base];
    if (version) layers.push({ root: { ...root, entries: new Map([['apiVersion', version]]) }, path: '' });
    if (defaults?.kind === 'map') layers.push({ root: defaults, path: 'defaults' });
    for (const [index, item] of clusters.items.entries()) {
      if (item.kind === 'map') this.#addCluster([...layers, { root: item, path: `clusters[${index}]` }]);
    }
  }

  #addCluster(layers: readonly Layer[]): void {
    const root = assemble(layers, this.#findings, CLUSTER_FORMAT);
    const own = layers.at(-1)!;
    const source = placeOf(own.root)!;
    const found = lookup(root, 'cluster.name');
    const name = found?.node.kind === 'scalar' ? found.node.value : undefined;
    if (!found || typeof name !== 'string' || this.#findings.bad.has(found.node)) return;
    const place = found.place ?? source;
    const first = this.#places.get(name);
    if (first && !lookup(own.root, 'cluster.name')) {
      this.#findings.at(source, pathIn(own, 'cluster.name'), {
        message: 'the name comes from defaults, and another cluster has it',
        fix: 'give each cluster its own',
      });
      return;
    }
    if (first) {
      this.#findings.at(place, pathIn(own, 'cluster.name'), {
        message: `two clusters are named "${name}"; the first is at ${first.file}:${first.line}:${first.column}`,
        fix: 'give each cluster a name of its own',
      });
      return;
    }
    this.#places.set(name, place);
    this.#entries.push({ name, root, source });
  }
}
