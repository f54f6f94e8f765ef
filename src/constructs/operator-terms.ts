import type { TolerationConfig } from '../config/types.js';
import type { ImageParts } from './images.js';
import type { WorkloadProps } from './pod.js';

/** An image in the words of the operator's resources. */
export const operatorImage = (parts: ImageParts | undefined, pullSecrets: readonly string[] = []) =>
  parts && {
    ...parts,
    ...(pullSecrets.length ? { imagePullSecrets: pullSecrets.map((name) => ({ name })) } : {}),
  };

/** A list, or nothing where it is empty: an empty one would stand in the manifest. */
export const listOrNothing = <T>(values: readonly T[] | undefined): T[] | undefined =>
  values?.length ? [...values] : undefined;

const mapOrNothing = (map: Readonly<Record<string, string>> | undefined) =>
  map && Object.keys(map).length ? { ...map } : undefined;

/** Placement in the words of the operator's resources. */
export function operatorPlacement(props: WorkloadProps) {
  return {
    nodeSelector: mapOrNothing(props.nodeSelector),
    tolerations: listOrNothing<TolerationConfig>(props.tolerations),
    podPriorityClassName: props.priorityClassName,
  };
}
