import { dirname, join, resolve } from 'node:path';
import { messageOf, OpniLoggingError } from '../common/error.js';
import { type ConfigFiles, nodeFiles } from './files.js';
import { FleetBuilder, type FleetLimits, type FolderDefaults, type LoadedFleet } from './fleet.js';

/** Options of {@link loadConfigs}. */
export interface LoadOptions extends FleetLimits {
  /** Where files are read from. @default the file system of the machine */
  readonly files?: ConfigFiles;
}

const CONFIG_FILE = /^[^._].*\.(yaml|yml|json)$/;
const DEFAULTS_FILE = /^_defaults\.(yaml|yml|json)$/;
/** Names that are meant to be that of the defaults file, but are not. */
const ALMOST_DEFAULTS = /^_defaults?\.(yaml|yml|json)$/i;
/** Files read ahead of the parser: enough to hide the disk, few enough to bound memory. */
const READ_AHEAD = 16;

/**
 * Loads clusters from files and folders. A folder gives its `*.yaml`, `*.yml` and `*.json` files, sorted by name and
 * not from folders below; names that begin with `.` or `_` are left out. `_defaults.yaml` lies below every cluster of
 * its folder, also when a file of the folder is named by itself. A file holds one cluster, or a fleet (`defaults` and
 * `clusters`).
 *
 * @param paths files and folders
 * @throws OpniLoggingError `config` with every problem of every file; nothing is returned when one cluster is refused.
 *   `usage` when no path is given
 */
export async function loadConfigs(paths: readonly string[], options: LoadOptions = {}): Promise<LoadedFleet> {
  if (paths.length === 0) throw new OpniLoggingError('usage', 'no configuration file or folder is given');
  const builder = new FleetBuilder(options);
  await new Loader(options.files ?? nodeFiles, builder).load(paths);
  return builder.finish();
}

/**
 * Loads clusters from text that is in memory.
 *
 * @param text a cluster file or a fleet file
 * @param file name that problems and origins tell. @default 'config'
 * @throws OpniLoggingError `config` with every problem
 */
export function loadConfigText(text: string, file = 'config', limits: FleetLimits = {}): LoadedFleet {
  const builder = new FleetBuilder(limits);
  builder.addFile(file, new TextEncoder().encode(text));
  return builder.finish();
}

class Loader {
  readonly #files: ConfigFiles;
  readonly #builder: FleetBuilder;
  readonly #defaults = new Map<string, FolderDefaults | undefined>();

  constructor(files: ConfigFiles, builder: FleetBuilder) {
    this.#files = files;
    this.#builder = builder;
  }

  async load(paths: readonly string[]): Promise<void> {
    const files = new Map<string, string>();
    for (const path of paths) {
      for (const file of await this.#filesAt(path)) {
        if (!files.has(resolve(file))) files.set(resolve(file), file);
      }
    }
    const all = [...files.values()];
    for (let from = 0; from < all.length; from += READ_AHEAD) {
      const batch = all.slice(from, from + READ_AHEAD);
      const contents = await Promise.all(batch.map((file) => this.#read(file)));
      for (const [index, file] of batch.entries()) {
        const defaults = await this.#defaultsOf(dirname(file));
        const bytes = contents[index];
        if (bytes) this.#builder.addFile(file, bytes, defaults);
      }
    }
  }

  async #filesAt(path: string): Promise<readonly string[]> {
    const info = await this.#try(path, () => this.#files.info(path));
    if (info === 'failed') return [];
    if (info?.kind === 'folder') return this.#filesIn(path);
    if (info?.kind === 'file' && !DEFAULTS_FILE.test(path.replace(/^.*[/\\]/, ''))) return [path];
    const [message, fix] = !info
      ? ['does not exist', 'name a configuration file, or a folder of them']
      : info.kind === 'file'
        ? ['holds the defaults of a folder, not a cluster', 'name the folder, or one of its cluster files']
        : ['is neither a file nor a folder', 'name a configuration file, or a folder of them'];
    this.#builder.refuse({ file: path, message, fix });
    return [];
  }

  async #filesIn(folder: string): Promise<readonly string[]> {
    const names = await this.#try(folder, () => this.#files.list(folder));
    if (names === 'failed') return [];
    const files: string[] = [];
    for (const name of names.filter((name) => CONFIG_FILE.test(name)).sort()) {
      const file = join(folder, name);
      const info = await this.#try(file, () => this.#files.info(file));
      if (info !== 'failed' && info?.kind === 'file') files.push(file);
    }
    if (files.length === 0) {
      const fix = 'add a file such as prod.yaml; `opni-logging init` writes one';
      this.#builder.refuse({ file: folder, message: 'holds no configuration file', fix });
    }
    return files;
  }

  async #defaultsOf(folder: string): Promise<FolderDefaults | undefined> {
    if (!this.#defaults.has(folder)) this.#defaults.set(folder, await this.#readDefaults(folder));
    return this.#defaults.get(folder);
  }

  async #readDefaults(folder: string): Promise<FolderDefaults | undefined> {
    const names = await this.#try(folder, () => this.#files.list(folder));
    if (names === 'failed') return {};
    const almost = names.filter((name) => ALMOST_DEFAULTS.test(name) && !DEFAULTS_FILE.test(name)).sort();
    for (const name of almost) {
      const right = `_defaults${name.slice(name.lastIndexOf('.')).toLowerCase()}`;
      const file = join(folder, name);
      this.#builder.refuse({ file, message: 'is left out', fix: `did you mean ${right}? rename it` });
    }
    const [first, second] = names.filter((name) => DEFAULTS_FILE.test(name)).sort();
    if (first === undefined) return almost.length > 0 ? {} : undefined;
    const file = join(folder, first);
    if (second !== undefined) {
      const message = `stands beside ${second}: it is not clear which one holds`;
      this.#builder.refuse({ file, message, fix: 'keep one of them' });
      return {};
    }
    const bytes = await this.#read(file);
    return bytes ? this.#builder.addDefaults(file, bytes) : {};
  }

  async #read(file: string): Promise<Uint8Array | undefined> {
    const bytes = await this.#try(file, async () => {
      const info = await this.#files.info(file);
      return this.#builder.acceptsSize(file, info?.bytes ?? 0) ? this.#files.read(file) : undefined;
    });
    return bytes === 'failed' ? undefined : bytes;
  }

  /** What cannot be read is a problem like any other, so that the rest is still checked. */
  async #try<T>(file: string, action: () => Promise<T>): Promise<T | 'failed'> {
    try {
      return await action();
    } catch (error) {
      const reason = (error as NodeJS.ErrnoException).code ?? messageOf(error);
      this.#builder.refuse({ file, message: `cannot be read: ${reason}`, fix: 'check that it may be read' });
      return 'failed';
    }
  }
}
