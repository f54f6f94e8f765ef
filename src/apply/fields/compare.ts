import { type KubernetesObject } from '../../constructs/kubernetes-object.js';
import type { FieldsV1, LiveObject, ManagedFieldsEntry } from '../../kube/live-object.js';
import { itemText, nameText } from './field-paths.js';
import { isMap, type JsonMap, normalizationOf, type SameValue } from './same-value.js';

/** Whether an apply would change anything; with a place and a reason when that is not certain. */
export type Comparison =
  | { readonly same: true }
  | { readonly same: false; readonly path: string; readonly why: string };

const SAME: Comparison = { same: true };

/** A place in the object, and who owns it. */
interface Place {
  readonly path: string;
  /** Names of the fields on the way, without the items of lists. */
  readonly names: readonly string[];
  /** What we own from here on. */
  readonly owned: FieldsV1;
  /** What each of the others owns from here on. */
  readonly others: readonly FieldsV1[];
  readonly sameValue: SameValue;
}

/** Bookkeeping that an apply names and does not own. */
const ROOT_BOOKKEEPING: ReadonlySet<string> = new Set(['apiVersion', 'kind']);
const METADATA_BOOKKEEPING: ReadonlySet<string> = new Set(['name', 'namespace']);

/** Maps that every kind owns as a whole. */
const WHOLE_MAPS: ReadonlySet<string> = new Set([
  'configMapKeyRef',
  'fieldRef',
  'labelSelector',
  'namespaceSelector',
  'nodeSelector',
  'podSelector',
  'resourceFieldRef',
  'roleRef',
  'secretKeyRef',
  'selector',
]);

/**
 * Compares a wanted object with the one in the cluster, without asking anybody: it is the same when every wanted field
 * has the wanted value and is ours, and nothing else is ours. Then an apply would change neither a value nor an owner.
 *
 * What cannot be proven counts as not the same. How the API server records owners is described with server-side apply:
 * `f:` for fields, `k:` for items of keyed lists, `v:` for items of sets; what has no members below it is owned as a
 * whole.
 *
 * @param desired as it is sent
 * @param live read in the version of the wanted one
 * @param manager our field manager
 */
export function compareToLive(desired: KubernetesObject, live: LiveObject, manager: string): Comparison {
  const entries = live.metadata.managedFields ?? [];
  const ours = entries.filter((entry) => isApplyOf(entry, manager));
  const [entry] = ours;
  if (ours.length > 1) return differs('.metadata.managedFields', 'names this manager twice');
  if (!entry?.fieldsV1) return differs('', 'it was never applied by this manager');
  if (entry.apiVersion !== desired.apiVersion || live.apiVersion !== desired.apiVersion) {
    return differs('.apiVersion', 'it was applied in another version');
  }
  const { name, namespace = live.metadata.namespace } = desired.metadata;
  if (live.kind !== desired.kind || live.metadata.name !== name || live.metadata.namespace !== namespace) {
    return differs('.metadata', 'it is another object');
  }
  return compareMaps(desired, live, {
    path: '',
    names: [],
    owned: entry.fieldsV1,
    others: entries.filter((other) => other !== entry).map((other) => other.fieldsV1 ?? {}),
    sameValue: normalizationOf(desired),
  });
}

/** The entry of a manager's applies to the object itself. */
export function applyEntryOf(live: LiveObject, manager: string): ManagedFieldsEntry | undefined {
  return live.metadata.managedFields?.find((entry) => isApplyOf(entry, manager));
}

const isApplyOf = (entry: ManagedFieldsEntry, manager: string) =>
  entry.manager === manager && entry.operation === 'Apply' && !entry.subresource;

const differs = (path: string, why: string): Comparison => ({ same: false, path, why });

function compareValues(wanted: unknown, live: unknown, place: Place): Comparison {
  const members = membersOf(place.owned);
  if (members.length === 0) return compareWhole(wanted, live, place);
  if (Array.isArray(wanted) && Array.isArray(live)) return compareLists(wanted, live, members, place);
  if (isMap(wanted) && isMap(live)) return compareMaps(wanted, live, place);
  return differs(place.path, 'is of another type in the cluster');
}

function compareWhole(wanted: unknown, live: unknown, { path, names, others, sameValue }: Place): Comparison {
  // An empty map of single fields is recorded like a map that is owned as a whole. Its fields would become ours.
  if (isFull(wanted) && others.some((fields) => membersOf(fields).length > 0)) {
    return differs(path, 'is owned in parts by somebody else');
  }
  const isItem = path.endsWith(']');
  if (isMap(wanted) && isFull(wanted) && !isItem && !WHOLE_MAPS.has(names.at(-1) ?? '')) {
    return differs(path, 'may be owned in parts');
  }
  // To wish for nothing means different things in different places.
  if (wanted === null || !sameValue(wanted, live, names)) return differs(path, 'has another value');
  return SAME;
}

