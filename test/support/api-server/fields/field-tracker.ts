import { isDeepStrictEqual } from 'node:util';
import { conflictRefusal, type OwnedFields } from './field-conflicts.js';
import { FieldSet } from './field-set.js';
import type { FieldType, Json } from './field-type.js';
import { type Manager, type Managers, managerKey } from './managed-fields.js';
import { compare, type Differences, fieldSetOf, merge, removeFields } from './structured-merge.js';

/** How owners of fields are followed for one request. */
export interface TrackerOptions {
  /** Version in which the request writes. */
  readonly apiVersion: string;
  /** Empty for the object itself. */
  readonly subresource: string;
  /** Type of the kind in a version; undefined when the version is not there any more. */
  readonly typeIn: (apiVersion: string) => FieldType | undefined;
  /** Fields that the request may not write. */
  readonly reset: FieldSet;
  readonly now: () => string;
}

/** Fields that nobody owns, since they only name the object or are the server's. */
const STRIPPED = FieldSet.of(
  ['f:apiVersion'],
  ['f:kind'],
  ['f:metadata'],
  ...[
    'name',
    'namespace',
    'creationTimestamp',
    'selfLink',
    'uid',
    'generation',
    'managedFields',
    'resourceVersion',
  ].map((name) => ['f:metadata', `f:${name}`]),
);

/** Follows who owns which field, as structured-merge-diff does. Values of objects are not changed in place. */
export class FieldTracker {
  constructor(private readonly options: TrackerOptions) {}

  private get type(): FieldType {
    return this.options.typeIn(this.options.apiVersion)!;
  }

  /** Who owns what after any write but an apply. */
  update(live: Json, next: Json, before: Managers, name: string): Managers {
    const { apiVersion, subresource, reset, now } = this.options;
    const { managers, differences } = this.#settle(live, next, before, undefined, true);
    const { added, removed, modified } = differences;
    const set = new FieldSet()
      .difference(removed)
      .union(modified)
      .union(added)
      .recursiveDifference(reset)
      .difference(STRIPPED);
    if (set.isEmpty) return managers;
    const self: Manager = { manager: name, operation: 'Update', apiVersion, subresource, set, time: now() };
    const key = managerKey(self);
    const previous = managers.get(key);
    return new Map(managers).set(key, previous ? { ...self, set: set.union(previous.set) } : self);
  }

  /**
   * An apply.
   *
   * @returns the object as it would be; undefined when nothing would change
   * @throws Refusal when others own fields with other values, unless it is forced
   */
  apply(
    live: Json,
    applied: Json,
    before: Managers,
    name: string,
    force: boolean,
  ): { readonly object: Json | undefined; readonly managers: Managers } {
    const { apiVersion, subresource, reset, now } = this.options;
    const merged = merge(live, applied, this.type) as Json;
    const set = fieldSetOf(applied, this.type).recursiveDifference(reset);
    const base = { manager: name, operation: 'Apply', apiVersion, subresource } as const;
    const key = managerKey(base);
    const last = before.get(key);
    const mine: Manager = { ...base, set, ...(last?.time ? { time: last.time } : {}) };
    const claimed = new Map(before).set(key, mine);
    const pruned = last ? this.#prune(merged, claimed, last) : merged;
    const { managers } = this.#settle(live, pruned, claimed, key, force);
    const changed = !isDeepStrictEqual(live, pruned);
    const own = managers.get(key);
    const kept = new Map(managers);
    if (own) {
      const stripped = { ...own, set: own.set.difference(STRIPPED) };
      kept.set(key, changed ? { ...stripped, time: now() } : stripped);
    }
    return { object: changed ? pruned : undefined, managers: kept };
  }

  /** Takes fields away from those whose values are no longer there. */
  #settle(
    live: Json,
    next: Json,
    before: Managers,
    self: string | undefined,
    force: boolean,
  ): { readonly managers: Managers; readonly differences: Differences } {
    const { apiVersion, typeIn, reset } = this.options;
    const differences = compare(live, next, this.type);
    const visible: Differences = {
      added: differences.added.recursiveDifference(reset),
      removed: differences.removed.recursiveDifference(reset),
      modified: differences.modified.recursiveDifference(reset),
    };
    const managers = new Map<string, Manager>();
    const conflicts: OwnedFields[] = [];
    for (const [key, one] of before) {
      const type = typeIn(one.apiVersion);
      if (key === self) {
        managers.set(key, one);
        continue;
      }
      // A version that is not served any more has no owners.
      if (!type) continue;
      const seen = one.apiVersion === apiVersion ? visible : compare(live, next, type);
      const lost = one.set.intersection(seen.modified.union(seen.added));
      if (!lost.isEmpty) conflicts.push({ owner: one, set: lost });
      const set = one.set.difference(lost).difference(seen.removed);
      if (!set.isEmpty) managers.set(key, { ...one, set });
    }
    if (!force && conflicts.length > 0) throw conflictRefusal(conflicts);
    for (const [key, { set }] of managers) if (set.isEmpty) managers.delete(key);
    return { managers, differences };
  }

  /** Removes what the manager applied the last time and not now, and nobody else owns. */
  #prune(merged: Json, managers: Managers, last: Manager): Json {
    if (last.set.isEmpty) return merged;
    const type = this.options.typeIn(last.apiVersion);
    if (!type) return merged;
    const whole = fieldSetOf(merged, type).withNamedFields(type);
    const fieldsIn = (object: unknown) => fieldSetOf(object, type).withNamedFields(type);
    let pruned = removeFields(merged, last.set.withNamedFields(type), type);
    for (const owned of this.#ownedByVersion(managers, last.apiVersion)) {
      const kept = fieldsIn(pruned).union(owned.withNamedFields(type));
      pruned = removeFields(merged, whole.difference(kept), type);
    }
    const gone = whole.difference(fieldsIn(pruned)).intersection(last.set.withNamedFields(type));
    return removeFields(merged, gone, type) as Json;
  }

  /** Sets of all managers, the version that is being pruned first. */
  #ownedByVersion(managers: Managers, first: string): FieldSet[] {
    const sets = new Map<string, FieldSet>([[first, new FieldSet()]]);
    for (const { apiVersion, set } of managers.values()) {
      sets.set(apiVersion, (sets.get(apiVersion) ?? new FieldSet()).union(set));
    }
    return [...sets.values()];
  }
}
