import { dirname, resolve } from 'node:path';
import { messageOf } from '../../common/error.js';
import { assemble, type Layer, settingsOf } from '../../config/assemble.js';
import { decodeText } from '../../config/decode.js';
import { type ConfigFiles, nodeFiles } from '../../config/files.js';
import { Findings } from '../../config/findings.js';
import type { FileFormat } from '../../config/format.js';
import { locate } from '../../config/locate.js';
import type { Located, LocatedEntry, LocatedMap } from '../../config/located.js';
import { parseConfigText } from '../../config/parse.js';
import { keyPath } from '../../config/path.js';
import { Validator } from '../../config/validate.js';
import { settingsOfFlags } from './events-flags.js';
import { eventsFormat } from './events-format.js';
import { FILE_SETTINGS } from './events-schema.js';
import type { EventsSettings, ShippingSettings } from './events-settings.js';

/** Options of {@link readEventsConfig}. */
export interface EventsConfigOptions {
  /** Path of `events.yaml`, from `cwd`. @default no file: flags and defaults only */
  readonly file?: string;
  /** Values of flags by the path of their setting. Numbers may be text, amounts of bytes also as in `16Mi`. */
  readonly flags: Readonly<Record<string, unknown>>;
  /** Folder that paths in flags, and `file`, are relative to. */
  readonly cwd: string;
  /** Where the file is read from. @default the file system of the machine */
  readonly files?: ConfigFiles;
  /** Is `shipper.url` required? Not for a run that sends nothing. @default true */
  readonly urlRequired?: boolean;
}

/** A file of the forwarder has some hundred bytes. */
const MAX_FILE_BYTES = 1024 ** 2;
const FLAG_MARK = '--';

/**
 * Reads the settings of the events forwarder: flags over file over defaults, setting by setting; a list replaces the
 * one below it. Relative paths in the file start from the file's folder, those in flags from `cwd`. The files that
 * settings name are not read.
 *
 * @throws OpniLoggingError `config` with every problem of file and flags; the path of a flag's problem begins with `--`
 */
export async function readEventsConfig(
  options: EventsConfigOptions & { readonly urlRequired?: true },
): Promise<ShippingSettings>;
export async function readEventsConfig(options: EventsConfigOptions): Promise<EventsSettings>;
export async function readEventsConfig(options: EventsConfigOptions): Promise<EventsSettings> {
  const { file, flags, cwd, files = nodeFiles, urlRequired = true } = options;
  const format = eventsFormat(urlRequired);
  const findings = new Findings();
  const fromFlags = flagsLayer(flags, cwd, findings, format);
  const fromFile = file === undefined ? undefined : await fileLayer(file, cwd, files, findings, format);
  // Without the file that was named, the rest would look incomplete.
  if (file !== undefined && !fromFile) throw findings.error();
  const merged = assemble(fromFile ? [fromFile, fromFlags] : [fromFlags], findings, format);
  if (findings.count > 0) throw findings.error();
  return settingsOf(merged, format);
}

async function fileLayer(
  file: string,
  cwd: string,
  files: ConfigFiles,
  findings: Findings,
  format: FileFormat<EventsSettings>,
): Promise<Layer | undefined> {
  const path = resolve(cwd, file);
  const bytes = await readBytes(file, path, files, findings);
  if (!bytes) return undefined;
  const decoded = decodeText(file, bytes);
  if ('problem' in decoded) {
    findings.add(decoded.problem);
    return undefined;
  }
  const { root, problems } = parseConfigText(file, decoded.text, format.texts);
  for (const problem of problems) findings.add(problem);
  if (!root) return undefined;
  new Validator(findings, format).check(root, format.shape);
  return { root: withFullPaths(root, dirname(path), findings), path: '' };
}

async function readBytes(
  file: string,
  path: string,
  files: ConfigFiles,
  findings: Findings,
): Promise<Uint8Array | undefined> {
  const refuse = (message: string, fix: string): undefined =>
    findings.add({ file, message, fix }) as undefined;
  try {
    const info = await files.info(path);
    if (!info) return refuse('does not exist', 'name the file that holds the settings, or leave it out');
    if (info.kind !== 'file') return refuse('is no file', 'name the file itself, such as events.yaml');
    if (info.bytes > MAX_FILE_BYTES) {
      return refuse(
        `is ${info.bytes} bytes large; at most ${MAX_FILE_BYTES} are read`,
        'name the right file',
      );
    }
    return await files.read(path);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? messageOf(error);
    return refuse(`cannot be read: ${reason}`, 'check that it may be read');
  }
}

function flagsLayer(
  flags: Readonly<Record<string, unknown>>,
  cwd: string,
  findings: Findings,
  format: FileFormat<EventsSettings>,
): Layer {
  const own = new Findings();
  const root = locate(settingsOfFlags(flags), own) as LocatedMap;
  new Validator(own, format).check(root, format.shape);
  for (const { path, ...problem } of own.problems()) {
    findings.add({ ...(path && { path: `${FLAG_MARK}${path}` }), ...problem });
  }
  for (const node of own.bad) findings.bad.add(node);
  return { root: withFullPaths(root, cwd, findings), path: '', mark: FLAG_MARK };
}

/** The tree with the paths of files and folders made absolute. Refused nodes stay the same nodes. */
function withFullPaths(root: LocatedMap, folder: string, findings: Findings): LocatedMap {
  const walk = (node: Located, path: string): Located => {
    if (findings.bad.has(node)) return node;
    if (node.kind === 'map') return mapped(node, path);
    const named = node.kind === 'scalar' && FILE_SETTINGS.has(path) && typeof node.value === 'string';
    return named ? { ...node, value: resolve(folder, String(node.value)) } : node;
  };
  const mapped = (map: LocatedMap, path: string): LocatedMap => {
    const entries = new Map<string, LocatedEntry>();
    for (const [key, entry] of map.entries) {
      entries.set(key, { ...entry, value: walk(entry.value, keyPath(path, key)) });
    }
    return { ...map, entries };
  };
  return mapped(root, '');
}
