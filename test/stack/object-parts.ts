import type { Container, PodSpec, Volume } from 'kubernetes-types/core/v1.js';
import { describeObject, type KubernetesObject } from '../../src/constructs/kubernetes-object.js';

/** A pod that a workload makes, with the labels that others select it by. */
export interface PodTemplate {
  /** The workload in words. */
  readonly owner: string;
  readonly object: KubernetesObject;
  readonly labels: Readonly<Record<string, string>>;
  readonly spec: PodSpec;
}

/** The pods of Deployments, DaemonSets and the like. */
export function podTemplates(objects: readonly KubernetesObject[]): PodTemplate[] {
  return objects.flatMap((object) => {
    const template = at(object, 'spec.template') as
      | { metadata?: { labels?: Record<string, string> }; spec?: PodSpec }
      | undefined;
    if (!template?.spec?.containers) return [];
    const labels = template.metadata?.labels ?? {};
    return [{ owner: describeObject(object), object, labels, spec: template.spec }];
  });
}

/** All containers of a pod, those of its start first. */
export function containersOf(spec: PodSpec): Container[] {
  return [...(spec.initContainers ?? []), ...spec.containers];
}

/** A volume of a pod by its name. */
export function volumeOf(spec: PodSpec, name: string): Volume | undefined {
  return spec.volumes?.find((volume) => volume.name === name);
}

/** A value by its path, with dots between the keys. */
export function at(value: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((part, key) => (part as Record<string, unknown> | undefined)?.[key], value);
}

/** All objects of a kind. */
export function ofKind(objects: readonly KubernetesObject[], kind: string): KubernetesObject[] {
  return objects.filter((object) => object.kind === kind);
}

/** The one object of a kind and, where there are several, of that name. */
export function one(objects: readonly KubernetesObject[], kind: string, name?: string): KubernetesObject {
  const found = ofKind(objects, kind).filter((object) => name === undefined || object.metadata.name === name);
  if (found.length !== 1) throw new Error(`expected one ${kind} ${name ?? ''}, found ${found.length}`);
  return found[0]!;
}

/** Every value below a value, with its path. */
export function* walk(value: unknown, path = ''): Generator<{ path: string; value: unknown }> {
  yield { path, value };
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    yield* walk(inner, path === '' ? key : `${path}.${key}`);
  }
}

/** Every image that the objects name: of containers, and as repository and tag of custom resources. */
export function imagesOf(objects: readonly KubernetesObject[]): { where: string; image: string }[] {
  return objects
    .filter(({ kind }) => kind !== 'CustomResourceDefinition')
    .flatMap((object) =>
      [...walk(object)].flatMap(({ path, value }) => {
        const where = `${describeObject(object)} ${path}`;
        if (/(^|\.)image$/.test(path) && typeof value === 'string') return [{ where, image: value }];
        const { repository, tag } = (value ?? {}) as { repository?: string; tag?: string };
        return typeof repository === 'string' ? [{ where, image: `${repository}:${tag}` }] : [];
      }),
    );
}

/** Whether a selector's labels are all among a pod's. */
export function selects(
  wanted: Readonly<Record<string, string>>,
  labels: Readonly<Record<string, string>>,
): boolean {
  return Object.entries(wanted).every(([key, value]) => labels[key] === value);
}
