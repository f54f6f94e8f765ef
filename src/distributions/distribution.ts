import { shortHash } from '../common/hash.js';

/** A systemd unit whose journal is read. */
export interface JournalSource {
  /** Short name, unique in the cluster; part of the tag and of the position database's name. */
  readonly id: string;
  /** Full name of the unit. Units that a node does not have are simply silent. */
  readonly unit: string;
  /** Value of `kubernetes_component` in its records. */
  readonly component: string;
}

/**
 * How the lines of a log file are laid out. `docker` lines are unwrapped. The others stay as they are in `log`, and
 * fields are read out beside it: an audit event as fields of its own would give one field many types.
 */
export type LineFormat = 'text' | 'klog' | 'syslog' | 'docker' | 'audit';

/** Log files in one folder of the node. */
export interface FileSource {
  /** Short name, unique in the cluster; part of the tag and of the position database's name. */
  readonly id: string;
  /** Absolute path; `*` may stand in the file's name. Absent files are silent, absent folders only warn. */
  readonly path: string;
  /** Value of `kubernetes_component`; taken from the file's name when left out. */
  readonly component?: string;
  /** Layout of the lines. */
  readonly format: LineFormat;
  /** Programs whose lines are left out because the journal has them. For `syslog` files only. @default none */
  readonly excludePrograms?: readonly string[];
}

/** Where a distribution keeps the audit log, or why it cannot be read. */
export type AuditLog = { readonly path: string } | { readonly unavailable: string };

/** What differs between the distributions. */
export interface Distribution {
  /** Name in the configuration. */
  readonly name: string;
  /** Name for people. */
  readonly title: string;
  /** Journal units of the node and of the control plane outside of pods. */
  readonly journal: readonly JournalSource[];
  /** Log files of the same. */
  readonly files: readonly FileSource[];
  /** The audit log of the API server. */
  readonly auditLog: AuditLog;
}

/** The journal of a unit, named after it. */
export function journal(unit: string, component = unit.replace(/\.[a-z]+$/, '')): JournalSource {
  return { id: sourceId('journal', unit), unit, component };
}

/** What needs no hash: no two of these become one name. */
const SIMPLE = /^(\/var\/log\/)?[A-Za-z0-9]+(-[A-Za-z0-9]+)*\.(service|log)$/;

/**
 * A source's id, made from what it reads and not from its place in a list, so that positions survive a new order. What
 * a name cannot tell apart, a hash does: two sources with one position file would spoil it.
 */
export function sourceId(kind: 'journal' | 'file', name: string): string {
  const words = name.replace(/\.service$/, '').match(/[A-Za-z0-9]+/g) ?? [];
  const hash = SIMPLE.test(name) ? [] : [shortHash(name).slice(0, 8)];
  return [kind, ...words, ...hash].join('-');
}
