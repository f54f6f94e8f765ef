import { Construct } from 'constructs';
import type { PolicyRule } from 'kubernetes-types/rbac/v1.js';
import { yamlText } from '../common/yaml.js';
import { DEFAULT_RESOURCES } from '../config/default-resources.js';
import type { AgentGatewayInput, ClusterInput, SecretKeyConfig } from '../config/types.js';
import { leaseRule, namedRule, readRule } from './access.js';
import { rulesFor } from './agent-rbac.js';
import type { KubeObject } from './kube-object.js';
import type { KubernetesObject } from './kubernetes-object.js';
import type { PodSelector } from './labels.js';
import { AGENT_DEFAULTS, type AgentFile } from './logging-agent-config.js';
import type { WorkloadProps } from './pod.js';
import {
  PROGRAM_CONFIG_FOLDER,
  PROGRAM_DRAIN_SECONDS,
  PROGRAM_PORT,
  Program,
  type SecretFiles,
  secretFiles,
} from './program.js';

/** Options of {@link LoggingAgent}. */
export interface LoggingAgentProps extends WorkloadProps {
  /** Name of the Deployment, and of all that belongs to it. */
  readonly name: string;
  /** Namespace of the agent and of the stack that it keeps. */
  readonly namespace: string;
  /** Image of this project, as repository:tag. */
  readonly image: string;
  readonly gateway: AgentGatewayInput;
  /** Key of an existing Secret with the token for the first connection. The Secret may be deleted after that. */
  readonly bootstrapTokenSecret: SecretKeyConfig;
  /** Name of the Secret that the agent keeps its keys in. @default '<name>-keyring' */
  readonly keyringSecret?: string;
  /** Name of the Secret that receives the OpenSearch account. */
  readonly credentialsSecret: string;
  /** How long the gateway may be away before logging is disabled: `0s` at once, `never` not at all. @default '2m' */
  readonly disableAfter?: string;
  /** Name of the ConfigMap that lists what was applied. @default '<name>-inventory' */
  readonly inventory?: string;
  /** Name of the Lease that whoever applies this stack must hold. @default '<name>-apply' */
  readonly lockLease?: string;
  /** Pods, 1 or 2; with 2, one stands by. @default 1 */
  readonly replicas?: number;
  /** The cluster's configuration, from which the agent makes the same stack. */
  readonly cluster: ClusterInput;
  /** Every object that the agent may have to apply or remove: the whole stack, with all that may be turned on or off. */
  readonly applies: readonly KubernetesObject[];
}

const CLUSTER_FILE = 'cluster.json';

/**
 * The agent that keeps a cluster's logging as its gateway says: the program `opni-logging agent`, its settings, and
 * the rights to apply exactly one stack.
 *
 * The agent makes its two Secrets itself, by server-side apply, with rights on these two names only. They are not part
 * of the manifests on purpose: whoever removes or prunes the manifests would remove the keys as well, and a gateway
 * takes no second bootstrap from a cluster that it knows.
 */
export class LoggingAgent extends Construct {
  readonly deployment: KubeObject;
  readonly podSelector: PodSelector;

  constructor(scope: Construct, id: string, props: LoggingAgentProps) {
    super(scope, id);
    const { bootstrapTokenSecret, gateway } = props;
    // Optional: with a keyring the agent starts without the token.
    const token = secretFiles('bootstrap-token', bootstrapTokenSecret.name, [bootstrapTokenSecret.key], true);
    const ca = gateway.caSecret && secretFiles('gateway-ca', gateway.caSecret.name, [gateway.caSecret.key]);
    const secrets = ca ? [token, ca] : [token];
    const file = agentFile(props, token, ca);
    const applied = rulesFor(props.applies, props.namespace);

    const program = new Program(this, 'Program', {
      ...props,
      component: 'agent',
      args: ['agent', '--config', `${PROGRAM_CONFIG_FOLDER}/agent.yaml`],
      files: {
        'agent.yaml': yamlText(file),
        // JSON: read by the reader of configurations, which refuses unquoted text that YAML 1.1 takes for a boolean.
        [CLUSTER_FILE]: `${JSON.stringify(props.cluster, undefined, 2)}\n`,
      },
      replicas: props.replicas === 2 ? 2 : 1,
      defaultResources: DEFAULT_RESOURCES['agent.resources'],
      clusterRules: [...DETECTION_RULES, ...applied.clusterRules],
      namespaceRules: [...ownRules(file), ...HEALTH_RULES, ...applied.namespaceRules],
      volumes: secrets.map(({ volume }) => volume),
      mounts: secrets.map(({ mount }) => mount),
    });
    this.deployment = program.deployment;
    this.podSelector = program.podSelector;
    this.node.addValidation({ validate: () => problemsOf(props) });
  }
}

