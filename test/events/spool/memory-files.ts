import { basename } from 'node:path';
import type { OpenMode, SpoolFile, SpoolFiles } from '../../../src/events/spool/files.js';

type Change = { readonly write: Buffer; readonly at: number } | { readonly truncate: number };

interface Inode {
  data: Buffer;
  synced: Buffer;
  /** Since the last sync. */
  changes: Change[];
}

type FolderChange =
  | { readonly add: string; readonly inode: Inode; readonly from?: string }
  | { readonly remove: string };

/** What survives a power cut of that which was not synced. */
export type Survival = 'all' | 'nothing' | (() => number);

/** One call of the spool. */
export interface Call {
  readonly what: string;
  readonly name: string;
  readonly number: number;
}

/** An error of the file system. */
export const failureOf = (code: string) => Object.assign(new Error(`${code}: made by the test`), { code });

const changed = (data: Buffer, change: Change, part = 1, zeros = false): Buffer => {
  if ('truncate' in change) {
    const rest = Buffer.alloc(Math.max(0, change.truncate - data.length));
    return Buffer.concat([data.subarray(0, change.truncate), rest]);
  }
  const bytes = change.write.subarray(0, Math.floor(change.write.length * part));
  const result = Buffer.alloc(Math.max(data.length, change.at + bytes.length));
  data.copy(result);
  if (zeros) result.fill(0, change.at, change.at + bytes.length);
  else bytes.copy(result, change.at);
  return result;
};

/** A folder in memory that knows what a power cut would leave of it. */
export class MemoryFiles implements SpoolFiles {
  readonly folder = new Map<string, Inode>();
  #synced = new Map<string, Inode>();
  #changes: FolderChange[] = [];
  /** Number of calls so far. */
  calls = 0;
  readonly log: string[] = [];
  /** Open files. */
  open_ = 0;
  /** Asked before each call; returns how much of a write is done before the error, from 0 to 1. */
  fault: ((call: Call) => { readonly error: Error; readonly part?: number } | undefined) | undefined;
  #isDead = false;

  /** The power is cut at this call and after it. */
  dieAt(number: number): void {
    const error = failureOf('DEAD');
    this.fault = (call) => {
      if (call.number >= number) this.#isDead = true;
      return this.#isDead ? { error, part: 0 } : undefined;
    };
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  /** The folder after a power cut. */
  revived(survival: Survival): MemoryFiles {
    const next = new MemoryFiles();
    const random = typeof survival === 'function' ? survival : () => (survival === 'all' ? 0.99 : 0);
    const inodes = new Map<Inode, Inode>();
    const copied = (inode: Inode): Inode => {
      let copy = inodes.get(inode);
      if (!copy) {
        let data = inode.synced;
        for (const change of inode.changes) {
          const chance = random();
          if (chance > 0.6) data = changed(data, change);
          else if (chance > 0.4) data = changed(data, change, random());
          else if (chance > 0.25) data = changed(data, change, random(), true);
        }
        copy = { data, synced: data, changes: [] };
        inodes.set(inode, copy);
      }
      return copy;
    };
    const left = new Map(this.#synced);
    for (const change of this.#changes) {
      if (random() <= 0.5) continue;
      if ('remove' in change) left.delete(change.remove);
      else {
        if (change.from !== undefined) left.delete(change.from);
        left.set(change.add, change.inode);
      }
    }
    for (const [name, inode] of left) next.folder.set(name, copied(inode));
    next.#synced = new Map(next.folder);
    return next;
  }

  /** Puts a file there, or replaces it. */
  put(name: string, data: Buffer): void {
    const inode = { data, synced: data, changes: [] };
    this.folder.set(name, inode);
    this.#synced.set(name, inode);
  }

  /** Takes a file away. */
  take(name: string): void {
    this.folder.delete(name);
    this.#synced.delete(name);
  }

  bytesOf(name: string): Buffer {
    return this.folder.get(name)!.data;
  }

  /** Names of the segments, in order. */
  get segments(): string[] {
    return [...this.folder.keys()].filter((name) => name.endsWith('.events')).sort();
  }

  makeFolder(): Promise<void> {
    return this.#call('makeFolder', '', () => {});
  }

  list(): Promise<string[]> {
    return this.#call('list', '', () => [...this.folder.keys()]);
  }

  open(path: string, mode: OpenMode): Promise<SpoolFile> {
    const name = basename(path);
    return this.#call(`open to ${mode}`, name, () => {
      let inode = this.folder.get(name);
      if (!inode && (mode === 'read' || mode === 'change')) throw failureOf('ENOENT');
      if (inode && mode === 'make') throw failureOf('EEXIST');
      if (!inode) {
        inode = { data: Buffer.alloc(0), synced: Buffer.alloc(0), changes: [] };
        this.folder.set(name, inode);
        this.#changes.push({ add: name, inode });
      } else if (mode === 'replace') this.#change(inode, { truncate: 0 });
      this.open_ += 1;
      return this.#file(name, inode);
    });
  }

  rename(from: string, to: string): Promise<void> {
    return this.#call('rename', basename(from), () => {
      const inode = this.folder.get(basename(from));
      if (!inode) throw failureOf('ENOENT');
      this.folder.delete(basename(from));
      this.folder.set(basename(to), inode);
      this.#changes.push({ add: basename(to), inode, from: basename(from) });
    });
  }

  remove(path: string): Promise<void> {
    return this.#call('remove', basename(path), () => {
      if (this.folder.delete(basename(path))) this.#changes.push({ remove: basename(path) });
    });
  }

  syncFolder(): Promise<void> {
    return this.#call('syncFolder', '', () => {
      this.#synced = new Map(this.folder);
      this.#changes = [];
    });
  }

  #file(name: string, inode: Inode): SpoolFile {
    const write = (parts: readonly Buffer[], at: number) => {
      const data = Buffer.concat(parts);
      return this.#call(
        'write',
        name,
        () => this.#change(inode, { write: data, at }),
        (part) => {
          const some = data.subarray(0, Math.floor(data.length * part));
          if (some.length > 0) this.#change(inode, { write: some, at });
        },
      );
    };
    return {
      size: () => this.#call('size', name, () => inode.data.length),
      read: (length, position) =>
        this.#call('read', name, () => Buffer.from(inode.data.subarray(position, position + length))),
      write,
      truncate: (bytes) => this.#call('truncate', name, () => this.#change(inode, { truncate: bytes })),
      sync: () =>
        this.#call('sync', name, () => {
          inode.synced = inode.data;
          inode.changes = [];
        }),
      close: async () => {
        this.open_ -= 1;
      },
    };
  }

  #change(inode: Inode, change: Change): void {
    inode.data = changed(inode.data, change);
    inode.changes.push(change);
  }

  async #call<Result>(
    what: string,
    name: string,
    work: () => Result,
    partly: (part: number) => void = () => {},
  ): Promise<Result> {
    this.calls += 1;
    this.log.push(`${what} ${name}`.trim());
    const fault = this.fault?.({ what, name, number: this.calls });
    if (fault) {
      partly(fault.part ?? 0);
      throw fault.error;
    }
    return work();
  }
}
