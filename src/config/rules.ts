import { LIST_RULES } from './list-rules.js';
import { PLACE_RULES } from './place-rules.js';
import { parseBytes } from './quantity.js';
import { RESOURCE_RULES } from './resource-rules.js';
import { atLeast, type Rule, rule } from './rule.js';

const LEAST_SPOOL = '20Mi';
const MANAGED = ['aks', 'eks', 'gke'];

/** The rules over several settings. Pure; each says where and why. */
export const RULES: readonly Rule[] = [
  rule(['agent', 'opensearch'], ({ agent, opensearch }) => agent !== undefined && opensearch !== undefined, {
    path: 'agent',
    message: 'the gateway gives the account, so `opensearch` must not stand beside it',
    fix: 'remove opensearch, or write `opensearch: null` where it comes from defaults',
  }),
  rule(['opensearch.url'], ({ opensearch }) => opensearch !== undefined && !URL.canParse(opensearch.url), {
    path: 'opensearch.url',
    message: 'is no address',
    fix: 'write https:// and the name or the IP address of a host, such as https://opensearch.example.com:9200',
  }),
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
    ['shipper.buffer.type', 'shipper.buffer.kafka'],
    ({ shipper }) => shipper.buffer.type === 'memory' && shipper.buffer.kafka !== undefined,
    {
      path: 'shipper.buffer.kafka',
      message: 'has no effect while shipper.buffer.type is memory',
      fix: 'write type: kafka, or remove the section',
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
    ['collection.events.replicas', 'collection.events.spool'],
    ({ collection: { events } }) => events.spool !== undefined && events.replicas > 1,
    {
      path: 'collection.events.replicas',
      message: 'a spool belongs to one pod',
      fix: 'write replicas: 1, or remove spool',
    },
  ),
  // The forwarder takes four fifths of the volume, and refuses a spool below 16 MiB.
  rule(
    ['collection.events.spool'],
    ({ collection: { events } }) =>
      events.spool !== undefined && parseBytes(events.spool.size) < parseBytes(LEAST_SPOOL),
    {
      path: 'collection.events.spool.size',
      message: 'is too small for a spool',
      fix: `write ${LEAST_SPOOL} or more`,
    },
  ),
  rule(
    ['scheduling.createPriorityClass', 'scheduling.priorityClassName'],
    ({ scheduling }) =>
      scheduling.createPriorityClass !== undefined &&
      scheduling.priorityClassName?.startsWith('system-') === true,
    {
      path: 'scheduling.priorityClassName',
      message: 'names that begin with "system-" are reserved by Kubernetes',
      fix: 'write another name, or remove createPriorityClass to use a class that is there',
    },
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
  ...LIST_RULES,
  ...PLACE_RULES,
  ...RESOURCE_RULES,
];
