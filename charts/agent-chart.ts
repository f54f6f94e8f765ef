import { App, Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import { OpniLoggingError } from '../src/common/error.js';
import type { ClusterConfig, OverrideItemConfig } from '../src/config/types.js';
import { DNS, HopPolicy, metricsIngress, tcp, toApiServer } from '../src/constructs/hop-policy.js';
import type { KubernetesObject } from '../src/constructs/kubernetes-object.js';
import { LoggingAgent } from '../src/constructs/logging-agent.js';
import type { LoggingStackProps } from '../src/constructs/logging-stack.js';
import { applyOverrides } from '../src/constructs/overrides.js';
import { PROGRAM_PORT } from '../src/constructs/program.js';
import { StackNamespace } from '../src/constructs/stack-namespace.js';
import { StackSettings } from '../src/constructs/stack-settings.js';
import { renderObjects } from '../src/synth/render.js';
import { LoggingChart } from './logging-chart.js';

/** The agent of one cluster as a chart: what has to be there before a gateway can steer its logging. */
export class AgentChart extends Chart {
  readonly agent: LoggingAgent;

  /** @param config the configuration of the cluster, with `agent` */
  constructor(scope: Construct, id: string, config: ClusterConfig) {
    super(scope, id);
    const { agent, namespace, prefix, scheduling, security } = config;
    if (!agent)
      throw new OpniLoggingError('config', 'agent is missing: give gateway and bootstrapTokenSecret');
    const settings = new StackSettings(config);
    const { names } = settings;
    const isForAgent = (override: OverrideItemConfig) => override.name.startsWith(names.agent);
    const cluster = { ...config, overrides: config.overrides.filter((override) => !isForAgent(override)) };

    new StackNamespace(this, 'Namespace', { name: namespace, podSecurity: security.podSecurity });
    this.agent = new LoggingAgent(this, 'Agent', {
      name: names.agent,
      namespace,
      image: settings.images.reference('opniLogging'),
      gateway: agent.gateway,
      bootstrapTokenSecret: agent.bootstrapTokenSecret,
      keyringSecret: agent.keyringSecret,
      credentialsSecret: names.credentials,
      disableAfter: agent.disableAfter,
      // The stack's own, so that agent and command can take turns.
      inventory: names.inventory,
      lockLease: names.lock,
      replicas: agent.replicas,
      cluster,
      applies: everyObject(cluster),
      ...settings.workload,
      // A class that the agent makes together with the stack cannot be what its own pod waits for.
      priorityClassName: scheduling.createPriorityClass ? undefined : scheduling.priorityClassName,
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
 * as well, since an earlier one may have made them: no single configuration has them all. The account is the gateway's,
 * so a stand-in is enough here.
 */
function everyObject(config: ClusterConfig): readonly KubernetesObject[] {
  const { apiVersion: _, agent: __, ...given } = config;
  const stack = {
    ...given,
    opensearch: given.opensearch ?? { url: 'https://opensearch.invalid', username: 'gateway' },
  };
  const { collection, shipper, security, operator } = stack;
  const { events } = collection;
  const widest = (spoolOrStandby: Partial<typeof events>) => ({
    ...stack,
    collection: {
      ...collection,
      pods: { ...collection.pods, enabled: true },
      hostLogs: { ...collection.hostLogs, enabled: true },
      events: { ...events, enabled: true, ...spoolOrStandby },
    },
    shipper: { ...shipper, autoscaling: shipper.autoscaling ?? {} },
    security: {
      ...security,
      podSecurity: 'privileged' as const,
      networkPolicies: { ...security.networkPolicies, enabled: true },
    },
    operator: { ...operator, mode: 'bundled' as const },
    // They may name objects that this variant does not have; the first of the list holds them to the real ones.
    overrides: [],
  });
  const variants: readonly LoggingStackProps[] = [
    stack,
    widest({ spool: events.spool ?? { size: '1Gi' }, replicas: 1 }),
    widest({ spool: undefined, replicas: 2 }),
  ];
  return variants.flatMap((props) => renderObjects(new LoggingChart(new App(), config.cluster.name, props)));
}
