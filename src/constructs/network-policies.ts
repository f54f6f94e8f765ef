import { Construct } from 'constructs';
import type { NetworkPolicyIngressRule, NetworkPolicyPeer } from 'kubernetes-types/networking/v1.js';
import { PIPELINE_DEFAULTS } from '../data-prepper/pipelines.js';
import { AGGREGATOR_METRICS_PORT, AGGREGATOR_PORT } from './aggregator.js';
import { DNS, HopPolicy, type HopRules, metricsIngress, tcp, toApiServer } from './hop-policy.js';
import { HTTP_PORT } from './host-logs-config.js';
import type { PodSelector } from './labels.js';
import { OPERATOR_PORT } from './logging-operator.js';
import { PROGRAM_PORT } from './program.js';

/** Options of {@link NetworkPolicies}. */
export interface NetworkPoliciesProps {
  readonly namespace: string;
  /** Beginning of the policies' names. */
  readonly prefix: string;
  /** Namespaces whose pods may read metrics. @default none */
  readonly metricsNamespaces?: readonly string[];
  /** Ports of the API server, as pods reach it. @default [443, 6443] */
  readonly apiServerPorts?: readonly number[];
  /** Name of the Logging, which the operator puts on its pods. */
  readonly logging: string;
  /** Pods of the shipper. */
  readonly shipper: PodSelector;
  /** Ports that the shipper sends to: OpenSearch, and Kafka where it buffers there. */
  readonly shipperTargets: readonly number[];
  /** Pods of the host log collector. @default there are none */
  readonly hostLogs?: PodSelector;
  /** Pods of the events forwarder. @default there are none */
  readonly events?: PodSelector;
  /** Pods of the Logging Operator. @default they are not ours */
  readonly operator?: PodSelector;
}

/**
 * A policy for every hop. Whatever a policy selects is closed to all that is not named, in both directions.
 *
 * Data Prepper's own API is open to nobody, metrics readers included, since it shows the rendered pipelines with their
 * passwords. Policies add up: further outputs of the aggregator need a policy of their own that lets it out.
 */
export class NetworkPolicies extends Construct {
  private readonly props: NetworkPoliciesProps;

  constructor(scope: Construct, id: string, props: NetworkPoliciesProps) {
    super(scope, id);
    this.props = props;
    const aggregator = operatorPods('fluentd', props.logging);
    const collector = operatorPods('fluentbit', props.logging);
    const { shipper, hostLogs, events, operator } = props;
    const apiServer = toApiServer(props.apiServerPorts);
    const toShipper = { to: pods(shipper), ports: tcp(PIPELINE_DEFAULTS.port) };
    const toAggregator = { to: pods(aggregator), ports: tcp(AGGREGATOR_PORT) };
    this.policy('shipper', shipper, {
      ingress: [{ from: pods(aggregator, events), ports: tcp(PIPELINE_DEFAULTS.port) }],
      egress: [DNS, { ports: tcp(...props.shipperTargets) }],
    });
    this.policy('aggregator', aggregator, {
      ingress: [
        { from: pods(collector, hostLogs), ports: tcp(AGGREGATOR_PORT) },
        ...this.metrics(AGGREGATOR_METRICS_PORT),
      ],
      egress: [DNS, toShipper],
    });
    this.policy('collector', collector, {
      ingress: this.metrics(HTTP_PORT),
      egress: [DNS, apiServer, toAggregator],
    });
    if (hostLogs) {
      this.policy('host-logs', hostLogs, { ingress: this.metrics(HTTP_PORT), egress: [DNS, toAggregator] });
    }
    if (events) {
      this.policy('events', events, {
        ingress: this.metrics(PROGRAM_PORT),
        egress: [DNS, apiServer, toShipper],
      });
    }
    if (operator) {
      this.policy('operator', operator, { ingress: this.metrics(OPERATOR_PORT), egress: [DNS, apiServer] });
    }
  }

  private metrics(port: number): NetworkPolicyIngressRule[] {
    return metricsIngress(port, this.props.metricsNamespaces);
  }

  private policy(hop: string, podSelector: PodSelector, rules: HopRules): void {
    const { prefix, namespace } = this.props;
    new HopPolicy(this, hop, { prefix, namespace, hop, podSelector, ...rules });
  }
}

/** Labels that the Logging Operator puts on the pods of a Logging; those of drain jobs carry them too. */
const operatorPods = (name: string, logging: string): PodSelector => ({
  'app.kubernetes.io/name': name,
  'app.kubernetes.io/managed-by': logging,
});

const pods = (...selectors: (PodSelector | undefined)[]): NetworkPolicyPeer[] =>
  selectors.flatMap((matchLabels) =>
    matchLabels ? [{ podSelector: { matchLabels: { ...matchLabels } } }] : [],
  );
