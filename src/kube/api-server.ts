/** What proves to an API server who asks. */
export interface Credential {
  /** Headers, such as `authorization`. */
  readonly headers: Readonly<Record<string, string | string[]>>;
  /** Client certificate as PEM. */
  readonly certificate?: string;
  /** Its key as PEM. */
  readonly key?: string;
}

/** Gives the credential of each request; those of some sources change while a program runs. */
export interface Credentials {
  /**
   * The credential for the next request. The same object as long as nothing has changed.
   *
   * @throws OpniLoggingError `cluster` when it cannot be had
   */
  current(signal?: AbortSignal): Promise<Credential>;
  /**
   * Told when the server refused a credential (401): the source is asked anew.
   *
   * @returns whether there is another one to try
   */
  renew(refused: Credential, signal?: AbortSignal): Promise<boolean>;
}

/** How the server proves who it is. */
export interface TlsTrust {
  /** Certificates of the authorities, as PEM. @default those of Node */
  readonly authority?: string;
  /** Reads the authority anew; asked when the server cannot be verified. @default it never changes */
  readonly rereadAuthority?: (signal?: AbortSignal) => Promise<string>;
  /** Name in the certificate. @default the host of the address */
  readonly serverName?: string;
  /** Accepts every certificate. @default false */
  readonly insecure?: boolean;
}

/** How to reach an API server. */
export interface ApiServer {
  /** Name of the context it came from; `in-cluster` for a pod. */
  readonly context: string;
  /** Namespace for objects that name none. @default 'default' */
  readonly namespace?: string;
  /** Address; may have a path, as behind a proxy for many clusters. */
  readonly url: URL;
  readonly trust: TlsTrust;
  /** Proxy for HTTP CONNECT. @default none */
  readonly proxy?: URL;
  readonly credentials: Credentials;
}

/** A credential that never changes. */
export function fixedCredentials(credential: Credential): Credentials {
  return { current: async () => credential, renew: async () => false };
}
