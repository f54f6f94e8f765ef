import { parseBytes, parseCpu } from './quantity.js';
import type { Advice } from './syntax-messages.js';
import type { ClusterConfig, ResourcesConfig } from './types.js';

/** A rule that is broken, and where. */
export interface Breach extends Advice {
  /** Path of the setting to change. */
  readonly path: string;
}

/** A rule over several settings that a schema cannot say. */
export interface Rule {
  /** All settings that `check` looks at; when one of them was refused already, the rule is not asked. */
  readonly reads: readonly string[];
  readonly check: (config: ClusterConfig) => readonly Breach[];
}

const NONE: readonly Breach[] = [];

/** A rule with one way to break it. */
const rule = (
  reads: readonly string[],
  broken: (config: ClusterConfig) => boolean,
  breach: Breach | ((config: ClusterConfig) => Breach),
): Rule => ({
  reads,
  check: (config) => {
    if (!broken(config)) return NONE;
    return [typeof breach === 'function' ? breach(config) : breach];
  },
});

/** A size must be so large that something fits into it. */
const atLeast = (path: string, least: string, of: (config: ClusterConfig) => string, what: string): Rule =>
  rule([path], (config) => parseBytes(of(config)) < parseBytes(least), {
    path,
    message: `is too small for ${what}`,
    fix: `write ${least} or more`,
  });

const MANAGED = ['aks', 'eks', 'gke'];
/** Below this the Java runtime and its buffers do not fit. */
const LEAST_SHIPPER_MEMORY = '512Mi';

/** Every container whose resources can be set. */
const RESOURCES: readonly (readonly [string, (config: ClusterConfig) => ResourcesConfig | undefined])[] = [
  ['collection.pods.resources', (config) => config.collection.pods.resources],
  ['collection.hostLogs.resources', (config) => config.collection.hostLogs.resources],
  ['collection.events.resources', (config) => config.collection.events.resources],
  ['aggregator.resources', (config) => config.aggregator.resources],
  ['shipper.resources', (config) => config.shipper.resources],
  ['operator.resources', (config) => config.operator.resources],
  ['agent.resources', (config) => config.agent?.resources],
];

const AMOUNTS = [
  ['cpu', parseCpu],
  ['memory', parseBytes],
] as const;

const resourceRules: readonly Rule[] = RESOURCES.map(([path, of]) => ({
  reads: [path],
  check: (config) => {
    const { requests, limits } = of(config) ?? {};
    return AMOUNTS.flatMap(([name, parse]) => {
      const least = requests?.[name];
      const most = limits?.[name];
      if (least === undefined || most === undefined || parse(least) <= parse(most)) return [];
      return [
        {
          path: `${path}.requests.${name}`,
          message: `request ${least} is above the limit ${most}`,
          fix: 'lower the request or raise the limit',
        },
      ];
    });
  },
}));

const namespaceRules: readonly Rule[] = (['pods', 'events'] as const).map((what) => {
  const base = `collection.${what}`;
  return {
    reads: [`${base}.includeNamespaces`, `${base}.excludeNamespaces`],
    check: (config) => {
      const { includeNamespaces, excludeNamespaces } = config.collection[what];
      const included = new Set(includeNamespaces);
      return excludeNamespaces.flatMap((name, index) =>
        included.has(name)
          ? [
              {
                path: `${base}.excludeNamespaces[${index}]`,
                message: `"${name}" is included and excluded`,
                fix: 'keep it in one of the two lists',
              },
            ]
          : [],
      );
    },
  };
});

const tolerationRules: readonly Rule[] = (['tolerations', 'collectorTolerations'] as const).map((list) => ({
  reads: [`scheduling.${list}`],
  check: (config) =>
    config.scheduling[list].flatMap(
      ({ key, operator = 'Equal', value, effect, tolerationSeconds }, index) => {
        const path = `scheduling.${list}[${index}]`;
        const breach = (name: string, message: string, fix: string): Breach => ({
          path: `${path}.${name}`,
          message,
          fix,
        });
        const found: Breach[] = [];
        if (operator === 'Equal' && key === undefined) {
          found.push(breach('key', 'operator Equal needs a key', 'add the key, or write operator: Exists'));
        }
        if (operator === 'Exists' && value) {
          found.push(breach('value', 'operator Exists takes no value', 'remove the value, or write Equal'));
        }
        if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
          found.push(breach('tolerationSeconds', 'is for the effect NoExecute', 'write effect: NoExecute'));
        }
        return found;
      },
    ),
}));

