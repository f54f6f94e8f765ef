import type {
  EventsClusterFile,
  EventsFilterFile,
  EventsFolderFile,
  EventsForwarderFile,
  EventsShipperFile,
  EventsSourceFile,
  EventsStandbyFile,
} from '../../constructs/events-forwarder-config.js';

/** Values to take and to leave; all are taken when `include` is empty. `exclude` goes first. */
export type EventsFilter = Required<EventsFilterFile>;

/** Which events are taken. The selectors are absent when none is set. */
export interface EventsSourceSettings extends Pick<EventsSourceFile, 'fieldSelector' | 'labelSelector'> {
  readonly namespaces: EventsFilter;
  readonly types: EventsFilter;
  readonly reasons: EventsFilter;
  readonly kinds: EventsFilter;
  /** Least time between two updates of one event, in seconds; 0 sends all. */
  readonly updateIntervalSeconds: number;
  /** Most documents a second while retained events are replayed; 0 sets no limit. */
  readonly replayPerSecond: number;
}

/** The intake, and how it is sent to. Files are absolute paths, and are not read yet. */
export type EventsShipperSettings = Pick<EventsShipperFile, 'caFile' | 'basicAuth'> &
  Required<Omit<EventsShipperFile, 'url' | 'caFile' | 'basicAuth'>> & {
    /** Address of the intake; absent only where it was not required. */
    readonly url?: string;
  };

/** What `events.yaml` and the flags mean together: every default is filled in, every path is absolute. Deeply frozen. */
export interface EventsSettings {
  /** Without an id, the program reads it from the cluster. */
  readonly cluster: EventsClusterFile;
  readonly source: EventsSourceSettings;
  readonly shipper: EventsShipperSettings;
  readonly queue: Required<NonNullable<EventsForwarderFile['queue']>>;
  /** Absent when nothing is spooled. */
  readonly spool?: EventsFolderFile;
  /** Absent when refused documents are only counted and logged. */
  readonly deadLetters?: EventsFolderFile;
  readonly standby: Required<EventsStandbyFile>;
  readonly server: Required<NonNullable<EventsForwarderFile['server']>>;
  readonly drainSeconds: number;
  readonly logLevel: NonNullable<EventsForwarderFile['logLevel']>;
  readonly firstStart: NonNullable<EventsForwarderFile['firstStart']>;
}

/** Settings with an intake to send to. */
export interface ShippingSettings extends EventsSettings {
  readonly shipper: EventsShipperSettings & { readonly url: string };
}
