import { expect } from 'chai';
import type { ApplyResult } from '../../../src/apply/apply.js';
import type { DeleteResult } from '../../../src/apply/delete.js';
import { type Inventory, parseInventory } from '../../../src/apply/inventory/inventory.js';
import type { ObjectEvent } from '../../../src/apply/session/engine-events.js';
import { describeRef } from '../../../src/apply/set/object-ref.js';
import type { Clock } from '../../../src/common/clock.js';
import { OpniLoggingError } from '../../../src/common/error.js';
import type { TestCluster } from '../../support/cluster/test-cluster.js';
import { type Run, setOfCase } from './support.js';

/** What the inventory of the case says; undefined when there is none. */
export async function inventoryOf(test: TestCluster): Promise<Inventory | undefined> {
  const { namespace, inventory } = setOfCase(test);
  const parent = await test.get('v1', 'ConfigMap', inventory, namespace);
  return parent && parseInventory(setOfCase(test), parent);
}

/** Members that the inventory lists, as `ConfigMap a/b`, in the order of the list; empty when there is none. */
export async function listedMembers(test: TestCluster): Promise<string[]> {
  const inventory = await inventoryOf(test);
  return (inventory?.entries ?? []).map(describeRef);
}

/** The Lease of the case's set. */
export const leaseOf = (test: TestCluster) => {
  const { namespace, lock } = setOfCase(test);
  return test.get('coordination.k8s.io/v1', 'Lease', lock, namespace);
};

/** The error that work ends with. */
export async function errorOf(work: Promise<unknown>): Promise<OpniLoggingError> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).to.be.instanceOf(OpniLoggingError);
  return error as OpniLoggingError;
}

/** What was told of one object, as in `ConfigMap a/b`; fails unless it was told once. */
export function eventOf({ events }: Run<unknown>, object: string): ObjectEvent {
  const found = events.filter(
    (event): event is ObjectEvent => event.type === 'object' && describeRef(event.object) === object,
  );
  expect(found, `events of ${object}`).to.have.length(1);
  return found[0]!;
}

/** Texts of the warnings. */
export const warningsOf = ({ events }: Run<unknown>): string[] =>
  events.flatMap((event) => (event.type === 'warning' ? [event.message] : []));

/** Problems as `ConfigMap a/b: what is wrong`. */
export const problemsOf = ({ result }: Run<ApplyResult | DeleteResult>): string[] =>
  result.problems.map(({ path, message }) => (path ? `${path}: ${message}` : message));

/** Writes to members: without those to the inventory and the lock. */
export const memberWrites = (writes: readonly string[]): string[] =>
  writes.filter((line) => !/\/configmaps\/case-inventory$|\/leases\/case-apply$/.test(line));

/** Members that were deleted, in their order, by name. */
export const deletedNames = (writes: readonly string[]): string[] =>
  memberWrites(writes)
    .filter((line) => line.startsWith('DELETE '))
    .map((line) => line.slice(line.lastIndexOf('/') + 1));

/** The machine's clock, that can be moved on, as when a process is stopped for a while. */
export function movableClock(): Clock & { readonly moveOn: (ms: number) => void } {
  let aheadMs = 0;
  return {
    now: () => performance.now() + aheadMs,
    wallMs: () => Date.now() + aheadMs,
    random: () => Math.random(),
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        signal?.throwIfAborted();
        const timer = setTimeout(resolve, ms);
        signal?.addEventListener('abort', () => {
          clearTimeout(timer);
          reject(signal.reason);
        });
      }),
    moveOn: (ms) => {
      aheadMs += ms;
    },
  };
}
