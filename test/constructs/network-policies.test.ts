import { expect } from 'chai';
import type { NetworkPolicyPeer, NetworkPolicySpec } from 'kubernetes-types/networking/v1.js';
import { NetworkPolicies, type NetworkPoliciesProps } from '../../src/constructs/network-policies.js';
import { one } from '../stack/object-parts.js';
import { render } from './support.js';

const selector = (name: string) => ({ 'app.kubernetes.io/name': name });
const SHIPPER = selector('data-prepper');
const HOST_LOGS = selector('fluent-bit');
const EVENTS = selector('opni-logging');

const objects = (props: Partial<NetworkPoliciesProps> = {}) =>
  render(
    (scope) =>
      new NetworkPolicies(scope, 'NetworkPolicies', {
        namespace: 'opni',
        prefix: 'opni',
        logging: 'opni-logging',
        shipper: SHIPPER,
        shipperTargets: [9200],
        hostLogs: HOST_LOGS,
        events: EVENTS,
        operator: selector('logging-operator'),
        ...props,
      }),
  );
const spec = (hop: string, props: Partial<NetworkPoliciesProps> = {}) =>
  one(objects(props), 'NetworkPolicy', `opni-${hop}`)['spec'] as NetworkPolicySpec;

const names = (peers: readonly NetworkPolicyPeer[] = []) =>
  peers.map(({ podSelector }) => podSelector?.matchLabels?.['app.kubernetes.io/name']);
/** Where pods of a hop may connect to, as `pods:port`; `any` stands for no selector. */
const targets = (hop: string, props: Partial<NetworkPoliciesProps> = {}) =>
  (spec(hop, props).egress ?? []).flatMap(({ to, ports = [] }) =>
    ports.map(({ port, protocol }) => `${to ? names(to).join('+') : 'any'}:${port}/${protocol}`),
  );
const DNS = ['any:53/UDP', 'any:53/TCP'];
const API = ['any:443/TCP', 'any:6443/TCP'];

describe('NetworkPolicies', () => {
  it('let the shipper be reached by aggregator and forwarder at the intake alone', () => {
    const [rule, ...others] = spec('shipper').ingress ?? [];
    expect(others).to.deep.equal([]);
    expect(names(rule?.from)).to.deep.equal(['fluentd', 'opni-logging']);
    expect(rule?.ports).to.deep.equal([{ protocol: 'TCP', port: 2021 }]);
  });

  it('let the shipper reach OpenSearch and its brokers', () => {
    expect(targets('shipper', { shipperTargets: [9200, 9092] })).to.deep.equal([
      ...DNS,
      'any:9200/TCP',
      'any:9092/TCP',
    ]);
  });

  it('let only collectors reach the aggregator, and it only the shipper', () => {
    expect(names(spec('aggregator').ingress?.[0]?.from)).to.deep.equal(['fluentbit', 'fluent-bit']);
    expect(targets('aggregator')).to.deep.equal([...DNS, 'data-prepper:2021/TCP']);
  });

  it('let the API server be reached by those who ask it, and by no others', () => {
    expect(targets('collector')).to.deep.equal([...DNS, ...API, 'fluentd:24240/TCP']);
    expect(targets('events')).to.deep.equal([...DNS, ...API, 'data-prepper:2021/TCP']);
    expect(targets('operator')).to.deep.equal([...DNS, ...API]);
    expect(targets('host-logs')).to.deep.equal([...DNS, 'fluentd:24240/TCP']);
  });

  it('leave metrics to nobody, or to the namespaces that are named, and those of the shipper to none', () => {
    for (const hop of ['collector', 'host-logs', 'events', 'operator']) {
      // No rule lets anything in where the type is named.
      expect(spec(hop).policyTypes, hop).to.include('Ingress');
      expect(spec(hop).ingress, hop).to.equal(undefined);
    }
    const named = { metricsNamespaces: ['monitoring', 'other'] };
    const port = (hop: string) =>
      spec(hop, named)
        .ingress?.at(-1)
        ?.ports?.map((item) => item.port);
    expect(port('collector')).to.deep.equal([2020]);
    expect(port('host-logs')).to.deep.equal([2020]);
    expect(port('aggregator')).to.deep.equal([24231]);
    expect(port('events')).to.deep.equal([8080]);
    expect(port('operator')).to.deep.equal([8080]);
    expect(spec('shipper', named)).to.deep.equal(spec('shipper'));
    expect(spec('events', named).ingress?.[0]?.from?.[0]?.namespaceSelector?.matchExpressions).to.deep.equal([
      { key: 'kubernetes.io/metadata.name', operator: 'In', values: ['monitoring', 'other'] },
    ]);
  });

  it('are made for what there is', () => {
    const without = objects({ hostLogs: undefined, events: undefined, operator: undefined });
    expect(without.map(({ metadata }) => metadata.name)).to.deep.equal([
      'opni-aggregator',
      'opni-collector',
      'opni-shipper',
    ]);
    expect(names(spec('shipper', { events: undefined }).ingress?.[0]?.from)).to.deep.equal(['fluentd']);
    expect(names(spec('aggregator', { hostLogs: undefined }).ingress?.[0]?.from)).to.deep.equal([
      'fluentbit',
    ]);
  });

  it('never open a rule to everybody by a peer that selects all pods', () => {
    for (const object of objects({ metricsNamespaces: ['monitoring'] })) {
      for (const { from } of (object['spec'] as NetworkPolicySpec).ingress ?? []) {
        expect(from?.length, object.metadata.name).to.be.greaterThan(0);
        for (const peer of from ?? []) {
          expect(JSON.stringify(peer), object.metadata.name).to.match(
            /matchLabels":\{"|matchExpressions":\[\{/,
          );
        }
      }
    }
  });
});
