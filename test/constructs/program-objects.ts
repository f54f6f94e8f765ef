import { load } from 'js-yaml';
import type { DeploymentSpec } from 'kubernetes-types/apps/v1.js';
import type { PodSpec } from 'kubernetes-types/core/v1.js';
import type { PolicyRule } from 'kubernetes-types/rbac/v1.js';

/** An object of a program as it was rendered, as far as tests look into it. */
export interface Rendered {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly data?: Readonly<Record<string, string>>;
  readonly rules?: readonly PolicyRule[];
  readonly spec?: Readonly<Record<string, unknown>>;
}

export const byKind = (objects: readonly Rendered[], kind: string) =>
  objects.find((object) => object.kind === kind);
export const deploymentOf = (objects: readonly Rendered[]) =>
  byKind(objects, 'Deployment')!.spec as unknown as DeploymentSpec;
export const podOf = (objects: readonly Rendered[]): PodSpec => deploymentOf(objects).template.spec!;
export const containerOf = (objects: readonly Rendered[]) => podOf(objects).containers[0]!;
/** Annotations of the pods; a change of them rolls the pods. */
export const podAnnotations = (objects: readonly Rendered[]) =>
  deploymentOf(objects).template.metadata!.annotations!;
export const configOf = (objects: readonly Rendered[]) => byKind(objects, 'ConfigMap')!.data!;
export const fileOf = <File>(objects: readonly Rendered[], name: string) =>
  load(configOf(objects)[name]!) as File;
