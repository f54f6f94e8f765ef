import type { ManagedFieldsEntry } from '../../../../src/kube/live-object.js';
import { FieldSet } from './field-set.js';

/** What one writer owns, in one way of writing. */
export interface Manager {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  /** Empty for the object itself. */
  readonly subresource: string;
  readonly time?: string;
  readonly set: FieldSet;
}

/** Writers by {@link managerKey}. */
export type Managers = ReadonlyMap<string, Manager>;

/** Whoever applies is the same in every version; whoever updates is not. */
export const managerKey = ({
  manager,
  operation,
  apiVersion,
  subresource,
}: Pick<Manager, 'manager' | 'operation' | 'apiVersion' | 'subresource'>): string =>
  JSON.stringify([manager, operation, operation === 'Apply' ? '' : apiVersion, subresource]);

/**
 * Reads `metadata.managedFields`.
 *
 * @returns undefined when it cannot be read
 */
export function decodeManagers(entries: unknown): Managers | undefined {
  if (!Array.isArray(entries)) return undefined;
  const managers = new Map<string, Manager>();
  for (const entry of entries as readonly ManagedFieldsEntry[]) {
    const { manager = '', operation, apiVersion, subresource = '', time, fieldsType, fieldsV1 } = entry;
    if ((operation !== 'Apply' && operation !== 'Update') || !apiVersion || fieldsType !== 'FieldsV1') {
      return undefined;
    }
    const set = FieldSet.fromV1(fieldsV1 ?? {});
    const one: Manager = { manager, operation, apiVersion, subresource, set, ...(time ? { time } : {}) };
    managers.set(managerKey(one), one);
  }
  return managers;
}

/** Writes `metadata.managedFields`: appliers first, then by time. */
export function encodeManagers(managers: Managers): ManagedFieldsEntry[] {
  return [...managers.values()]
    .filter(({ set }) => !set.isEmpty)
    .sort(inOrder)
    .map(({ manager, operation, apiVersion, subresource, time, set }) => ({
      manager,
      operation,
      apiVersion,
      ...(time ? { time } : {}),
      fieldsType: 'FieldsV1',
      fieldsV1: set.toV1(),
      ...(subresource === '' ? {} : { subresource }),
    }));
}

function inOrder(a: Manager, b: Manager): number {
  return (
    compareText(a.operation, b.operation) ||
    compareText(a.time ?? '', b.time ?? '') ||
    compareText(a.manager, b.manager) ||
    compareText(a.apiVersion, b.apiVersion) ||
    compareText(a.subresource, b.subresource)
  );
}

const compareText = (a: string, b: string) => (a === b ? 0 : a < b ? -1 : 1);
