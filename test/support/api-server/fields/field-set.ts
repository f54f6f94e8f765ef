import { itemText, nameText } from '../../../../src/apply/fields/field-paths.js';
import type { FieldsV1 } from '../../../../src/kube/live-object.js';
import { type FieldType, type MapType } from './field-type.js';

/**
 * A set of paths. A path may be in the set by itself, and have others below it: `f:labels` with `.` and `f:app`.
 * Sets are never changed once they are made, except by whoever makes them.
 */
export class FieldSet {
  readonly children = new Map<string, FieldSet>();

  constructor(
    /** Whether the place itself is in the set. */
    public member = false,
  ) {}

  static of(...paths: readonly (readonly string[])[]): FieldSet {
    const set = new FieldSet();
    for (const path of paths) set.insert(path);
    return set;
  }

  static fromV1(fields: FieldsV1): FieldSet {
    const set = new FieldSet();
    for (const [member, below] of Object.entries(fields)) {
      if (member === '.') continue;
      const child = FieldSet.fromV1(below);
      // What has nothing below it is there for itself.
      child.member = Object.hasOwn(below, '.') || child.children.size === 0;
      set.children.set(canonical(member), child);
    }
    return set;
  }

  toV1(): FieldsV1 {
    const fields: Record<string, FieldsV1> = {};
    if (this.member && this.children.size > 0) fields['.'] = {};
    for (const member of [...this.children.keys()].sort(byKind)) {
      fields[member] = this.children.get(member)!.toV1();
    }
    return fields;
  }

  get isEmpty(): boolean {
    return !this.member && [...this.children.values()].every((child) => child.isEmpty);
  }

  insert(path: readonly string[]): void {
    let node: FieldSet = this;
    for (const member of path) node = node.#descend(member);
    node.member = true;
  }

  /** Puts a set below a member, unless it is empty. */
  put(member: string, below: FieldSet): void {
    if (!below.isEmpty) this.children.set(member, below);
  }

  below(member: string): FieldSet | undefined {
    return this.children.get(member);
  }

  union(other: FieldSet): FieldSet {
    const result = new FieldSet(this.member || other.member);
    for (const member of new Set([...this.children.keys(), ...other.children.keys()])) {
      const [a, b] = [this.children.get(member), other.children.get(member)];
      result.put(member, a && b ? a.union(b) : (a ?? b)!);
    }
    return result;
  }

  intersection(other: FieldSet): FieldSet {
    const result = new FieldSet(this.member && other.member);
    for (const [member, child] of this.children) {
      const also = other.children.get(member);
      if (also) result.put(member, child.intersection(also));
    }
    return result;
  }

  /** What is not in another set. */
  difference(other: FieldSet): FieldSet {
    const result = new FieldSet(this.member && !other.member);
    for (const [member, child] of this.children) {
      const also = other.children.get(member);
      result.put(member, also ? child.difference(also) : child);
    }
    return result;
  }

  /** What is neither in another set nor below something that is. */
  recursiveDifference(other: FieldSet): FieldSet {
    const result = new FieldSet(this.member && !other.member);
    for (const [member, child] of this.children) {
      const also = other.children.get(member);
      if (also?.member) continue;
      result.put(member, also ? child.recursiveDifference(also) : child);
    }
    return result;
  }

  /** The same with all named fields on the way, so that removing all that is in a field removes the field. */
  withNamedFields(type: FieldType | undefined): FieldSet {
    const result = new FieldSet(this.member);
    for (const [member, child] of this.children) {
      const { named, below } = step(type, member);
      const filled = child.withNamedFields(below);
      if (named && child.children.size > 0) filled.member = true;
      result.put(member, filled);
    }
    return result;
  }

  equals(other: FieldSet): boolean {
    return this.difference(other).isEmpty && other.difference(this).isEmpty;
  }

  /** Paths in the words of the API server's messages. */
  paths(path = ''): string[] {
    const found = this.member && path !== '' ? [path] : [];
    for (const member of [...this.children.keys()].sort(byKind)) {
      const text = member.startsWith('f:') ? nameText(member.slice(2)) : itemText(member);
      found.push(...this.children.get(member)!.paths(path + text));
    }
    return found;
  }

  #descend(member: string): FieldSet {
    const known = this.children.get(member);
    if (known) return known;
    const made = new FieldSet();
    this.children.set(member, made);
    return made;
  }
}

function step(
  type: FieldType | undefined,
  member: string,
): { readonly named: boolean; readonly below: FieldType | undefined } {
  if (type?.kind === 'list') return { named: false, below: type.items };
  if (type?.kind === 'open') return { named: false, below: type };
  if (type?.kind !== 'map') return { named: false, below: undefined };
  const name = member.slice(2);
  const { fields, rest } = type as MapType;
  return { named: fields.has(name), below: fields.get(name) ?? rest };
}

/** Keys in the order of their names, as they are written here. */
function canonical(member: string): string {
  if (!member.startsWith('k:')) return member;
  const key = JSON.parse(member.slice(2)) as Record<string, unknown>;
  const sorted = Object.keys(key)
    .sort()
    .map((name) => [name, key[name]]);
  return `k:${JSON.stringify(Object.fromEntries(sorted))}`;
}

const KINDS = ['f', 'k', 'v', 'i'];

/** Fields come before items. */
function byKind(a: string, b: string): number {
  const order = KINDS.indexOf(a[0]!) - KINDS.indexOf(b[0]!);
  return order !== 0 ? order : a < b ? -1 : 1;
}
