import type { KubernetesObject } from './strict-schema.js';

type Map = Readonly<Record<string, unknown>>;
type Report = (path: string, message: string) => void;

const map = (value: unknown): Map => (value ?? {}) as Map;
const list = (value: unknown): readonly Map[] => (value ?? []) as readonly Map[];
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const DNS_LABEL = new RegExp(`^(?=.{1,63}$)${LABEL}$`);
const DNS_1035 = /^(?=.{1,63}$)[a-z]([-a-z0-9]*[a-z0-9])?$/;
const DNS_SUBDOMAIN = new RegExp(`^(?=.{1,253}$)${LABEL}(\\.${LABEL})*$`);
const PATH_SEGMENT = /^(?!\.{1,2}$)[^/%]+$/;
const QUALIFIED = /^(?=.{1,63}$)[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const DATA_KEY = /^(?!\.{1,2}$)(?=.{1,253}$)[-._a-zA-Z0-9]+$/;
const PORT_NAME = /^(?=.{1,15}$)(?=.*[a-z])(?!.*--)[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

const NAME_FORMS: Readonly<Record<string, RegExp>> = {
  Namespace: DNS_LABEL,
  Service: DNS_1035,
  Role: PATH_SEGMENT,
  ClusterRole: PATH_SEGMENT,
  RoleBinding: PATH_SEGMENT,
  ClusterRoleBinding: PATH_SEGMENT,
};
const MAX_ANNOTATION_BYTES = 256 * 1024;
const MAX_DATA_BYTES = 1024 * 1024;

/**
 * Checks what the API server validates beyond its schema: forms of names and labels, references inside a pod,
 * things of which exactly one must be given, requests within limits.
 *
 * @returns one line a fault, `path: what is wrong`
 */
export function checkApiServerRules(object: KubernetesObject): string[] {
  const faults: string[] = [];
  const report: Report = (path, message) => faults.push(`${path}: ${message}`);
  const spec = map(object['spec']);
  const form = NAME_FORMS[text(object['kind'])] ?? DNS_SUBDOMAIN;
  const { name } = map(object['metadata']);
  if (!form.test(text(name))) {
    report('metadata.name', `"${text(name)}" is no name for this kind`);
  }
  metadata(map(object['metadata']), 'metadata', report);
  data(object, report);
  if (object['kind'] === 'PodDisruptionBudget' && 'minAvailable' in spec === 'maxUnavailable' in spec) {
    report('spec', 'exactly one of minAvailable and maxUnavailable is needed');
  }
  if (object['kind'] === 'Service') {
    ports(list(spec['ports']), 'spec.ports', 'port', report);
  }
  if (object['kind'] === 'Pod') {
    pod(spec, [], 'spec', report);
  } else if (spec['template'] !== undefined) {
    const template = map(spec['template']);
    metadata(map(template['metadata']), 'spec.template.metadata', report);
    selector(map(map(spec['selector'])['matchLabels']), map(map(template['metadata'])['labels']), report);
    const claims = list(spec['volumeClaimTemplates']).map((claim) => text(map(claim['metadata'])['name']));
    pod(map(template['spec']), claims, 'spec.template.spec', report);
  }
  return faults;
}

function metadata({ labels, annotations }: Map, path: string, report: Report): void {
  const key = (name: string) => {
    const at = name.lastIndexOf('/');
    return QUALIFIED.test(name.slice(at + 1)) && (at < 0 || DNS_SUBDOMAIN.test(name.slice(0, at)));
  };
  for (const [name, value] of Object.entries(map(labels))) {
    if (!key(name)) report(`${path}.labels`, `"${name}" is no label key`);
    if (value !== '' && !QUALIFIED.test(text(value)))
      report(`${path}.labels`, `"${value}" is no label value`);
  }
  let bytes = 0;
  for (const [name, value] of Object.entries(map(annotations))) {
    if (!key(name)) report(`${path}.annotations`, `"${name}" is no annotation key`);
    bytes += Buffer.byteLength(name) + Buffer.byteLength(text(value));
  }
  if (bytes > MAX_ANNOTATION_BYTES)
    report(`${path}.annotations`, `${bytes} bytes, at most ${MAX_ANNOTATION_BYTES}`);
}

function data(object: KubernetesObject, report: Report): void {
  let bytes = 0;
  for (const field of ['data', 'binaryData', 'stringData']) {
    for (const [name, value] of Object.entries(map(object[field]))) {
      if (!DATA_KEY.test(name)) report(field, `"${name}" is no key`);
      bytes += Buffer.byteLength(text(value));
    }
  }
  if (bytes > MAX_DATA_BYTES) report('data', `${bytes} bytes, at most ${MAX_DATA_BYTES}`);
}

function selector(wanted: Map, labels: Map, report: Report): void {
  if (Object.keys(wanted).length === 0) report('spec.selector', 'selects nothing');
  for (const [name, value] of Object.entries(wanted)) {
    if (labels[name] !== value)
      report('spec.selector', `${name}: ${value} is not a label of the pod template`);
  }
}

function ports(items: readonly Map[], path: string, key: string, report: Report): void {
  unique(items, 'name', path, report);
  for (const [index, item] of items.entries()) {
    const number = item[key] as number;
    if (!(number >= 1 && number <= 65535)) report(`${path}[${index}]`, `${number} is no port`);
    const { name } = item;
    const right = key === 'port' ? DNS_LABEL : PORT_NAME;
    if (name === undefined ? key === 'port' && items.length > 1 : !right.test(text(name))) {
      report(`${path}[${index}].name`, `"${text(name)}" is no port name`);
    }
  }
}

function pod(spec: Map, claims: readonly string[], path: string, report: Report): void {
  const volumes = list(spec['volumes']);
  unique(volumes, 'name', `${path}.volumes`, report);
  for (const [index, { name: _, ...sources }] of volumes.entries()) {
    one(sources, Object.keys(sources), `${path}.volumes[${index}]`, report);
  }
  const known = new Set([...claims, ...volumes.map(({ name }) => text(name))]);
  const containers = ['initContainers', 'containers'].flatMap((field) =>
    list(spec[field]).map((item, index) => ({ item, path: `${path}.${field}[${index}]` })),
  );
  unique(
    containers.map(({ item }) => item),
    'name',
    path,
    report,
  );
  for (const { item, path: at } of containers) {
    container(item, map(spec['securityContext']), known, at, report);
  }
}

function container(
  item: Map,
  podSecurity: Map,
  volumes: ReadonlySet<string>,
  path: string,
  report: Report,
): void {
  if (!DNS_LABEL.test(text(item['name'])))
    report(`${path}.name`, `"${text(item['name'])}" is no container name`);
  if (text(item['image']).trim() === '') report(`${path}.image`, 'is empty');
  ports(list(item['ports']), `${path}.ports`, 'containerPort', report);
  unique(list(item['env']), 'name', `${path}.env`, report);
  for (const { name, value, valueFrom } of list(item['env'])) {
    if (value !== undefined && value !== '' && valueFrom !== undefined) {
      report(`${path}.env`, `${text(name)} has a value and a valueFrom`);
    }
  }
  unique(list(item['volumeMounts']), 'mountPath', `${path}.volumeMounts`, report);
  for (const { name } of list(item['volumeMounts'])) {
    if (!volumes.has(text(name))) report(`${path}.volumeMounts`, `there is no volume ${text(name)}`);
  }
  for (const field of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    if (item[field] !== undefined) probe(map(item[field]), list(item['ports']), `${path}.${field}`, report);
  }
  const { requests, limits } = map(item['resources']);
  for (const [name, request] of Object.entries(map(requests))) {
    const limit = map(limits)[name];
    if (limit !== undefined && quantity(request) > quantity(limit)) {
      report(`${path}.resources`, `requests ${request} ${name}, more than its limit ${limit}`);
    }
  }
  const security = { ...podSecurity, ...map(item['securityContext']) };
  if (security['runAsNonRoot'] === true && security['runAsUser'] === 0) {
    report(`${path}.securityContext`, 'runAsNonRoot with runAsUser 0 never starts');
  }
  if (security['privileged'] === true && security['allowPrivilegeEscalation'] === false) {
    report(`${path}.securityContext`, 'privileged excludes allowPrivilegeEscalation: false');
  }
}

function probe(item: Map, containerPorts: readonly Map[], path: string, report: Report): void {
  one(item, ['exec', 'httpGet', 'tcpSocket', 'grpc'], path, report);
  const { port } = map(item['httpGet'] ?? item['tcpSocket']);
  if (typeof port === 'string' && !containerPorts.some(({ name }) => name === port)) {
    report(path, `the container has no port ${port}`);
  }
}

function one(item: Map, choices: readonly string[], path: string, report: Report): void {
  const given = choices.filter((name) => item[name] !== undefined);
  if (given.length !== 1) report(path, `exactly one kind must be given, found ${given.join(', ') || 'none'}`);
}

function unique(items: readonly Map[], key: string, path: string, report: Report): void {
  const values = items.map((item) => item[key]).filter((value) => value !== undefined);
  for (const value of new Set(values.filter((item, index) => values.indexOf(item) !== index))) {
    report(path, `${key} ${value} stands twice`);
  }
}

const UNITS = ['', 'k', 'M', 'G', 'T', 'P', 'E'];

/** The number of a resource quantity. */
export function quantity(value: unknown): number {
  const [, number = '', unit = ''] = /^([+-]?[0-9.]+(?:[eE][+-]?\d+)?)([A-Za-z]*)$/.exec(String(value)) ?? [];
  if (unit === 'm' || unit === 'u' || unit === 'n') {
    return Number(number) / 1000 ** ('mun'.indexOf(unit) + 1);
  }
  const power = UNITS.indexOf(unit.replace(/^K/, 'k').replace('i', ''));
  return power < 0 || number === ''
    ? Number.NaN
    : Number(number) * (unit.endsWith('i') ? 1024 : 1000) ** power;
}
