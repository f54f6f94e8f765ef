/**
 * Makes test/support/kubernetes-schemas/<version>.json, the Kubernetes schemas that the strict object tests use.
 *
 *   node scripts/kubernetes-schemas.mjs [1.25 1.28 1.37]
 *
 * Run it by hand when a Kubernetes version is added; the results are committed. It needs python3 with pip and a
 * package registry: the schemas come from the PyPI package `kubernetes-validate`, which carries the published
 * OpenAPI definitions of Kubernetes 1.25 and newer. Nothing is installed: the package goes to a temporary folder.
 *
 * What is kept: the kinds that this project emits and all that they reach; of each definition the type, fields,
 * required fields, items, formats and list-map keys. Left out: descriptions, `status`, null as a value (an object
 * that we emit never holds one). Put in, because the published definitions leave them out: closed sets of values
 * (table ENUMS), and the shapes of the types that are "any of" (table SHAPES).
 *
 * Output: one definition a line, so that a new version shows as a readable difference.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGE = 'kubernetes-validate==1.37.0';
const VERSIONS = ['1.25', '1.28', '1.37'];
const OUTPUT = fileURLToPath(new URL('../test/support/kubernetes-schemas', import.meta.url));

/** `apiVersion kind` → name of its definition. */
const KINDS = {
  'v1 Namespace': 'core.v1.Namespace',
  'v1 ServiceAccount': 'core.v1.ServiceAccount',
  'v1 Service': 'core.v1.Service',
  'v1 ConfigMap': 'core.v1.ConfigMap',
  'v1 Secret': 'core.v1.Secret',
  'v1 PersistentVolumeClaim': 'core.v1.PersistentVolumeClaim',
  'v1 Pod': 'core.v1.Pod',
  'v1 ResourceQuota': 'core.v1.ResourceQuota',
  'scheduling.k8s.io/v1 PriorityClass': 'scheduling.v1.PriorityClass',
  'apps/v1 Deployment': 'apps.v1.Deployment',
  'apps/v1 DaemonSet': 'apps.v1.DaemonSet',
  'apps/v1 StatefulSet': 'apps.v1.StatefulSet',
  'rbac.authorization.k8s.io/v1 Role': 'rbac.v1.Role',
  'rbac.authorization.k8s.io/v1 ClusterRole': 'rbac.v1.ClusterRole',
  'rbac.authorization.k8s.io/v1 RoleBinding': 'rbac.v1.RoleBinding',
  'rbac.authorization.k8s.io/v1 ClusterRoleBinding': 'rbac.v1.ClusterRoleBinding',
  'networking.k8s.io/v1 NetworkPolicy': 'networking.v1.NetworkPolicy',
  'policy/v1 PodDisruptionBudget': 'policy.v1.PodDisruptionBudget',
  'autoscaling/v2 HorizontalPodAutoscaler': 'autoscaling.v2.HorizontalPodAutoscaler',
  'coordination.k8s.io/v1 Lease': 'coordination.v1.Lease',
  'apiextensions.k8s.io/v1 CustomResourceDefinition': 'apiextensions.v1.CustomResourceDefinition',
};

const ref = (name) => ({ $ref: name });
const SCHEMA_PROPS = 'apiextensions.v1.JSONSchemaProps';
const OPEN = { 'x-kubernetes-preserve-unknown-fields': true };

/** Types that the published definitions describe in words only. */
const SHAPES = {
  'api.resource.Quantity': {
    'x-kubernetes-int-or-string': true,
    pattern: '^[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$',
  },
  'util.intstr.IntOrString': { 'x-kubernetes-int-or-string': true },
  'apiextensions.v1.JSON': OPEN,
  'apiextensions.v1.JSONSchemaPropsOrBool': { oneOf: [ref(SCHEMA_PROPS), { type: 'boolean' }] },
  'apiextensions.v1.JSONSchemaPropsOrArray': {
    oneOf: [ref(SCHEMA_PROPS), { type: 'array', items: ref(SCHEMA_PROPS) }],
  },
  'apiextensions.v1.JSONSchemaPropsOrStringArray': {
    oneOf: [ref(SCHEMA_PROPS), { type: 'array', items: { type: 'string' } }],
  },
};

