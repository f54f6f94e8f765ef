/**
 * Makes field-types.txt, what the in-process API server knows about the fields of the built-in kinds.
 *
 *   node test/support/api-server/make-field-types.mjs
 *
 * Run it by hand when kinds or a Kubernetes version are added; the result is committed. It needs python3 with pip and
 * a package registry: the definitions come from the PyPI package `kubernetes-validate`. Nothing is installed.
 *
 * One line is one type: `name field:type …`. A `~` after a name or a map says that it is owned as a whole; `!` after a
 * field that it is required. Types: string, number, boolean, any (some scalar), open (anything), &name, [item] a list
 * that is owned as a whole, [item]set, [item]key,key a list with keys, {value} a map.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGE = 'kubernetes-validate==1.37.0';
const FILE = 'kubernetes_validate/kubernetes-json-schema/v1.37.0-local/_definitions.json';
const OUTPUT = fileURLToPath(new URL('field-types.txt', import.meta.url));

const ROOTS = [
  'admissionregistration.v1.MutatingWebhookConfiguration',
  'admissionregistration.v1.ValidatingWebhookConfiguration',
  'apiextensions.v1.CustomResourceDefinition',
  'kube-aggregator.apiregistration.v1.APIService',
  'apps.v1.DaemonSet',
  'apps.v1.Deployment',
  'apps.v1.ReplicaSet',
  'apps.v1.StatefulSet',
  'autoscaling.v2.HorizontalPodAutoscaler',
  'batch.v1.CronJob',
  'batch.v1.Job',
  'coordination.v1.Lease',
  'core.v1.ConfigMap',
  'core.v1.Endpoints',
  'core.v1.Event',
  'core.v1.LimitRange',
  'core.v1.Namespace',
  'core.v1.Node',
  'core.v1.PersistentVolume',
  'core.v1.PersistentVolumeClaim',
  'core.v1.Pod',
  'core.v1.ResourceQuota',
  'core.v1.Secret',
  'core.v1.Service',
  'core.v1.ServiceAccount',
  'discovery.v1.EndpointSlice',
  'events.v1.Event',
  'networking.v1.Ingress',
  'networking.v1.IngressClass',
  'networking.v1.NetworkPolicy',
  'policy.v1.PodDisruptionBudget',
  'rbac.v1.ClusterRole',
  'rbac.v1.ClusterRoleBinding',
  'rbac.v1.Role',
  'rbac.v1.RoleBinding',
  'scheduling.v1.PriorityClass',
  'storage.v1.StorageClass',
];

const shortName = (name) =>
  name
    .replace(/^#\/\$defs\//, '')
    .replace(/^io\.k8s\.(api|apimachinery\.pkg|apiextensions-apiserver\.pkg\.apis)\./, '')
    .replace(/^io\.k8s\.kube-aggregator\.pkg\.apis\./, 'kube-aggregator.');

/** Types that the definitions describe in words only. */
const SHAPES = {
  'api.resource.Quantity': 'any',
  'util.intstr.IntOrString': 'any',
  'apis.meta.v1.Time': 'any',
  'apis.meta.v1.MicroTime': 'any',
  'apis.meta.v1.FieldsV1': 'open',
  'apiextensions.v1.JSON': 'open',
  'apiextensions.v1.JSONSchemaPropsOrBool': 'open',
  'apiextensions.v1.JSONSchemaPropsOrArray': 'open',
  'apiextensions.v1.JSONSchemaPropsOrStringArray': 'open',
  'pkg.runtime.RawExtension': 'open',
};

const published = readDefinitions();
const lines = new Map();
for (const root of ROOTS) addType(root);
const text = [...lines]
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([, line]) => `${line}\n`)
  .join('');
writeFileSync(OUTPUT, `# Kubernetes 1.37, from PyPI ${PACKAGE}; see make-field-types.mjs\n${text}`);
console.log(`${lines.size} types, ${(text.length / 1000).toFixed(0)} kB`);

function addType(name) {
  if (lines.has(name)) return;
  const definition = published.get(name);
  if (!definition) throw new Error(`no definition ${name}`);
  lines.set(name, '');
  const required = new Set(definition.required);
  const fields = Object.entries(definition.properties ?? {}).map(
    ([field, schema]) => `${field}${required.has(field) ? '!' : ''}:${typeOf(schema)}`,
  );
  if (fields.length === 0) fields.push('*:open');
  lines.set(name, [`${name}${isAtomic(definition) ? '~' : ''}`, ...fields].join(' '));
}

function typeOf(schema) {
  const target = schema.$ref ?? (schema.allOf?.length === 1 ? schema.allOf[0].$ref : undefined);
  if (target) {
    const name = shortName(target);
    if (SHAPES[name]) return SHAPES[name];
    addType(name);
    return `&${name}${isAtomic(schema) ? '~' : ''}`;
  }
  const type = [schema.type].flat().find((one) => one !== 'null');
  if (type === 'array') return `[${typeOf(schema.items)}]${listKind(schema)}`;
  if (type === 'object' && schema.additionalProperties) {
    return `{${typeOf(schema.additionalProperties)}}${isAtomic(schema) ? '~' : ''}`;
  }
  if (type === 'integer' || type === 'number') return 'number';
  if (type === 'string') return schema.format && schema.format !== 'byte' ? 'any' : 'string';
  return type === 'boolean' ? 'boolean' : 'open';
}

function listKind(schema) {
  const kind = schema['x-kubernetes-list-type'];
  if (kind === 'map') return schema['x-kubernetes-list-map-keys'].join(',');
  return kind === 'set' ? 'set' : '';
}

function isAtomic(schema) {
  return schema['x-kubernetes-map-type'] === 'atomic';
}

function readDefinitions() {
  const folder = mkdtempSync(join(tmpdir(), 'field-types-'));
  try {
    execFileSync('python3', ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', folder, PACKAGE], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const { $defs } = JSON.parse(readFileSync(join(folder, FILE), 'utf8'));
    return new Map(Object.entries($defs).map(([name, definition]) => [shortName(name), definition]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
