import { App, Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import { OpniLoggingError } from '../src/common/error.js';
import { VERSION } from '../src/common/version.js';
import type { ClusterConfig, OverrideItemConfig } from '../src/config/types.js';
import { DNS, HopPolicy, metricsIngress, tcp, toApiServer } from '../src/constructs/hop-policy.js';
import { Images } from '../src/constructs/images.js';
import { LoggingAgent } from '../src/constructs/logging-agent.js';
import { StackNames } from '../src/constructs/names.js';
import { applyOverrides } from '../src/constructs/overrides.js';
import { PROGRAM_PORT } from '../src/constructs/program.js';
import { StackNamespace } from '../src/constructs/stack-namespace.js';
import { renderObjects } from '../src/synth/render.js';
import { LoggingChart } from './logging-chart.js';

/** The agent of one cluster as a chart: what has to be there before a gateway can steer its logging. */
export class AgentChart extends Chart {
  readonly agent: LoggingAgent;

  /** @param config the configuration of the cluster, with `agent` */
  constructor(scope: Construct, id: string, config: ClusterConfig) {
    super(scope, id);
    const { agent, namespace, prefix, scheduling, security, images } = config;
    if (!agent)
      throw new OpniLoggingError('config', 'agent is missing: give gateway and bootstrapTokenSecret');
    const names = new StackNames(prefix);
    const isForAgent = (override: OverrideItemConfig) => override.name.startsWith(names.agent);
    const cluster = { ...config, overrides: config.overrides.filter((override) => !isForAgent(override)) };

    new StackNamespace(this, 'Namespace', { name: namespace, podSecurity: security.podSecurity });
    this.agent = new LoggingAgent(this, 'Agent', {
      name: names.agent,
      namespace,
      image: new Images(images, {
        operator: config.operator.version,
        dataPrepper: config.shipper.version,
        self: VERSION,
      }).reference('opniLogging'),
      gateway: agent.gateway,
      bootstrapTokenSecret: agent.bootstrapTokenSecret,
      keyringSecret: agent.keyringSecret,
      credentialsSecret: names.credentials,
      disableAfter: agent.disableAfter,
      replicas: agent.replicas,
      cluster,
      applies: widestStack(cluster),
      imagePullSecrets: images.pullSecrets,
      nodeSelector: scheduling.nodeSelector,
      tolerations: scheduling.tolerations,
      // Not the priority class: the agent makes it together with the stack, and its own pod cannot wait for it.
      resources: agent.resources,
    });
    if (security.networkPolicies.enabled) {
      const gatewayPort = Number(agent.gateway.address.split(':').pop());
      new HopPolicy(this, 'NetworkPolicy', {
        prefix,
        namespace,
        hop: 'agent',
        podSelector: this.agent.podSelector,
        ingress: metricsIngress(PROGRAM_PORT, security.networkPolicies.metricsNamespaces),
        egress: [DNS, toApiServer(security.networkPolicies.apiServerPorts), { ports: tcp(gatewayPort) }],
      });
    }
    applyOverrides(this, config.overrides.filter(isForAgent));
  }
}

/**
 * All objects that the stack may consist of. The agent needs rights on those that the present configuration leaves out
 * as well, since an earlier one may have made them. The account is the gateway's, so a stand-in is enough here.
 */
function widestStack(config: ClusterConfig) {
  const { apiVersion: _, agent: __, ...stack } = config;
  const { collection, shipper, security } = stack;
  const props = {
    ...stack,
    opensearch: stack.opensearch ?? { url: 'https://opensearch.invalid', username: 'gateway' },
    collection: {
      ...collection,
      pods: { ...collection.pods, enabled: true },
      hostLogs: { ...collection.hostLogs, enabled: true },
      events: { ...collection.events, enabled: true, spool: collection.events.spool ?? {}, replicas: 1 },
    },
    shipper: { ...shipper, autoscaling: shipper.autoscaling ?? {} },
    security: {
      ...security,
      podSecurity: 'privileged' as const,
      networkPolicies: { ...security.networkPolicies, enabled: true },
    },
  };
  return renderObjects(new LoggingChart(new App(), config.cluster.name, props));
}
