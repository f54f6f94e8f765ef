/**
 * Configuration file of the events forwarder, `events.yaml`. The construct writes it and `opni-logging events` reads
 * it; a flag of the command has the name of the key. Unknown keys are refused.
 */
export interface EventsForwarderFile {
  /** Which cluster the events are of. @default what the program finds there */
  readonly cluster?: EventsClusterFile;
  /** Which events are taken. @default all */
  readonly source?: EventsSourceFile;
  readonly shipper: EventsShipperFile;
  /** Events that were read and not yet taken by the shipper. */
  readonly queue?: {
    /** Most memory for them, in bytes. Without room the watch is paused, then dropped. @default 16777216 (16 MiB) */
    readonly maxBytes?: number;
  };
  /** Disk for what the queue has no room for. @default none: the API server's own hour is the buffer */
  readonly spool?: EventsFolderFile;
  /** Where documents go that the shipper refuses for their content. @default they are counted and logged */
  readonly deadLetters?: EventsFolderFile;
  readonly standby?: EventsStandbyFile;
  readonly server?: {
    /** Port of `/healthz`, `/readyz` and `/metrics`; 0 takes any free one. @default 8080 */
    readonly port?: number;
  };
  /** Time to deliver what is queued after a signal to stop, in seconds. @default 25 */
  readonly drainSeconds?: number;
  /** How much is logged. @default 'info' */
  readonly logLevel?: 'error' | 'warn' | 'info' | 'debug';
  /**
   * What happens to events from before the first start: `retained` ships what the API server still has, one hour by
   * default; `now` skips it. @default 'retained'
   */
  readonly firstStart?: 'retained' | 'now';
}

/** Which cluster the events are of. */
export interface EventsClusterFile {
  /** Value of `cluster_id` in every document. @default the UID of the `kube-system` namespace */
  readonly id?: string;
  /** Name of the cluster, in every line of the log. @default none */
  readonly name?: string;
}

/** Which events are taken. */
export interface EventsSourceFile {
  /** By the namespace of the object that the event is about. @default all */
  readonly namespaces?: EventsFilterFile;
  /** By type: `Normal` or `Warning`. @default all */
  readonly types?: EventsFilterFile;
  /** By reason, such as `Pulled`. @default all */
  readonly reasons?: EventsFilterFile;
  /** By the kind of the object that the event is about, such as `Pod`. @default all */
  readonly kinds?: EventsFilterFile;
  /** Field selector for the API server, which then does not send the others. @default none */
  readonly fieldSelector?: string;
  /** Label selector for the API server. @default none */
  readonly labelSelector?: string;
  /** Least time between two updates of one event, in seconds; updates in between are left out. @default 0: all are sent */
  readonly updateIntervalSeconds?: number;
  /**
   * Most documents a second while events are replayed that the API server had kept; 0 sets no limit.
   * @default 2000
   */
  readonly replayPerSecond?: number;
}

/** Values to take and to leave. What is excluded stays out, even when it is included as well. */
export interface EventsFilterFile {
  /** Only these; all when empty. @default [] */
  readonly include?: readonly string[];
  /** Not these. @default [] */
  readonly exclude?: readonly string[];
}

/** The intake of the shipper, and how it is sent to. */
export interface EventsShipperFile {
  /** Address of the intake, as in `http://opni-shipper.opni.svc.cluster.local:2021/log/ingest`. */
  readonly url: string;
  /** PEM file of the authority that signed the intake's certificate. Read again when it changes. @default public authorities */
  readonly caFile?: string;
  /** Files with user and password of the intake. Read again when they change. @default no login */
  readonly basicAuth?: { readonly usernameFile: string; readonly passwordFile: string };
  /** Most documents in a request. @default 1000 */
  readonly maxBatchDocuments?: number;
  /**
   * Largest body before compression, in bytes. Keep it below 1 MiB: with a Kafka buffer Data Prepper splits larger
   * bodies, and says 200 although it could not write a part. @default 921600 (900 KiB)
   */
  readonly maxBatchBytes?: number;
  /** Longest wait for a batch to fill while another is on its way, in milliseconds. @default 200 */
  readonly lingerMs?: number;
  /** Most requests at a time. @default 4 */
  readonly inFlight?: number;
  /** Longest wait for an answer, in milliseconds; above the intake's own 10000. @default 15000 */
  readonly requestTimeoutMs?: number;
  /** Compress bodies: less network, more processor time. @default false */
  readonly gzip?: boolean;
}

/** A folder with a limit. */
export interface EventsFolderFile {
  readonly folder: string;
  /** Most that the folder may hold, in bytes. */
  readonly maxBytes: number;
}

/** The Lease that says who is active. Its annotations keep the mark: up to where events are delivered. */
export interface EventsStandbyFile {
  /** Name of the Lease in the pod's namespace. @default 'opni-events' */
  readonly leaseName?: string;
  /** How long a silent holder stays the holder, in seconds; a standby takes over within half as much again. @default 10 */
  readonly leaseSeconds?: number;
}

const EVERYTHING = { include: [], exclude: [] } as const;

/** What `events.yaml` means where a key is left out. */
export const EVENTS_FORWARDER_DEFAULTS = {
  source: {
    namespaces: EVERYTHING,
    types: EVERYTHING,
    reasons: EVERYTHING,
    kinds: EVERYTHING,
    updateIntervalSeconds: 0,
    replayPerSecond: 2000,
  },
  shipper: {
    maxBatchDocuments: 1000,
    maxBatchBytes: 900 * 1024,
    lingerMs: 200,
    inFlight: 4,
    requestTimeoutMs: 15_000,
    gzip: false,
  },
  queue: { maxBytes: 16 * 1024 ** 2 },
  standby: { leaseName: 'opni-events', leaseSeconds: 10 },
  server: { port: 8080 },
  drainSeconds: 25,
  logLevel: 'info',
  firstStart: 'retained',
} as const satisfies Omit<Partial<EventsForwarderFile>, 'shipper'> & {
  readonly shipper: Partial<EventsShipperFile>;
};
