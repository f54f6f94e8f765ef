import type { Container, PodSpec, SecurityContext } from 'kubernetes-types/core/v1.js';
import { shortHash } from '../common/hash.js';
import type { ResourcesConfig, TolerationConfig } from '../config/types.js';

/** What every workload of the stack may be told about its pods. */
export interface WorkloadProps {
  /** Names of existing Secrets for the image registry. @default none */
  readonly imagePullSecrets?: readonly string[];
  /** Requests and limits; an entry that is given replaces the default of that entry. @default the construct's own */
  readonly resources?: ResourcesConfig;
  /** Labels of the nodes to run on. @default any node */
  readonly nodeSelector?: Readonly<Record<string, string>>;
  /** Taints to tolerate. @default all for collectors, else none */
  readonly tolerations?: readonly TolerationConfig[];
  /** Priority class of the pods. @default none */
  readonly priorityClassName?: string;
}

/** Tolerations of collectors: a node that is not read loses its logs. */
export const EVERY_NODE: readonly TolerationConfig[] = [{ operator: 'Exists' }];

/** Security context of a container that needs nothing: no privileges, no writable root, no capabilities. */
export const RESTRICTED: SecurityContext = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  seccompProfile: { type: 'RuntimeDefault' },
};

/**
 * Security context of a container that reads the node's log files. Most belong to root, some to others, as
 * `/var/log/auth.log` often does: it runs as root, keeps the one capability to read all files, and gives up everything
 * else.
 *
 * @param seLinuxType SELinux type of the process; none when left out
 */
export function hostReader(seLinuxType?: string): SecurityContext {
  return {
    ...RESTRICTED,
    capabilities: { drop: ['ALL'], add: ['DAC_READ_SEARCH'] },
    runAsNonRoot: false,
    runAsUser: 0,
    ...(seLinuxType === undefined ? {} : { seLinuxOptions: { type: seLinuxType } }),
  };
}

/** Amounts by name, as Kubernetes takes them. */
type Amounts = Record<string, string>;

/** Merges a user's resources over a construct's defaults, entry by entry. */
export function resourcesOr(
  defaults: ResourcesConfig,
  given: ResourcesConfig = {},
): { requests: Amounts; limits: Amounts } {
  return {
    requests: { ...defaults.requests, ...given.requests },
    limits: { ...defaults.limits, ...given.limits },
  };
}

/** The part of a pod spec that {@link WorkloadProps} decide. Empty entries are left out. */
export function placement(props: WorkloadProps): Partial<PodSpec> {
  return {
    ...(props.imagePullSecrets?.length
      ? { imagePullSecrets: props.imagePullSecrets.map((name) => ({ name })) }
      : {}),
    ...(Object.keys(props.nodeSelector ?? {}).length ? { nodeSelector: { ...props.nodeSelector } } : {}),
    ...(props.tolerations?.length ? { tolerations: [...props.tolerations] } : {}),
    ...(props.priorityClassName ? { priorityClassName: props.priorityClassName } : {}),
  };
}

/** A container that reads its own node's name and address from the environment, as collectors do. */
export const NODE_NAME_ENV: NonNullable<Container['env']> = [
  { name: 'NODE_NAME', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'spec.nodeName' } } },
];

/** Annotation that rolls pods when the configuration they read changes. */
export function configHash(...texts: readonly string[]): Record<string, string> {
  return { 'opni-logging/config-hash': shortHash(...texts) };
}
