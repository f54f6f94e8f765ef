/**
 * Configuration file of the agent, `agent.yaml`. The construct writes it and `opni-logging agent` reads it; a flag of
 * the command has the name of the key. Unknown keys are refused. It names Secrets and holds none.
 */
export interface AgentFile {
  readonly gateway: AgentGatewayFile;
  readonly stack: AgentStackFile;
  readonly apply: AgentApplyFile;
  readonly standby?: AgentStandbyFile;
  readonly server?: {
    /** Port of `/healthz`, `/readyz`, `/status` and `/metrics`. @default 8080 */
    readonly port?: number;
  };
  /** Time to finish a change that is under way after a signal to stop, in seconds. @default 25 */
  readonly drainSeconds?: number;
  /** How much is logged. @default 'info' */
  readonly logLevel?: 'error' | 'warn' | 'info' | 'debug';
}

/** The gateway, and how each side knows the other. */
export interface AgentGatewayFile {
  /** Address as `host:port`. */
  readonly address: string;
  /** How the gateway's certificate is checked. @default 'pins' */
  readonly trust?: 'pins' | 'ca' | 'insecure';
  /** Pins of public keys, one of which must be presented. @default [] */
  readonly pins?: readonly string[];
  /** PEM file with the certificates to trust. @default none */
  readonly caFile?: string;
  /** File with the token for the first connection. It is not needed, and may be gone, once there is a keyring. */
  readonly bootstrapTokenFile: string;
  /** Secret in the agent's namespace that it keeps its keys in; it makes the Secret itself. */
  readonly keyringSecret: string;
  /** How long the gateway may be away before logging is disabled: `0s`, `2m`, `never`. @default '2m' */
  readonly disableAfter?: string;
}

/** What the agent keeps in the cluster. */
export interface AgentStackFile {
  /** The cluster's configuration, as `opni-logging synth` takes it. */
  readonly clusterFile: string;
  /** Secret that receives the OpenSearch account from the gateway; the agent makes and removes it itself. */
  readonly credentialsSecret: string;
}

/** How the stack is applied. */
export interface AgentApplyFile {
  /** ConfigMap in the agent's namespace that lists what was applied. */
  readonly inventory: string;
  /** Lease that whoever applies or removes this stack must hold. */
  readonly lockLease: string;
}

/** The Lease that says which agent is active. */
export interface AgentStandbyFile {
  /** Name of the Lease in the agent's namespace. @default 'opni-agent' */
  readonly leaseName?: string;
  /** How long a silent holder stays the holder, in seconds. @default 15 */
  readonly leaseSeconds?: number;
}

/** What `agent.yaml` means where a key is left out. */
export const AGENT_DEFAULTS = {
  gateway: { trust: 'pins', disableAfter: '2m' },
  standby: { leaseName: 'opni-agent', leaseSeconds: 15 },
  server: { port: 8080 },
  drainSeconds: 25,
  logLevel: 'info',
} as const satisfies Omit<Partial<AgentFile>, 'gateway'> & { readonly gateway: Partial<AgentGatewayFile> };