function compareMaps(wanted: JsonMap, live: JsonMap, place: Place): Comparison {
  const { path, owned } = place;
  const bookkeeping = bookkeepingAt(path);
  for (const [name, value] of Object.entries(wanted)) {
    if (value === undefined || bookkeeping?.has(name)) continue;
    const below = descend(place, `f:${name}`, name);
    if (!below) {
      // Metadata of a name alone leaves no trace.
      if (path === '' && name === 'metadata' && isMap(value) && Object.keys(value).every(isNaming)) continue;
      return differs(path + nameText(name), 'is not ours yet');
    }
    const result = compareValues(value, Object.hasOwn(live, name) ? live[name] : undefined, below);
    if (!result.same) return result;
  }
  for (const member of membersOf(owned)) {
    const name = member.slice(2);
    const isWanted = member.startsWith('f:') && Object.hasOwn(wanted, name) && wanted[name] !== undefined;
    if (!isWanted) return differs(path + nameText(name), 'is no longer wanted');
  }
  return SAME;
}

const isNaming = (name: string) => METADATA_BOOKKEEPING.has(name);

function bookkeepingAt(path: string): ReadonlySet<string> | undefined {
  if (path === '') return ROOT_BOOKKEEPING;
  return path === '.metadata' ? METADATA_BOOKKEEPING : undefined;
}

function compareLists(
  wanted: readonly unknown[],
  live: readonly unknown[],
  members: readonly string[],
  place: Place,
): Comparison {
  if (members.length !== wanted.length) return differs(place.path, 'has other items');
  if (members.every((member) => member.startsWith('k:'))) return compareKeyed(wanted, live, members, place);
  if (members.every((member) => member.startsWith('v:'))) return compareSets(wanted, live, members, place);
  return differs(place.path, 'is a list of unknown kind');
}

function compareKeyed(
  wanted: readonly unknown[],
  live: readonly unknown[],
  members: readonly string[],
  place: Place,
): Comparison {
  const { path, names, sameValue } = place;
  const keys = members.map((member) => JSON.parse(member.slice(2)) as JsonMap);
  const fits = (item: unknown, key: JsonMap, isWanted: boolean) =>
    isMap(item) &&
    Object.entries(key).every(([name, value]) =>
      Object.hasOwn(item, name)
        ? item[name] === value
        : isWanted && sameValue.fillsIn([...names, name], value),
    );
  const positions = (items: readonly unknown[], isWanted: boolean) =>
    items.flatMap((item) => keys.flatMap((key, index) => (fits(item, key, isWanted) ? [index] : [])));
  // The order may mean something: the server keeps that of the last apply.
  const order = positions(wanted, true);
  const liveOrder = positions(live, false);
  if (new Set(order).size !== members.length || !isSameOrder(order, liveOrder)) {
    return differs(path, 'has other items, or the same in another order');
  }
  const owned = live.filter((item) => keys.some((key) => fits(item, key, false)));
  for (const [index, item] of wanted.entries()) {
    const member = members[order[index]!]!;
    const below = descend(place, member)!;
    if (membersOf(below.owned).length > 0 && !below.owned['.'])
      return differs(below.path, 'is not ours as a whole');
    const result = compareValues(item, owned[index], below);
    if (!result.same) return result;
  }
  return SAME;
}

function compareSets(
  wanted: readonly unknown[],
  live: readonly unknown[],
  members: readonly string[],
  { path }: Place,
): Comparison {
  const owned = new Set(members.map((member) => JSON.stringify(JSON.parse(member.slice(2)))));
  const order = wanted.map((item) => JSON.stringify(item));
  const inLive = live.map((item) => JSON.stringify(item)).filter((item) => owned.has(item));
  if (!order.every((item) => owned.has(item)) || !isSameOrder(order, inLive))
    return differs(path, 'has other items');
  return SAME;
}

function descend(
  { path, names, owned, others, sameValue }: Place,
  member: string,
  name?: string,
): Place | undefined {
  const below = owned[member];
  return (
    below && {
      path: path + (name === undefined ? itemText(member) : nameText(name)),
      names: name === undefined ? names : [...names, name],
      owned: below,
      others: others.flatMap((fields) => fields[member] ?? []),
      sameValue,
    }
  );
}

const membersOf = (fields: FieldsV1) => Object.keys(fields).filter((member) => member !== '.');

const isFull = (value: unknown) =>
  typeof value === 'object' && value !== null && Object.keys(value).length > 0;

const isSameOrder = (a: readonly unknown[], b: readonly unknown[]) =>
  a.length === b.length && a.every((item, index) => item === b[index]);
