import { isJson, type Json } from '../fields/field-type.js';

/** Sets a field that is absent. */
export function setDefault(object: Json, name: string, value: unknown): void {
  object[name] ??= value;
}

/** A part of an object; made when it is not there. */
export function part(object: Json, name: string): Json {
  const known = object[name];
  if (isJson(known)) return known;
  const made: Json = {};
  object[name] = made;
  return made;
}

/** Items of a list that are objects. */
export const items = (object: Json, name: string): Json[] =>
  (Array.isArray(object[name]) ? object[name] : []).filter(isJson);

const ifThere = (object: Json, name: string, work: (value: Json) => void) => {
  const value = object[name];
  if (isJson(value)) work(value);
};

/** Fills in what the server fills in in a pod, or in the template of pods. */
export function defaultPodSpec(spec: Json): void {
  setDefault(spec, 'restartPolicy', 'Always');
  setDefault(spec, 'terminationGracePeriodSeconds', 30);
  setDefault(spec, 'dnsPolicy', 'ClusterFirst');
  setDefault(spec, 'securityContext', {});
  setDefault(spec, 'schedulerName', 'default-scheduler');
  // The old name of the same field.
  if (spec['serviceAccountName']) spec['serviceAccount'] = spec['serviceAccountName'];
  else if (spec['serviceAccount']) spec['serviceAccountName'] = spec['serviceAccount'];
  for (const list of ['initContainers', 'containers']) {
    for (const container of items(spec, list)) defaultContainer(container, spec['hostNetwork'] === true);
  }
  for (const volume of items(spec, 'volumes')) defaultVolume(volume);
}

function defaultContainer(container: Json, hostNetwork: boolean): void {
  const image = String(container['image'] ?? '');
  const tag = image.includes('@') ? 'digest' : (/:([^/:]+)$/.exec(image)?.[1] ?? 'latest');
  setDefault(container, 'imagePullPolicy', tag === 'latest' ? 'Always' : 'IfNotPresent');
  setDefault(container, 'terminationMessagePath', '/dev/termination-log');
  setDefault(container, 'terminationMessagePolicy', 'File');
  defaultRequests(part(container, 'resources'));
  for (const port of items(container, 'ports')) {
    setDefault(port, 'protocol', 'TCP');
    if (hostNetwork) setDefault(port, 'hostPort', port['containerPort']);
  }
  for (const variable of items(container, 'env')) ifThere(variable, 'valueFrom', defaultFieldSource);
  for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    ifThere(container, name, (probe) => {
      setDefault(probe, 'timeoutSeconds', 1);
      setDefault(probe, 'periodSeconds', 10);
      setDefault(probe, 'successThreshold', 1);
      setDefault(probe, 'failureThreshold', 3);
      ifThere(probe, 'httpGet', defaultHttpGet);
      ifThere(probe, 'grpc', (grpc) => setDefault(grpc, 'service', ''));
    });
  }
  ifThere(container, 'lifecycle', (lifecycle) => {
    for (const hook of ['postStart', 'preStop']) {
      ifThere(lifecycle, hook, (handler) => ifThere(handler, 'httpGet', defaultHttpGet));
    }
  });
}

/** A limit without a request is the request too. */
function defaultRequests(resources: Json): void {
  const limits = resources['limits'];
  if (!isJson(limits) || Object.keys(limits).length === 0) return;
  const requests = part(resources, 'requests');
  for (const [name, limit] of Object.entries(limits)) setDefault(requests, name, limit);
}

function defaultHttpGet(get: Json): void {
  setDefault(get, 'path', '/');
  setDefault(get, 'scheme', 'HTTP');
}

function defaultFieldSource(source: Json): void {
  ifThere(source, 'fieldRef', (ref) => setDefault(ref, 'apiVersion', 'v1'));
  ifThere(source, 'resourceFieldRef', (ref) => setDefault(ref, 'divisor', '0'));
}

const FILE_MODE = 0o644;

function defaultVolume(volume: Json): void {
  const sources = Object.keys(volume).filter((name) => name !== 'name');
  if (sources.length === 0) volume['emptyDir'] = {};
  for (const name of ['configMap', 'secret', 'projected', 'downwardAPI']) {
    ifThere(volume, name, (source) => setDefault(source, 'defaultMode', FILE_MODE));
  }
  ifThere(volume, 'hostPath', (source) => setDefault(source, 'type', ''));
  ifThere(volume, 'downwardAPI', (source) => items(source, 'items').forEach(defaultFieldSource));
  ifThere(volume, 'projected', (source) => {
    for (const projection of items(source, 'sources')) {
      ifThere(projection, 'serviceAccountToken', (token) => setDefault(token, 'expirationSeconds', 3600));
      ifThere(projection, 'downwardAPI', (api) => items(api, 'items').forEach(defaultFieldSource));
    }
  });
  ifThere(volume, 'ephemeral', (source) => {
    const claim = part(source, 'volumeClaimTemplate');
    setDefault(part(claim, 'spec'), 'volumeMode', 'Filesystem');
  });
}
