import type { KubernetesObject } from '../constructs/kubernetes-object.js';
import { type Fields, fields, isWithin, items, read, text } from './fields.js';
import type { ObjectSet } from './object-set.js';

/** Pods as a workload of the set describes them. */
export interface PodTemplate {
  /** The workload, or the pod itself. */
  readonly owner: KubernetesObject;
  /** Field of the owner that holds the pod's metadata and spec; empty when it is the owner itself. */
  readonly field: string;
  readonly labels: Fields;
  readonly spec: Fields;
}

/** A container and where it stands in its owner. */
export interface ContainerAt {
  readonly field: string;
  readonly container: Fields;
}

/** A folder or file of the node in a pod. */
export interface HostMount {
  /** Path on the node. */
  readonly path: string;
  /** Type of the volume, as in `DirectoryOrCreate`. */
  readonly type?: string;
  /** Field of the volume in the owner. */
  readonly field: string;
  /** Fields of the mounts that can be written through. */
  readonly writable: readonly string[];
}

const TEMPLATE_KEYS: Readonly<Record<string, readonly string[]>> = {
  Pod: [],
  'apps/Deployment': ['spec', 'template'],
  'apps/DaemonSet': ['spec', 'template'],
  'apps/StatefulSet': ['spec', 'template'],
  'apps/ReplicaSet': ['spec', 'template'],
  'batch/Job': ['spec', 'template'],
  'batch/CronJob': ['spec', 'jobTemplate', 'spec', 'template'],
};

/** The pods of all workloads in a set. */
export function podTemplates(set: ObjectSet): PodTemplate[] {
  return Object.entries(TEMPLATE_KEYS).flatMap(([kind, keys]) =>
    set.ofKind(kind).map((owner) => {
      const template = read(owner, ...keys);
      return {
        owner,
        field: keys.join('.'),
        labels: fields(read(template, 'metadata', 'labels')),
        spec: fields(read(template, 'spec')),
      };
    }),
  );
}

/** Path of a field of the pod's spec in its owner. */
export const specField = ({ field }: PodTemplate, rest: string): string =>
  `${field === '' ? '' : `${field}.`}spec.${rest}`;

/** All containers of a pod, those that run first included. */
export function containersOf(pod: PodTemplate): ContainerAt[] {
  return ['initContainers', 'containers'].flatMap((list) =>
    items(pod.spec[list]).map((container, index) => ({
      field: specField(pod, `${list}[${index}]`),
      container: fields(container),
    })),
  );
}

/** What a pod mounts from its node. */
export function hostMounts(pod: PodTemplate): HostMount[] {
  const volumes = items(pod.spec['volumes']).flatMap((volume, index) => {
    const path = text(read(volume, 'hostPath', 'path'));
    return path === undefined ? [] : [{ volume: fields(volume), path, index }];
  });
  if (volumes.length === 0) return [];
  const mounts = containersOf(pod).flatMap(({ field, container }) =>
    items(container['volumeMounts']).map((mount, index) => ({
      mount: fields(mount),
      field: `${field}.volumeMounts[${index}]`,
    })),
  );
  return volumes.map(({ volume, path, index }) => ({
    path,
    type: text(read(volume, 'hostPath', 'type')),
    field: specField(pod, `volumes[${index}].hostPath`),
    writable: mounts
      .filter(({ mount }) => mount['name'] === volume['name'] && mount['readOnly'] !== true)
      .map(({ field }) => field),
  }));
}

const LOG_FOLDERS = ['/var/log', '/run/log'];

/** Is it one pod a node that reads the node's own logs? */
export const isHostCollector = (pod: PodTemplate): boolean =>
  pod.owner.kind === 'DaemonSet' &&
  hostMounts(pod).some(({ path }) => LOG_FOLDERS.some((folder) => isWithin(path, folder)));
