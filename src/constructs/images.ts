import { OpniLoggingError } from '../common/error.js';
import type { ImagesConfig } from '../config/types.js';

/** The images that the stack runs. */
export type ImageName = keyof ImagesConfig['references'];

/** An image in the parts that the Logging Operator's resources take. */
export interface ImageParts {
  readonly repository: string;
  readonly tag: string;
}

/** Default references, as repository:tag. The operator's own images follow its version. */
function defaultReferences(versions: ImageVersions): Partial<Record<ImageName, string>> {
  return {
    ...OPERATOR_IMAGES[versions.operator],
    dataPrepper: `docker.io/opensearchproject/data-prepper:${versions.dataPrepper}`,
    opniLogging: `ghcr.io/opni-logging/opni-logging:${versions.self}`,
  };
}

/**
 * What each operator version runs by itself. Fluent Bit sends a format that Fluentd refuses from 5.0.4 on unless it is
 * told not to, and operator 4.10 cannot tell it, so 4.10 stays with the version it was made for.
 */
const OPERATOR_IMAGES: Record<ImageVersions['operator'], Partial<Record<ImageName, string>>> = {
  '6.7': {
    loggingOperator: 'ghcr.io/kube-logging/logging-operator:6.7.0',
    fluentd: 'ghcr.io/kube-logging/logging-operator/fluentd:6.7.0-full',
    configReloader: 'ghcr.io/kube-logging/logging-operator/config-reloader:6.7.0',
    drainWatch: 'ghcr.io/kube-logging/logging-operator/fluentd-drain-watch:6.7.0',
    drainPause: 'registry.k8s.io/pause:3.9',
    fluentBit: 'ghcr.io/fluent/fluent-bit:5.0.5',
  },
  '4.10': {
    loggingOperator: 'ghcr.io/kube-logging/logging-operator:4.10.4',
    fluentd: 'ghcr.io/kube-logging/fluentd:v1.16-4.10-full',
    configReloader: 'ghcr.io/kube-logging/config-reloader:v0.0.6',
    drainWatch: 'ghcr.io/kube-logging/fluentd-drain-watch:v0.2.1',
    drainPause: 'registry.k8s.io/pause:3.9',
    fluentBit: 'ghcr.io/fluent/fluent-bit:3.1.8',
  },
};

/** What decides the default tags. */
export interface ImageVersions {
  readonly operator: '6.7' | '4.10';
  readonly dataPrepper: string;
  /** Version of this project. */
  readonly self: string;
}

/** Resolves image references: defaults, replacements, registry rewrite and digests, in this order. */
export class Images {
  private readonly references: Partial<Record<ImageName, string>>;

  constructor(
    private readonly config: ImagesConfig,
    versions: ImageVersions,
  ) {
    this.references = { ...defaultReferences(versions), ...config.references };
  }

  /** Full reference: `repository:tag`, with `@sha256:…` where a digest is configured. */
  reference(name: ImageName): string {
    const parts = this.parts(name);
    if (!parts)
      throw new OpniLoggingError('construct', `no image is known for ${name}; set images.references.${name}`);
    return `${parts.repository}:${parts.tag}`;
  }

  /**
   * Repository and tag apart, or nothing where the default is the operator's own affair. A digest is part of the tag:
   * the Logging Operator joins both with a colon, and `repository:tag@digest` is a valid reference.
   */
  parts(name: ImageName): ImageParts | undefined {
    const reference = this.references[name];
    if (reference === undefined) return undefined;
    const colon = reference.lastIndexOf(':');
    const digest = this.config.digests[name];
    return {
      repository: this.rewrite(reference.slice(0, colon)),
      tag: reference.slice(colon + 1) + (digest ? `@${digest}` : ''),
    };
  }

  private rewrite(repository: string): string {
    if (!this.config.registry) return repository;
    const [host = '', ...path] = repository.split('/');
    const named = path.length > 0 && /[.:]|^localhost$/.test(host);
    return `${this.config.registry}/${named ? path.join('/') : repository}`;
  }
}
