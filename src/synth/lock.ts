import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fileError, onFile, unless } from './file-error.js';
import { RESERVED_PREFIX } from './manifest.js';

/** File in the output folder that stands there while a process writes to the folder. */
export const LOCK_NAME = `${RESERVED_PREFIX}.lock`;
/** A lock without content is left alone for this long: its owner may be about to write it. */
const EMPTY_LOCK_GRACE_MS = 2000;
const ATTEMPTS = 3;

interface Holder {
  readonly pid: number;
  readonly host: string;
  /** When the process began, in the system's own unit; tells it from a later process with the same number. */
  readonly started?: string;
}

/** The right to write to a folder. */
export interface FolderLock {
  /** @throws OpniLoggingError `io` when the lock is not there any more, or is another's */
  assertHeld(): void;
  /** Gives the folder free. Does nothing when the lock is another's by now. */
  release(): void;
}

/**
 * Takes the lock of a folder. One that a dead process left behind is taken over; whether a process on another host
 * lives cannot be seen, so its lock is respected.
 *
 * @param folder existing folder
 * @throws OpniLoggingError `io` when another process holds the lock; the message names it
 */
export function lockFolder(folder: string): FolderLock {
  const path = join(folder, LOCK_NAME);
  const text = JSON.stringify({ pid: process.pid, host: hostname(), started: startOf(process.pid) });
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if (create(path, text)) return heldLock(path, text);
    const found = read(path);
    if (found === undefined) continue;
    if (isHeld(path, found)) throw inUse(path, parse(found));
    takeAway(path, found);
  }
  throw inUse(path, undefined);
}

function heldLock(path: string, text: string): FolderLock {
  return {
    assertHeld: () => {
      if (read(path) !== text)
        throw fileError(path, 'was taken by another process', 'run again when it is done');
    },
    release: () => {
      if (read(path) === text) rmSync(path, { force: true });
    },
  };
}

function create(path: string, text: string): boolean {
  return onFile('lock', path, () =>
    Boolean(
      unless(['EEXIST'], () => {
        writeFileSync(path, text, { flag: 'wx' });
        return true;
      }),
    ),
  );
}

function read(path: string): string | undefined {
  return onFile('read', path, () => unless(['ENOENT'], () => readFileSync(path, 'utf8')));
}

function parse(text: string): Holder | undefined {
  try {
    const holder = JSON.parse(text) as Partial<Holder> | null;
    return typeof holder?.pid === 'number' && typeof holder.host === 'string'
      ? (holder as Holder)
      : undefined;
  } catch {
    return undefined;
  }
}

function isHeld(path: string, text: string): boolean {
  const holder = parse(text);
  if (holder === undefined) {
    const modified = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    return Date.now() - modified < EMPTY_LOCK_GRACE_MS;
  }
  if (holder.host !== hostname()) return true;
  const alive = holder.pid === process.pid || unless(['EPERM'], () => isRunning(holder.pid)) !== false;
  return alive && (holder.started === undefined || holder.started === startOf(holder.pid));
}

function isRunning(pid: number): boolean {
  return unless(['ESRCH'], () => process.kill(pid, 0)) ?? false;
}

/** Start of a process in clock ticks since boot, where the system tells it (Linux). */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name of the program stands in parentheses and may hold spaces; the start is the 20th field after it.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

/** Removes a dead lock, unless another process took the folder since it was read. */
function takeAway(path: string, dead: string): void {
  const aside = `${path}.${process.pid}`;
  onFile('take over', path, () => {
    unless(['ENOENT'], () => renameSync(path, aside));
    const moved = read(aside);
    if (moved !== undefined && moved !== dead) create(path, moved);
    rmSync(aside, { force: true });
  });
}

function inUse(path: string, holder: Holder | undefined): Error {
  const who = holder === undefined ? 'another process' : `process ${holder.pid} on ${holder.host}`;
  return fileError(
    path,
    `the folder is being written by ${who}`,
    'wait until it is done; when no such process runs any more, remove this file',
  );
}
