import { groupKindOf, type KubernetesObject } from '../../constructs/kubernetes-object.js';
import { apiVersionOfRef, type ObjectRef } from '../set/object-ref.js';

/**
 * A part of the data path, in the order in which records flow: what reads logs of pods, logs of hosts and events; the
 * aggregator; the shipper; OpenSearch, of which only the credentials lie in the cluster. `platform` is what these stand
 * on: the operator, definitions, accounts, everything else.
 */
export type PartName = 'pods' | 'hosts' | 'events' | 'aggregator' | 'shipper' | 'opensearch' | 'platform';

/** All parts, in the order of the data path. */
export const PARTS: readonly PartName[] = [
  'pods',
  'hosts',
  'events',
  'aggregator',
  'shipper',
  'opensearch',
  'platform',
];

/** What the stack's labels call the parts. */
const BY_COMPONENT: Readonly<Record<string, PartName>> = {
  'host-logs': 'hosts',
  events: 'events',
  shipper: 'shipper',
};

/** Kinds that always belong to one part. */
const BY_KIND: Readonly<Record<string, PartName>> = {
  'logging.banzaicloud.io/FluentbitAgent': 'pods',
  'logging.banzaicloud.io/Logging': 'aggregator',
  'logging.banzaicloud.io/FluentdConfig': 'aggregator',
  'logging.banzaicloud.io/Flow': 'aggregator',
  'logging.banzaicloud.io/ClusterFlow': 'aggregator',
  'logging.banzaicloud.io/Output': 'aggregator',
  'logging.banzaicloud.io/ClusterOutput': 'aggregator',
};

/**
 * The part to which a member belongs.
 *
 * @param live undefined when it is not there; its name tells then
 */
export function partOfMember(ref: ObjectRef, live: KubernetesObject | undefined): PartName {
  const kind = groupKindOf({ apiVersion: apiVersionOfRef(ref), kind: ref.kind });
  const byKind = BY_KIND[kind];
  if (byKind) return byKind;
  const component =
    live?.metadata.labels?.['app.kubernetes.io/component'] ??
    Object.keys(BY_COMPONENT).find((name) => ref.name.endsWith(`-${name}`));
  return (component !== undefined && BY_COMPONENT[component]) || 'platform';
}
