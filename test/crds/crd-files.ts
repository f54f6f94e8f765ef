import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { repositoryPath } from '../support/repository.js';

/** A schema of a definition, as far as the tests look into it. */
export interface CrdSchema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, CrdSchema>>;
  readonly items?: CrdSchema;
  readonly additionalProperties?: CrdSchema;
  readonly required?: readonly string[];
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly description?: string;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
}

/** One version of a definition. */
export interface CrdVersion {
  readonly name: string;
  readonly served: boolean;
  readonly storage: boolean;
  readonly subresources?: unknown;
  readonly additionalPrinterColumns?: unknown;
  readonly schema: { readonly openAPIV3Schema: CrdSchema };
}

/** A CustomResourceDefinition. */
export interface Crd {
  readonly metadata: {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: {
    readonly group: string;
    readonly scope: string;
    readonly names: Readonly<Record<string, unknown>> & { readonly kind: string; readonly plural: string };
    readonly versions: readonly CrdVersion[];
  };
}

/** The definitions in a folder, by file name. */
export function readCrds(folder: string): Map<string, Crd> {
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  return new Map(files.map((file) => [file, load(readFileSync(join(folder, file), 'utf8')) as Crd]));
}

/** Folder with the definitions of an operator release; it is no part of the checkout and may be absent. */
export function upstreamFolder(release: string): string | undefined {
  const folder = repositoryPath('..', 'shared', 'crds', `logging-operator-${release}`);
  return existsSync(folder) ? folder : undefined;
}

/** Every schema in a schema with its path, as in `spec.match[].select`. */
export function* schemasIn(schema: CrdSchema, path = ''): Generator<[path: string, schema: CrdSchema]> {
  yield [path, schema];
  for (const [name, child] of Object.entries(schema.properties ?? {})) {
    yield* schemasIn(child, path === '' ? name : `${path}.${name}`);
  }
  if (schema.items) yield* schemasIn(schema.items, `${path}[]`);
  if (schema.additionalProperties) yield* schemasIn(schema.additionalProperties, `${path}{}`);
}