const PULL = ['Always', 'IfNotPresent', 'Never'];
const PROTOCOL = ['TCP', 'UDP', 'SCTP'];
const POLICY = ['Cluster', 'Local'];
const ACCESS = ['ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOncePod'];
const EFFECT = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];
const SELECTOR = ['In', 'NotIn', 'Exists', 'DoesNotExist'];
const PROFILE = ['RuntimeDefault', 'Unconfined', 'Localhost'];
const HONOR = ['Honor', 'Ignore'];

/** Closed sets of values, `definition.field`; for a list they hold for its items. Validation rules of the API server. */
const ENUMS = {
  'core.v1.Container.imagePullPolicy': PULL,
  'core.v1.EphemeralContainer.imagePullPolicy': PULL,
  'core.v1.ContainerPort.protocol': PROTOCOL,
  'core.v1.ServicePort.protocol': PROTOCOL,
  'networking.v1.NetworkPolicyPort.protocol': PROTOCOL,
  'networking.v1.NetworkPolicySpec.policyTypes': ['Ingress', 'Egress'],
  'core.v1.ServiceSpec.type': ['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'],
  'core.v1.ServiceSpec.sessionAffinity': ['ClientIP', 'None'],
  'core.v1.ServiceSpec.internalTrafficPolicy': POLICY,
  'core.v1.ServiceSpec.externalTrafficPolicy': POLICY,
  'core.v1.PodSpec.restartPolicy': ['Always', 'OnFailure', 'Never'],
  'core.v1.PodSpec.dnsPolicy': ['ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'],
  'core.v1.PodSpec.preemptionPolicy': ['PreemptLowerPriority', 'Never'],
  'scheduling.v1.PriorityClass.preemptionPolicy': ['PreemptLowerPriority', 'Never'],
  'core.v1.PodSecurityContext.fsGroupChangePolicy': ['OnRootMismatch', 'Always'],
  'core.v1.SeccompProfile.type': PROFILE,
  'core.v1.AppArmorProfile.type': PROFILE,
  'core.v1.Toleration.effect': EFFECT,
  'core.v1.NodeSelectorRequirement.operator': [...SELECTOR, 'Gt', 'Lt'],
  'apis.meta.v1.LabelSelectorRequirement.operator': SELECTOR,
  'core.v1.TopologySpreadConstraint.whenUnsatisfiable': ['DoNotSchedule', 'ScheduleAnyway'],
  'core.v1.TopologySpreadConstraint.nodeAffinityPolicy': HONOR,
  'core.v1.TopologySpreadConstraint.nodeTaintsPolicy': HONOR,
  'core.v1.HostPathVolumeSource.type': [
    '',
    'DirectoryOrCreate',
    'Directory',
    'FileOrCreate',
    'File',
    'Socket',
    'CharDevice',
    'BlockDevice',
  ],
  'core.v1.VolumeMount.mountPropagation': ['None', 'HostToContainer', 'Bidirectional'],
  'core.v1.PersistentVolumeClaimSpec.accessModes': ACCESS,
  'core.v1.PersistentVolumeClaimSpec.volumeMode': ['Block', 'Filesystem'],
  'core.v1.HTTPGetAction.scheme': ['HTTP', 'HTTPS'],
  'core.v1.Container.terminationMessagePolicy': ['File', 'FallbackToLogsOnError'],
  'apps.v1.DeploymentStrategy.type': ['Recreate', 'RollingUpdate'],
  'apps.v1.DaemonSetUpdateStrategy.type': ['OnDelete', 'RollingUpdate'],
  'apps.v1.StatefulSetUpdateStrategy.type': ['OnDelete', 'RollingUpdate'],
  'apps.v1.StatefulSetSpec.podManagementPolicy': ['OrderedReady', 'Parallel'],
  'policy.v1.PodDisruptionBudgetSpec.unhealthyPodEvictionPolicy': ['IfHealthyBudget', 'AlwaysAllow'],
  'autoscaling.v2.MetricSpec.type': ['ContainerResource', 'External', 'Object', 'Pods', 'Resource'],
  'autoscaling.v2.MetricTarget.type': ['Utilization', 'Value', 'AverageValue'],
  'autoscaling.v2.HPAScalingRules.selectPolicy': ['Max', 'Min', 'Disabled'],
  'autoscaling.v2.HPAScalingPolicy.type': ['Pods', 'Percent'],
  'rbac.v1.RoleRef.apiGroup': ['rbac.authorization.k8s.io'],
  'rbac.v1.RoleRef.kind': ['Role', 'ClusterRole'],
  'rbac.v1.Subject.kind': ['User', 'Group', 'ServiceAccount'],
  'apiextensions.v1.CustomResourceDefinitionSpec.scope': ['Cluster', 'Namespaced'],
  'apiextensions.v1.CustomResourceConversion.strategy': ['None', 'Webhook'],
};

