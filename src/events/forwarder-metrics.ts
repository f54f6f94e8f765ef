import { MetricsRegistry } from '../common/metrics.js';

/** Where a forwarder's metrics that are read at each scrape come from; undefined while there is none. */
export interface MetricSources {
  readonly mark: () => string | undefined;
  readonly queueBytes: () => number | undefined;
  readonly queueDocuments: () => number | undefined;
  readonly spoolBytes: () => number | undefined;
  readonly active: () => boolean;
  readonly degraded: () => boolean;
}

const PREFIX = 'opni_logging_events_';
/** Upper bounds of the age of events, in seconds. */
const AGES = [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 86_400];

/** The metrics of a forwarder. */
export class ForwarderMetrics {
  readonly registry = new MetricsRegistry();
  readonly watchLines = this.#counter('watch_lines_total', 'Lines of the watch, by their type.', 'type');
  readonly watchReconnects = this.#counter(
    'watch_reconnects_total',
    'Connections of the watch that ended, by the reason.',
    'reason',
  );
  readonly relists = this.#counter(
    'relist_total',
    'Times that all events were read anew, by the reason.',
    'reason',
  );
  readonly skipped = this.#counter(
    'docs_skipped_total',
    'Events that were left out as configured: by a filter, or as an update that came too soon.',
    'reason',
  );
  readonly posts = this.#counter(
    'posts_total',
    'Answers of the intake, by status; error when none came.',
    'code',
  );
  readonly acked = this.registry.counter(`${PREFIX}docs_acked_total`, 'Documents that the intake took.');
  readonly dead = this.#counter(
    'docs_dead_total',
    'Documents that were given up, by whether they are kept in the dead letters.',
    'stored',
  );
  readonly cut = this.registry.counter(`${PREFIX}docs_cut_total`, 'Documents whose message was cut to fit.');
  readonly age = this.registry.histogram(
    `${PREFIX}event_age_seconds`,
    'Time from the event to the answer of the intake, by the clocks of both.',
    AGES,
  );
  /** When the last line came, in milliseconds since 1970. */
  lastLineAtMs: number | undefined;

  constructor(sources: MetricSources) {
    this.#read(
      'rv_mark',
      'The resourceVersion up to which everything is delivered or spooled.',
      sources.mark,
    );
    this.#read('queue_bytes', 'Bytes of documents in memory.', sources.queueBytes);
    this.#read('queue_docs', 'Documents in memory.', sources.queueDocuments);
    this.#read('spool_bytes', 'Bytes of documents in the spool.', sources.spoolBytes);
    this.#read('last_line_timestamp', 'When the last line of the watch came, in seconds since 1970.', () =>
      this.lastLineAtMs === undefined ? undefined : this.lastLineAtMs / 1000,
    );
    this.#read('active', '1 while this replica ships, 0 while it stands by.', () => Number(sources.active()));
    this.#read('degraded', '1 while something has to be mended, else 0.', () => Number(sources.degraded()));
  }

  #counter<Name extends string>(name: string, help: string, label: Name) {
    return this.registry.counter(`${PREFIX}${name}`, help, [label]);
  }

  #read(name: string, help: string, read: () => number | string | undefined): void {
    this.registry.read(`${PREFIX}${name}`, help, 'gauge', read);
  }
}
