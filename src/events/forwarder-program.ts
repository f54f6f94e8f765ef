import type { Clock } from '../common/clock.js';
import { type StatusAnswer, startStatusServer } from '../common/http-status-server.js';
import type { Logger } from '../common/log.js';
import { METRICS_CONTENT_TYPE } from '../common/metrics.js';
import { untilAborted } from '../common/until-aborted.js';
import type { Cluster } from '../kube/cluster.js';
import type { ShippingSettings } from './config/events-settings.js';
import { Forwarder } from './forwarder.js';
import type { SpoolFiles } from './spool/files.js';

/** Options of {@link runForwarder}. */
export interface ForwarderProgramOptions {
  readonly settings: ShippingSettings;
  readonly cluster: Cluster;
  /** Namespace of the Lease. */
  readonly namespace: string;
  readonly log: Logger;
  /** Ends the program: what was read is delivered, as far as the drain time allows. */
  readonly signal: AbortSignal;
  /** @default the clock of this machine */
  readonly clock?: Clock;
  /** Where spool and dead letters are. @default the files of this machine */
  readonly files?: SpoolFiles;
}

/**
 * The program `opni-logging events`: a forwarder with its probes and metrics, up to the end of the signal.
 *
 * @throws OpniLoggingError `io` when the port is taken, or the spool or dead letters cannot be opened; `config` when the
 * spool is that of another cluster
 */
export async function runForwarder(options: ForwarderProgramOptions): Promise<void> {
  const { settings, signal, log } = options;
  const forwarder = new Forwarder(options);
  const server = await startStatusServer({
    port: settings.server.port,
    routes: routesOf(forwarder),
    onError: (error) => log.limited('status server').warn('the status server failed', { error }),
  });
  log.info('listening', { port: server.port });
  try {
    await forwarder.start();
    await Promise.race([untilAborted(signal), forwarder.broken]);
    await forwarder.stop();
  } finally {
    await server.close();
  }
}

/**
 * What the status server answers. `/healthz` says that the program turns: nothing outside of it is mended by a restart.
 * `/readyz` says whether events are shipped, and why not.
 */
export function routesOf({ health, metrics }: Forwarder): Readonly<Record<string, () => StatusAnswer>> {
  const json = 'application/json; charset=utf-8';
  return {
    '/healthz': () => ({ status: 200, contentType: json, body: '{"ok":true}\n' }),
    '/readyz': () => {
      const { isReady: ready, activity, problems } = health;
      const told = problems.map(({ since, ...problem }) => ({
        ...problem,
        since: new Date(since).toISOString(),
      }));
      const body = `${JSON.stringify({ ready, activity, problems: told })}\n`;
      return { status: ready ? 200 : 503, contentType: json, body };
    },
    '/metrics': () => ({ status: 200, contentType: METRICS_CONTENT_TYPE, body: metrics.registry.text() }),
  };
}