const shortName = (name) =>
  name
    .replace(/^#\/\$defs\//, '')
    .replace(/^io\.k8s\.(api|apimachinery\.pkg|apiextensions-apiserver\.pkg\.apis)\./, '');

/** One published schema in the small dialect of the checker. */
function trim(schema) {
  if (schema.$ref) {
    return ref(shortName(schema.$ref));
  }
  const type = [schema.type].flat().find((name) => name !== 'null');
  const result = { type };
  if (schema.format) result.format = schema.format;
  if (schema.enum) result.enum = schema.enum;
  if (schema.required) result.required = schema.required;
  if (schema.items) result.items = trim(schema.items);
  if (schema['x-kubernetes-list-map-keys']) {
    result['x-kubernetes-list-map-keys'] = schema['x-kubernetes-list-map-keys'];
  }
  if (schema['x-kubernetes-list-type'] === 'set') result['x-kubernetes-list-type'] = 'set';
  if (schema.additionalProperties) result.additionalProperties = trim(schema.additionalProperties);
  if (schema.properties) {
    result.properties = Object.fromEntries(
      Object.entries(schema.properties).map(([name, value]) => [name, trim(value)]),
    );
  } else if (type === 'object' && !schema.additionalProperties) {
    Object.assign(result, OPEN);
  }
  return result;
}

/** The definitions that `names` reach, `status` of the kinds left out, sorted by name. */
function reachable(published, names) {
  const byName = new Map(Object.entries(published).map(([name, value]) => [shortName(name), value]));
  const result = new Map();
  const visit = (name, isKind) => {
    if (result.has(name)) return;
    const definition = SHAPES[name] ?? trim(byName.get(name) ?? fail(`no definition ${name}`));
    if (isKind) delete definition.properties.status;
    result.set(name, definition);
    for (const [, target] of JSON.stringify(definition).matchAll(/"\$ref":"([^"]+)"/g)) visit(target, false);
  };
  for (const name of names) visit(name, true);
  return new Map([...result].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function addEnums(definitions, version) {
  for (const [path, values] of Object.entries(ENUMS)) {
    const at = path.lastIndexOf('.');
    const field = definitions.get(path.slice(0, at))?.properties[path.slice(at + 1)];
    if (!field) {
      console.log(`${version}: no field ${path}`);
      continue;
    }
    (field.items ?? field).enum = values;
  }
}

function fail(message) {
  throw new Error(message);
}

const folder = mkdtempSync(join(tmpdir(), 'kubernetes-schemas-'));
try {
  execFileSync('python3', ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', folder, PACKAGE], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const wanted = process.argv.slice(2);
  for (const version of wanted.length > 0 ? wanted : VERSIONS) {
    const file = `kubernetes_validate/kubernetes-json-schema/v${version}.0-local/_definitions.json`;
    const published = JSON.parse(readFileSync(join(folder, file), 'utf8')).$defs;
    const definitions = reachable(published, Object.values(KINDS));
    addEnums(definitions, version);
    const lines = [...definitions].map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
    const head = `"kubernetes":"${version}","source":"PyPI ${PACKAGE}","kinds":${JSON.stringify(KINDS)}`;
    const text = `{${head},"definitions":{\n${lines.join(',\n')}\n}}\n`;
    JSON.parse(text);
    writeFileSync(join(OUTPUT, `${version}.json`), text);
    console.log(`${version}: ${definitions.size} definitions, ${(text.length / 1000).toFixed(0)} kB`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
