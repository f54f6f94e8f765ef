import type { Json } from '../fields/field-type.js';
import { groupKind } from '../kinds/kinds.js';
import type { StoredObject } from '../objects/store.js';
import { forbidden, notFound, Refusal } from '../requests/refusal.js';
import type { ObjectRequest } from '../requests/request.js';
import { Answer, type World } from '../requests/world.js';

const NAMESPACES = { group: '', plural: 'namespaces' };

/**
 * Objects go only into namespaces that are there and stay.
 *
 * @throws Refusal 404 or 403
 */
export function checkNamespace({ store }: World, { kind, namespace }: ObjectRequest, name: string): void {
  if (namespace === undefined) return;
  const home = store.get('Namespace', undefined, namespace);
  if (!home) throw notFound(NAMESPACES, namespace);
  if (!home.metadata.deletionTimestamp) return;
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  const { code, reason, message, details } = forbidden(kind, name, why);
  const causes = [
    {
      reason: 'NamespaceTerminating',
      message: `namespace ${namespace} is being terminated`,
      field: 'metadata.namespace',
    },
  ];
  throw new Refusal(code, reason, message, { ...details, causes });
}

/**
 * A definition that goes takes no new objects.
 *
 * @throws Refusal 403
 */
export function checkDefinition({ store }: World, { kind }: ObjectRequest, name: string): void {
  if (!kind.custom) return;
  const definition = store.get(
    'apiextensions.k8s.io/CustomResourceDefinition',
    undefined,
    kind.custom.definition,
  );
  if (!definition?.metadata.deletionTimestamp) return;
  throw forbidden(kind, name, 'create not allowed while custom resource definition is terminating');
}

/** What the server's own admission and the hooks make of an object. */
export function admit(
  world: World,
  request: ObjectRequest,
  object: StoredObject,
  isNew: boolean,
): StoredObject {
  let admitted = isNew ? ownAdmission(world, request, object) : object;
  for (const hook of world.hooks) {
    const result = hook(structuredClone(admitted), request.call);
    if (!('metadata' in result)) throw new Answer(result);
    admitted = result;
  }
  return admitted;
}

function ownAdmission({ store }: World, { kind }: ObjectRequest, object: StoredObject): StoredObject {
  switch (groupKind(kind)) {
    case 'PersistentVolumeClaim':
      return withFinalizer(object, 'kubernetes.io/pvc-protection');
    case 'PersistentVolume':
      return withFinalizer(object, 'kubernetes.io/pv-protection');
    case 'Pod':
      return withSpec(object, { serviceAccountName: 'default', serviceAccount: 'default', priority: 0 });
    case 'Service': {
      const { clusterIP, type } = object['spec'] as Json;
      if (type === 'ExternalName') return object;
      // Versions grow, so no address comes twice.
      const number = Number(store.version);
      const ip = clusterIP ?? `10.96.${(number >> 8) & 255}.${number & 255}`;
      const added = { clusterIP: ip, clusterIPs: [ip], ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack' };
      return withSpec(object, added);
    }
    case 'batch/Job':
      return withJobSelector(object, store.uid());
    default:
      return object;
  }
}

const withFinalizer = (object: StoredObject, name: string): StoredObject => {
  const finalizers = [...new Set([...(object.metadata.finalizers ?? []), name])];
  return { ...object, metadata: { ...object.metadata, finalizers } };
};

/** What is there stays. */
const withSpec = (object: StoredObject, added: Json): StoredObject => ({
  ...object,
  spec: { ...added, ...(object['spec'] as Json) },
});

/** Pods of a Job are known by a label of its own. */
function withJobSelector(object: StoredObject, uid: string): StoredObject {
  const spec = object['spec'] as Json;
  if (spec['manualSelector'] === true) return object;
  const own = { 'batch.kubernetes.io/controller-uid': uid };
  const labels = {
    ...own,
    'batch.kubernetes.io/job-name': object.metadata.name,
    'controller-uid': uid,
    'job-name': object.metadata.name,
  };
  const template = (spec['template'] ?? {}) as { readonly metadata?: { readonly labels?: Json } };
  const metadata = { ...template.metadata, labels: { ...template.metadata?.labels, ...labels } };
  return {
    ...object,
    spec: { ...spec, selector: { matchLabels: own }, template: { ...template, metadata } },
  };
}
