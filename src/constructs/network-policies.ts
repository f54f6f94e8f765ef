import { Construct } from 'constructs';
import type {
  NetworkPolicyEgressRule,
  NetworkPolicyIngressRule,
  NetworkPolicyPeer,
  NetworkPolicyPort,
} from 'kubernetes-types/networking/v1.js';
import { KubeObject } from './kube-object.js';
import { labelsFor, type PodSelector } from './labels.js';

/** Options of {@link NetworkPolicies}. */
export interface NetworkPoliciesProps {
  readonly namespace: string;
  /** Beginning of the policies' names. */
  readonly prefix: string;
  /** Namespaces whose pods may read metrics. @default none */
  readonly metricsNamespaces?: readonly string[];
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

const tcp = (...ports: number[]): NetworkPolicyPort[] => ports.map((port) => ({ protocol: 'TCP', port }));

const DNS: NetworkPolicyEgressRule = {
  ports: [
    { protocol: 'UDP', port: 53 },
    { protocol: 'TCP', port: 53 },
  ],
};

// The API server is not a pod, and its address is not known here: its usual ports.
const API_SERVER: NetworkPolicyEgressRule = { ports: tcp(443, 6443) };

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
    const toShipper = { to: pods(shipper), ports: tcp(2021) };
    const toAggregator = { to: pods(aggregator), ports: tcp(24240) };
    this.policy('shipper', shipper, {
      ingress: [{ from: pods(aggregator, events), ports: tcp(2021) }],
      egress: [DNS, { ports: tcp(...props.shipperTargets) }],
    });
    this.policy('aggregator', aggregator, {
      ingress: [{ from: pods(collector, hostLogs), ports: tcp(24240) }, ...this.metrics(24231)],
      egress: [DNS, toShipper],
    });
    this.policy('collector', collector, {
      ingress: this.metrics(2020),
      egress: [DNS, API_SERVER, toAggregator],
    });
    if (hostLogs) {
      this.policy('host-logs', hostLogs, { ingress: this.metrics(2020), egress: [DNS, toAggregator] });
    }
    if (events) {
      this.policy('events', events, { ingress: this.metrics(8080), egress: [DNS, API_SERVER, toShipper] });
    }
    if (operator) {
      this.policy('operator', operator, { ingress: this.metrics(8080), egress: [DNS, API_SERVER] });
    }
  }

  private metrics(port: number): NetworkPolicyIngressRule[] {
    const namespaces = this.props.metricsNamespaces ?? [];
    if (namespaces.length === 0) return [];
    const values = [...namespaces];
    const key = 'kubernetes.io/metadata.name';
    return [
      {
        from: [{ namespaceSelector: { matchExpressions: [{ key, operator: 'In', values }] } }],
        ports: tcp(port),
      },
    ];
  }

  private policy(
    hop: string,
    podSelector: PodSelector,
    rules: { readonly ingress: NetworkPolicyIngressRule[]; readonly egress: NetworkPolicyEgressRule[] },
  ): void {
    const name = `${this.props.prefix}-${hop}`;
    new KubeObject(this, hop, {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: {
        name,
        namespace: this.props.namespace,
        labels: labelsFor({ name: 'network-policy', instance: name, component: hop }),
      },
      spec: {
        podSelector: { matchLabels: { ...podSelector } },
        policyTypes: ['Ingress', 'Egress'],
        ...rules,
      },
    });
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
