import type { ApiResource } from './resource.js';

const VERBS = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];

const namespaced = (group: string, kind: string, plural: string): ApiResource => ({
  group,
  version: 'v1',
  kind,
  plural,
  namespaced: true,
  verbs: VERBS,
});

// Resources that every cluster has, known without asking it.
export const CONFIG_MAPS = namespaced('', 'ConfigMap', 'configmaps');
export const ENDPOINT_SLICES = namespaced('discovery.k8s.io', 'EndpointSlice', 'endpointslices');
export const EVENTS = namespaced('', 'Event', 'events');
export const LEASES = namespaced('coordination.k8s.io', 'Lease', 'leases');
export const PODS = namespaced('', 'Pod', 'pods');
export const NAMESPACES: ApiResource = { ...namespaced('', 'Namespace', 'namespaces'), namespaced: false };
