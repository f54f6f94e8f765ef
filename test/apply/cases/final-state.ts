import { expect } from 'chai';
import { setIdOf } from '../../../src/apply/set/apply-set.js';
import { describeRef, keyOf, refOf } from '../../../src/apply/set/object-ref.js';
import type { LiveObject } from '../../../src/kube/live-object.js';
import type { TestCluster } from '../../support/cluster/test-cluster.js';
import { inventoryOf, leaseOf } from './observations.js';
import { groupOfCase, setOfCase } from './support.js';

/** What Kubernetes itself puts into every namespace, sooner or later. */
const BY_ITSELF: ReadonlySet<string> = new Set(['kube-root-ca.crt', 'default']);

/** What differs from run to run. */
const PASSING: ReadonlySet<string> = new Set(['uid', 'resourceVersion', 'creationTimestamp', 'generation']);

/** All that a case left in a cluster, as JSON by name, without what differs from run to run. */
export type FinalState = ReadonlyMap<string, string>;

/**
 * Reads what a case left: objects with the owners of their fields, the inventory, and whether there is a Lease. Checks that
 * the inventory lists what is there.
 *
 * @param namespaces where to look
 */
export async function finalState(test: TestCluster, namespaces: readonly string[]): Promise<FinalState> {
  const { inventory } = setOfCase(test);
  const within = await Promise.all(
    namespaces.flatMap((ns) => [
      test.list('v1', 'ConfigMap', ns),
      test.list('v1', 'ServiceAccount', ns),
      test.list(`${groupOfCase(test)}/v1`, 'Widget', ns),
    ]),
  );
  const around = await Promise.all([
    ...namespaces.map((ns) => test.get('v1', 'Namespace', ns)),
    test.get('apiextensions.k8s.io/v1', 'CustomResourceDefinition', `widgets.${groupOfCase(test)}`),
  ]);
  const objects = [...within.flat(), ...around.filter((live) => live !== undefined)].filter(
    ({ metadata: { name } }) => !BY_ITSELF.has(name) && name !== inventory,
  );
  const listed = await inventoryOf(test);
  const uids = new Map(objects.map((live) => [keyOf(refOf(live)), live.metadata.uid]));
  for (const entry of listed?.entries ?? []) {
    expect(entry.uid, `UID of ${describeRef(entry)} in the inventory`).to.equal(uids.get(keyOf(entry)));
  }
  const parts: [string, unknown][] = objects.map((live) => [keyOf(refOf(live)), stable(live)]);
  if (listed) {
    const entries = listed.entries.map(({ uid: _, ...entry }) => entry);
    parts.push(['inventory', { phase: listed.phase, entries }]);
  }
  // A run with nothing to do takes no lock: that of a dead process stays until it has run out and somebody needs it.
  if (await leaseOf(test)) parts.push(['lock', {}]);
  const plain = (text: string) => text.replaceAll(setIdOf(setOfCase(test)), 'SET').replaceAll(test.id, 'ID');
  return new Map(parts.map(([name, value]) => [plain(name), plain(JSON.stringify(value))]));
}

/** In what two states differ, object by object. */
export function differences(actual: FinalState, expected: FinalState): string[] {
  return [...new Set([...actual.keys(), ...expected.keys()])]
    .filter((name) => actual.get(name) !== expected.get(name))
    .map((name) => `${name} is ${actual.get(name) ?? 'gone'} and should be ${expected.get(name) ?? 'gone'}`);
}

function stable({ metadata, status: _, ...rest }: LiveObject & { readonly status?: unknown }): object {
  const kept = Object.entries(metadata).filter(([name]) => !PASSING.has(name) && name !== 'managedFields');
  const owners = (metadata.managedFields ?? []).filter(({ subresource }) => subresource !== 'status');
  return {
    ...rest,
    metadata: Object.fromEntries(kept),
    owners: owners.map(({ time: _, ...owner }) => owner),
  };
}
