import type { ApiCall, ApiReply } from '../../cluster/front.js';
import { noSuchPage, Refusal } from '../requests/refusal.js';
import { apiVersionOf, type ServedKind, VERBS } from './kinds.js';

/** What discovery tells. */
export interface DiscoveryOptions {
  readonly kinds: readonly ServedKind[];
  /** Groups whose server does not answer. */
  readonly brokenGroups: ReadonlySet<string>;
  /** Whether everything can be told in one answer; old servers cannot. */
  readonly aggregated: boolean;
}

const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
const SUBRESOURCE_VERBS = ['get', 'patch', 'update'];

/**
 * Answers a request for discovery.
 *
 * @returns undefined when it is none
 */
export function discoveryAnswer(call: ApiCall, options: DiscoveryOptions): ApiReply | undefined {
  const parts = call.path.split('/').filter((text) => text !== '');
  const [root, ...rest] = parts;
  if (root !== 'api' && root !== 'apis') return undefined;
  const isCore = root === 'api';
  const groups = groupsOf(options, isCore);
  if (rest.length === 0) {
    const asksAll = (call.headers['accept'] ?? '').includes('g=apidiscovery.k8s.io;v=v2;');
    if (options.aggregated && asksAll) return aggregated(groups, options);
    return isCore ? coreVersions() : json(groupList(groups));
  }
  const [group, version] = isCore ? ['', rest[0]] : [rest[0]!, rest[1]];
  if (rest.length > (isCore ? 1 : 2)) return undefined;
  if (options.brokenGroups.has(group)) throw new Refusal(503, 'ServiceUnavailable', 'service unavailable');
  const versions = groups.get(group);
  if (!versions) throw noSuchPage();
  if (version === undefined)
    return json({ kind: 'APIGroup', apiVersion: 'v1', ...groupEntry(group, versions) });
  const kinds = versions.get(version);
  if (!kinds) throw noSuchPage();
  return json(resourceList(group, version, kinds));
}

type Groups = ReadonlyMap<string, ReadonlyMap<string, readonly ServedKind[]>>;

/** Kinds by group and version, in the order in which they are preferred. */
function groupsOf({ kinds, brokenGroups }: DiscoveryOptions, isCore: boolean): Groups {
  const groups = new Map<string, Map<string, ServedKind[]>>();
  for (const kind of kinds.filter(({ group }) => (group === '') === isCore)) {
    const versions = groups.get(kind.group) ?? new Map<string, ServedKind[]>();
    groups.set(kind.group, versions);
    versions.set(kind.version, [...(versions.get(kind.version) ?? []), kind]);
  }
  if (!isCore) {
    for (const group of brokenGroups) if (!groups.has(group)) groups.set(group, new Map([['v1beta1', []]]));
  }
  return groups;
}

const json = (body: object): ApiReply => ({ status: 200, body });

function aggregated(groups: Groups, { brokenGroups }: DiscoveryOptions): ApiReply {
  const items = [...groups].map(([name, versions]) => ({
    metadata: name === '' ? { creationTimestamp: null } : { name, creationTimestamp: null },
    versions: [...versions].map(([version, kinds]) =>
      brokenGroups.has(name)
        ? { version, freshness: 'Stale' }
        : { version, freshness: 'Current', resources: kinds.map(discoveredResource) },
    ),
  }));
  const body = { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {}, items };
  return { status: 200, headers: { 'content-type': AGGREGATED }, body };
}

function discoveredResource(kind: ServedKind): object {
  const responseKind = { group: kind.group, version: kind.version, kind: kind.kind };
  const subresources = kind.subresources.map((subresource) => ({
    subresource,
    responseKind:
      subresource === 'scale' ? { group: 'autoscaling', version: 'v1', kind: 'Scale' } : responseKind,
    verbs: SUBRESOURCE_VERBS,
  }));
  return {
    resource: kind.plural,
    responseKind,
    scope: kind.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: kind.singular,
    verbs: VERBS,
    ...(kind.shortNames.length > 0 ? { shortNames: kind.shortNames } : {}),
    ...(subresources.length > 0 ? { subresources } : {}),
  };
}

const coreVersions = (): ApiReply =>
  json({
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: '127.0.0.1:6443' }],
  });

function groupEntry(name: string, versions: ReadonlyMap<string, unknown>): object {
  const entries = [...versions.keys()].map((version) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions: entries, preferredVersion: entries[0] };
}

const groupList = (groups: Groups): object => ({
  kind: 'APIGroupList',
  apiVersion: 'v1',
  groups: [...groups].map(([name, versions]) => groupEntry(name, versions)),
});

function resourceList(group: string, version: string, kinds: readonly ServedKind[]): object {
  const resources = kinds.flatMap((kind) => {
    const base = { singularName: kind.singular, namespaced: kind.namespaced, kind: kind.kind };
    const own = {
      name: kind.plural,
      ...base,
      verbs: VERBS,
      ...(kind.shortNames.length > 0 ? { shortNames: kind.shortNames } : {}),
    };
    const parts = kind.subresources.map((subresource) => ({
      name: `${kind.plural}/${subresource}`,
      ...base,
      singularName: '',
      ...(subresource === 'scale' ? { group: 'autoscaling', version: 'v1', kind: 'Scale' } : {}),
      verbs: SUBRESOURCE_VERBS,
    }));
    return [own, ...parts];
  });
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: apiVersionOf({ group, version }),
    resources,
  };
}
