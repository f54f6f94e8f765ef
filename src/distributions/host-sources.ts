import type { ClusterConfig, IdentityConfig } from '../config/types.js';
import { type Distribution, type FileSource, type JournalSource, journal, sourceId } from './distribution.js';
import { generic } from './generic.js';
import { aks, eks, gke } from './managed-clouds.js';
import { k3s, k3sOpenRc, rke, rke2 } from './rancher.js';

const TABLE: Readonly<Record<IdentityConfig['distribution'], Distribution>> = {
  aks,
  eks,
  gke,
  k3s,
  rke,
  rke2,
  generic,
};

/** Everything that the host log collector of one cluster reads. */
export interface HostSources {
  readonly journal: readonly JournalSource[];
  readonly files: readonly FileSource[];
  /** Folders of the node to mount, sorted. */
  readonly folders: readonly string[];
}

/**
 * The distribution's table.
 *
 * @param name name in the configuration
 * @param serviceManager who runs k3s; of no effect elsewhere. @default 'systemd'
 */
export function distributionOf(
  name: IdentityConfig['distribution'],
  serviceManager: 'systemd' | 'openrc' = 'systemd',
): Distribution {
  return name === 'k3s' && serviceManager === 'openrc' ? k3sOpenRc : TABLE[name];
}

/** Joins the distribution's table with what the configuration adds. Empty when nothing of the host is collected. */
export function hostSources(config: Pick<ClusterConfig, 'cluster' | 'collection'>): HostSources {
  const { hostLogs, auditLog, pods } = config.collection;
  const distribution = distributionOf(config.cluster.distribution, hostLogs.serviceManager);
  const journalSources = hostLogs.enabled
    ? [...distribution.journal, ...hostLogs.units.map((unit) => journal(unit))]
    : [];
  const files: FileSource[] = hostLogs.enabled
    ? distribution.files.map((file) => withoutJournal(file, hostLogs.units))
    : [];
  const auditPath =
    auditLog.path ?? ('path' in distribution.auditLog ? distribution.auditLog.path : undefined);
  if (auditLog.enabled && auditPath) {
    files.push({ id: 'file-audit', path: auditPath, component: 'kube-apiserver-audit', format: 'audit' });
  }
  // Last, so that what the table knows of a file wins.
  if (hostLogs.enabled) {
    for (const file of hostLogs.files)
      files.push({ ...file, id: sourceId('file', file.path), format: 'text' });
  }
  return {
    journal: unique(journalSources, (source) => source.id),
    files: unique(files, (source) => source.path),
    folders: foldersFor(journalSources, files, pods.containerLogDir),
  };
}

/** A file that repeats the journal leaves out what is read from there, further units included. */
function withoutJournal(file: FileSource, units: readonly string[]): FileSource {
  if (!file.excludePrograms) return file;
  const programs = units.map((unit) => unit.replace(/(@.*)?\.[a-z]+$/, ''));
  return { ...file, excludePrograms: [...new Set([...file.excludePrograms, ...programs])] };
}

/**
 * Whole folders, never single files: a mounted file stays the old one after a rotation. `/var/log` and `/run/log` are on
 * every node; a mount of a folder below them would make it where it is missing, and an empty `/var/log/journal` turns
 * the journal from volatile to persistent.
 */
function foldersFor(
  journalSources: readonly JournalSource[],
  files: readonly FileSource[],
  containerLogDir: string,
): string[] {
  const folders = files.map((file) => folderOf(file.path));
  if (journalSources.length > 0) folders.push('/var/log', '/run/log');
  // Links in these files lead to the container runtime's own folder.
  if (files.some((file) => file.format === 'docker')) folders.push(containerLogDir);
  return unique(folders, (folder) => folder).sort();
}

const folderOf = (path: string) =>
  path.startsWith('/var/log/') ? '/var/log' : path.slice(0, path.lastIndexOf('/'));

function unique<T>(values: readonly T[], key: (value: T) => string): T[] {
  const seen = new Set<string>();
  return values.filter((value) => !seen.has(key(value)) && seen.add(key(value)));
}