/** The rules over several settings. Pure; each says where and why. */
export const RULES: readonly Rule[] = [
  rule(
    ['opensearch.ca', 'opensearch.insecureSkipVerify'],
    ({ opensearch }) => opensearch?.ca !== undefined && opensearch.insecureSkipVerify,
    {
      path: 'opensearch.insecureSkipVerify',
      message: 'an authority is given, but nothing is verified against it',
      fix: 'remove insecureSkipVerify, or remove ca',
    },
  ),
  rule(
    ['shipper.buffer.type', 'shipper.buffer.kafka'],
    ({ shipper }) => shipper.buffer.type === 'kafka' && !shipper.buffer.kafka,
    {
      path: 'shipper.buffer.type',
      message: 'a Kafka buffer needs a topic',
      fix: 'add shipper.buffer.kafka with bootstrapServers and topic, or write type: memory',
    },
  ),
  rule(
    ['shipper.buffer.records', 'shipper.buffer.batchRecords'],
    ({ shipper }) => shipper.buffer.batchRecords > shipper.buffer.records,
    ({ shipper }) => ({
      path: 'shipper.buffer.batchRecords',
      message: `a batch of ${shipper.buffer.batchRecords} does not fit a buffer of ${shipper.buffer.records}`,
      fix: 'lower batchRecords or raise records',
    }),
  ),
  rule(
    ['shipper.autoscaling'],
    ({ shipper: { autoscaling } }) =>
      autoscaling !== undefined && autoscaling.minReplicas > autoscaling.maxReplicas,
    ({ shipper }) => ({
      path: 'shipper.autoscaling.minReplicas',
      message: `the least number of pods, ${shipper.autoscaling?.minReplicas}, is above the largest, ${shipper.autoscaling?.maxReplicas}`,
      fix: 'lower minReplicas or raise maxReplicas',
    }),
  ),
  rule(
    ['shipper.resources'],
    ({ shipper: { resources } }) =>
      resources?.limits?.memory !== undefined &&
      parseBytes(resources.limits.memory) < parseBytes(LEAST_SHIPPER_MEMORY),
    {
      path: 'shipper.resources.limits.memory',
      message: 'is too little for Data Prepper',
      fix: `write at least ${LEAST_SHIPPER_MEMORY}`,
    },
  ),
  rule(
    ['collection.auditLog.enabled', 'cluster.distribution'],
    ({ collection, cluster }) => collection.auditLog.enabled && MANAGED.includes(cluster.distribution),
    ({ cluster }) => ({
      path: 'collection.auditLog.enabled',
      message: `${cluster.distribution} keeps the audit log in the cloud, not on the nodes`,
      fix: 'remove it, and export the audit log with the means of the cloud',
    }),
  ),
  rule(
    ['collection.auditLog', 'cluster.distribution'],
    ({ collection: { auditLog }, cluster }) =>
      auditLog.enabled && cluster.distribution === 'generic' && auditLog.path === undefined,
    {
      path: 'collection.auditLog.enabled',
      message: 'a generic cluster has no known place for the audit log',
      fix: 'add collection.auditLog.path, as given to the API server with --audit-log-path',
    },
  ),
  rule(
    ['collection.hostLogs.serviceManager', 'cluster.distribution'],
    ({ collection, cluster }) =>
      collection.hostLogs.serviceManager === 'openrc' && cluster.distribution !== 'k3s',
    {
      path: 'collection.hostLogs.serviceManager',
      message: 'only k3s runs under openrc',
      fix: 'remove it, or write distribution: k3s',
    },
  ),
  rule(
    [
      'security.podSecurity',
      'collection.pods.enabled',
      'collection.hostLogs.enabled',
      'collection.auditLog.enabled',
    ],
    ({ security, collection: { pods, hostLogs, auditLog } }) =>
      security.podSecurity !== 'privileged' && (pods.enabled || hostLogs.enabled || auditLog.enabled),
    ({ security }) => ({
      path: 'security.podSecurity',
      message: `the collectors mount folders of the node, which "${security.podSecurity}" forbids`,
      fix: 'write podSecurity: privileged, or disable collection.pods, hostLogs and auditLog',
    }),
  ),
  rule(
    ['scheduling.createPriorityClass', 'scheduling.priorityClassName'],
    ({ scheduling }) =>
      scheduling.createPriorityClass !== undefined && scheduling.priorityClassName === undefined,
    {
      path: 'scheduling.createPriorityClass',
      message: 'the class has no name',
      fix: 'add scheduling.priorityClassName',
    },
  ),
  rule(['agent.gateway'], ({ agent }) => agent?.gateway.trust === 'pins' && agent.gateway.pins.length === 0, {
    path: 'agent.gateway.pins',
    message: 'trust by pins needs a pin',
    fix: 'add the pins that the gateway shows, or write trust: ca',
  }),
  rule(
    ['agent.gateway'],
    ({ agent }) => agent?.gateway.trust === 'ca' && agent.gateway.caSecret === undefined,
    {
      path: 'agent.gateway.caSecret',
      message: 'trust by certificate authority needs its certificate',
      fix: 'add caSecret with name and key',
    },
  ),
  atLeast(
    'shipper.intake.maxRequestBytes',
    '1Mi',
    ({ shipper }) => shipper.intake.maxRequestBytes,
    'records',
  ),
  atLeast('aggregator.storage.size', '1Gi', ({ aggregator }) => aggregator.storage.size, 'its buffers'),
  ...namespaceRules,
  ...tolerationRules,
  ...resourceRules,
];