/** What `agent.yaml` says: every value in full, so that the file alone tells what runs. */
function agentFile(props: LoggingAgentProps, token: SecretFiles, ca?: SecretFiles) {
  const { name, gateway } = props;
  return {
    gateway: {
      address: gateway.address,
      trust: gateway.trust ?? AGENT_DEFAULTS.gateway.trust,
      pins: gateway.pins ?? [],
      ...(ca && gateway.caSecret ? { caFile: ca.path(gateway.caSecret.key) } : {}),
      bootstrapTokenFile: token.path(props.bootstrapTokenSecret.key),
      keyringSecret: props.keyringSecret ?? `${name}-keyring`,
      disableAfter: props.disableAfter ?? AGENT_DEFAULTS.gateway.disableAfter,
    },
    stack: {
      clusterFile: `${PROGRAM_CONFIG_FOLDER}/${CLUSTER_FILE}`,
      credentialsSecret: props.credentialsSecret,
    },
    apply: {
      inventory: props.inventory ?? `${name}-inventory`,
      lockLease: props.lockLease ?? `${name}-apply`,
    },
    standby: { ...AGENT_DEFAULTS.standby, leaseName: name },
    server: { port: PROGRAM_PORT },
    drainSeconds: PROGRAM_DRAIN_SECONDS,
    logLevel: AGENT_DEFAULTS.logLevel,
  } satisfies AgentFile;
}

/** The distribution shows in the nodes, the cluster's id is the UID of `kube-system`; the version is open to all. */
const DETECTION_RULES: readonly PolicyRule[] = [
  readRule('', ['nodes'], ['list']),
  namedRule('', 'namespaces', ['kube-system'], ['get']),
];

/** Whether the workloads run, also those that the Logging Operator makes. */
const HEALTH_RULES: readonly PolicyRule[] = [
  readRule('', ['persistentvolumeclaims', 'pods']),
  readRule('apps', ['daemonsets', 'deployments', 'statefulsets']),
];

/** What the agent keeps for itself. The keyring stays: losing it loses the cluster's identity at the gateway. */
function ownRules({ gateway, stack, apply, standby }: ReturnType<typeof agentFile>): PolicyRule[] {
  return [
    namedRule('', 'secrets', [gateway.keyringSecret], ['create', 'get', 'patch']),
    namedRule(
      '',
      'secrets',
      [stack.credentialsSecret],
      ['create', 'delete', 'get', 'list', 'patch', 'watch'],
    ),
    namedRule('', 'configmaps', [apply.inventory], ['create', 'delete', 'get', 'patch', 'update']),
    leaseRule([standby.leaseName, apply.lockLease]),
    // The lock goes with the stack that it guards.
    namedRule('coordination.k8s.io', 'leases', [apply.lockLease], ['delete']),
  ];
}

function problemsOf({ name, gateway, replicas = 1 }: LoggingAgentProps): string[] {
  const trust = gateway.trust ?? AGENT_DEFAULTS.gateway.trust;
  return [
    ...(replicas === 1 || replicas === 2 ? [] : [`${name}: replicas is ${replicas}; give 1 or 2`]),
    ...(trust === 'pins' && !gateway.pins?.length
      ? [`${name}: no gateway is trusted by its pin, because there is none; give gateway.pins, or trust 'ca'`]
      : []),
    ...(trust === 'ca' && !gateway.caSecret
      ? [`${name}: gateway.trust is 'ca' but no certificate is given; give gateway.caSecret`]
      : []),
  ];
}
