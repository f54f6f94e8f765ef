import { groupKindOf, type KubernetesObject } from '../../constructs/kubernetes-object.js';

type Fields = Readonly<Record<string, unknown>>;

/**
 * The object as it is sent: what the API server would change, refuse or own by mistake is put right.
 *
 * - `stringData` of a Secret goes into `data`. The server folds it too, but keeps owning the old keys, so that a key
 *   that moves between the two would never go away.
 * - `status` is left out: controllers write it, and owning it would fight them.
 * - `creationTimestamp: null`, which generators print, is left out.
 * - A `caBundle` that is no PEM, a placeholder for a controller that fills it in, is left out.
 */
export function normalizeObject(object: KubernetesObject): KubernetesObject {
  const { status: _, ...rest } = object as KubernetesObject & { readonly status?: unknown };
  const { creationTimestamp: __, ...metadata } = rest.metadata as KubernetesObject['metadata'] & Fields;
  const cleaned = { ...rest, metadata } as KubernetesObject;
  switch (groupKindOf(object)) {
    case 'Secret':
      return foldStringData(cleaned);
    case 'apiextensions.k8s.io/CustomResourceDefinition':
      return withoutPlaceholderBundle(cleaned);
    default:
      return cleaned;
  }
}

function foldStringData(secret: KubernetesObject): KubernetesObject {
  const { stringData, data, ...rest } = secret as KubernetesObject & {
    readonly stringData?: Readonly<Record<string, string>>;
    readonly data?: Readonly<Record<string, string>>;
  };
  if (!stringData) return secret;
  const folded = Object.fromEntries(
    Object.entries(stringData).map(([key, text]) => [key, Buffer.from(text, 'utf8').toString('base64')]),
  );
  return { ...rest, data: { ...data, ...folded } };
}

function withoutPlaceholderBundle(definition: KubernetesObject): KubernetesObject {
  const spec = definition['spec'] as {
    readonly conversion?: { readonly webhook?: { readonly clientConfig?: { readonly caBundle?: string } } };
  };
  const bundle = spec?.conversion?.webhook?.clientConfig?.caBundle;
  if (bundle === undefined || isPem(bundle)) return definition;
  const { conversion } = spec;
  const { caBundle: _, ...clientConfig } = conversion!.webhook!.clientConfig!;
  return {
    ...definition,
    spec: { ...spec, conversion: { ...conversion, webhook: { ...conversion!.webhook, clientConfig } } },
  };
}

const isPem = (base64: string) =>
  Buffer.from(base64, 'base64').toString('latin1').startsWith('-----BEGIN CERTIFICATE-----');
