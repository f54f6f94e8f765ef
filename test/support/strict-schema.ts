import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { repositoryPath } from './repository.js';
import { checkValue, type Definitions, type Schema } from './schema-walker.js';

/** A Kubernetes object as plain JSON. */
export type KubernetesObject = Readonly<Record<string, unknown>>;

/** Which schemas an object must fit. */
export interface SchemaOptions {
  /** Version of the cluster, as in `1.31` or `v1.31.4+rke2r1`. The newest committed schema not newer than it is used. */
  readonly kubernetesVersion: string;
  /** Logging Operator generation, as in `6.7` or `4.10.4`. @default 6.7 */
  readonly loggingOperatorVersion?: string;
  /** Further folders with CRD files, from the root of the checkout, as in `crds`. They win. @default none */
  readonly crdFolders?: readonly string[];
}

/** Checks objects; what it loads is kept as long as the validator is. */
export type ObjectValidator = (object: KubernetesObject) => string[];

interface KubernetesSchemas {
  readonly kubernetes: string;
  readonly kinds: Readonly<Record<string, string>>;
  readonly definitions: Definitions;
}

interface CrdDocument {
  readonly kind?: string;
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly versions: readonly { name: string; schema: { openAPIV3Schema: Schema } }[];
  };
}

const SCHEMA_FOLDER = ['test', 'support', 'kubernetes-schemas'];
const CRD_FOLDER = ['..', 'shared', 'crds'];
const OBJECT_META = 'apis.meta.v1.ObjectMeta';

/** Kubernetes versions whose schemas are committed, oldest first. */
export function kubernetesSchemaVersions(): string[] {
  return readdirSync(repositoryPath(...SCHEMA_FOLDER))
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.slice(0, -'.json'.length))
    .sort((a, b) => minorOf(a) - minorOf(b));
}

/**
 * Whether the upstream CRDs of the Logging Operator are at hand. They are not part of the checkout.
 *
 * @returns true, or the reason to print before a test skips itself
 */
export function crdSchemasAvailable(loggingOperatorVersion = '6.7'): true | string {
  return (
    upstreamCrdFolder(loggingOperatorVersion) !== undefined ||
    `the upstream CRDs of logging-operator ${loggingOperatorVersion} are not in ${CRD_FOLDER.join('/')} beside the checkout`
  );
}

/**
 * Checks one object strictly: unknown fields, wrong types, missing fields, values out of a closed set. Kinds of
 * Kubernetes go against its schema, all others against the CRD of their group and kind.
 *
 * @returns one line a fault; also when no schema is known for the kind
 */
export function validateObject(object: KubernetesObject, options: SchemaOptions): string[] {
  return createObjectValidator(options)(object);
}

/** As {@link validateObject}, for many objects: schemas are read once. */
export function createObjectValidator(options: SchemaOptions): ObjectValidator {
  const kubernetes = loadKubernetes(options.kubernetesVersion);
  const folders = (options.crdFolders ?? []).map((folder) => repositoryPath(folder));
  const upstream = upstreamCrdFolder(options.loggingOperatorVersion ?? '6.7');
  const crdFolders = upstream === undefined ? folders : [...folders, upstream];
  const crds = new Map<string, Schema | string>();

  return (object) => {
    const { apiVersion, kind } = object;
    if (typeof apiVersion !== 'string' || typeof kind !== 'string') {
      return ['apiVersion, kind: both must be given'];
    }
    if (typeof kubernetes === 'string') {
      return [kubernetes];
    }
    const name = kubernetes.kinds[`${apiVersion} ${kind}`];
    if (name !== undefined) {
      return checkValue({ $ref: name }, object, '', kubernetes.definitions);
    }
    const key = `${apiVersion} ${kind}`;
    const schema = crds.get(key) ?? loadCrd(crdFolders, apiVersion, kind);
    crds.set(key, schema);
    if (typeof schema === 'string') {
      return [schema];
    }
    return checkValue(withObjectMeta(schema), object, '', kubernetes.definitions);
  };
}

/** A CRD leaves apiVersion, kind and metadata to the API server, which checks them strictly. */
function withObjectMeta(schema: Schema): Schema {
  const string: Schema = { type: 'string' };
  return {
    ...schema,
    required: [...new Set([...(schema.required ?? []), 'metadata'])],
    properties: { ...schema.properties, apiVersion: string, kind: string, metadata: { $ref: OBJECT_META } },
  };
}

function loadKubernetes(version: string): KubernetesSchemas | string {
  const wanted = minorOf(version);
  const versions = kubernetesSchemaVersions();
  const best = versions.filter((name) => minorOf(name) <= wanted).at(-1);
  if (best === undefined) {
    return `no Kubernetes schema for ${version}; there are ${versions.join(', ')}`;
  }
  return JSON.parse(
    readFileSync(repositoryPath(...SCHEMA_FOLDER, `${best}.json`), 'utf8'),
  ) as KubernetesSchemas;
}

function minorOf(version: string): number {
  const minor = /^v?1\.(\d+)/.exec(version)?.[1];
  if (minor === undefined) {
    throw new Error(`"${version}" is no Kubernetes version; write it as 1.31`);
  }
  return Number(minor);
}

function upstreamCrdFolder(version: string): string | undefined {
  const root = repositoryPath(...CRD_FOLDER);
  const prefix = `logging-operator-${version}`;
  const name = existsSync(root)
    ? readdirSync(root).find((folder) => folder === prefix || folder.startsWith(`${prefix}.`))
    : undefined;
  return name === undefined ? undefined : join(root, name);
}

/** The schema of a kind from the first folder that has it. Only files that name the kind are parsed: they are large. */
function loadCrd(folders: readonly string[], apiVersion: string, kind: string): Schema | string {
  const [group, version] = apiVersion.split('/');
  for (const folder of folders.filter((path) => existsSync(path))) {
    for (const file of readdirSync(folder).filter((name) => /\.ya?ml$/.test(name))) {
      const text = readFileSync(join(folder, file), 'utf8');
      if (!new RegExp(`\\bkind: ?${kind}\\b`).test(text)) {
        continue;
      }
      for (const crd of loadAll(text) as (CrdDocument | null)[]) {
        if (
          crd?.kind === 'CustomResourceDefinition' &&
          crd.spec.names.kind === kind &&
          crd.spec.group === group
        ) {
          const found = crd.spec.versions.find(({ name }) => name === version);
          return found?.schema.openAPIV3Schema ?? `${apiVersion} ${kind}: the CRD has no version ${version}`;
        }
      }
    }
  }
  return `${apiVersion} ${kind}: no schema for this kind`;
}
