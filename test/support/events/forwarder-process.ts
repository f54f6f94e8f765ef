import { createInterface } from 'node:readline';
import { createLogger } from '../../../src/common/log.js';
import type { ShippingSettings } from '../../../src/events/config/events-settings.js';
import { runForwarder } from '../../../src/events/forwarder-program.js';
import { machineFiles } from '../../../src/events/spool/files.js';
import { fixedCredentials } from '../../../src/kube/api-server.js';
import { Cluster } from '../../../src/kube/cluster.js';
import { fastClock } from '../cluster/test-cluster.js';
import { type PausePoint, pausedFiles } from './paused-files.js';

/** What the program is told, as JSON on the first line of its standard input. */
export interface ForwarderJob {
  readonly url: string;
  readonly settings: ShippingSettings;
  readonly speed: number;
  readonly pause?: PausePoint;
}

/**
 * A program for the tests: forwards events on a fast clock, up to SIGTERM. It is there to be killed, and ends with its
 * standard input.
 */
const input = createInterface({ input: process.stdin });
const job = await new Promise<ForwarderJob>((resolve) =>
  input.once('line', (line) => resolve(JSON.parse(line) as ForwarderJob)),
);
input.once('close', () => process.exit(9));
const { url, settings, speed, pause } = job;
const clock = fastClock(speed);
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
const trust = { insecure: true } as const;
const credentials = fixedCredentials({ headers: {} });
const cluster = Cluster.connect({ context: 'test', url: new URL(url), trust, credentials }, { clock });
await runForwarder({
  settings,
  cluster,
  namespace: 'opni',
  log: createLogger({ level: 'debug', clock, write: (line) => process.stderr.write(line) }),
  signal: stop.signal,
  clock,
  files: pause && pausedFiles(machineFiles, pause, () => process.stdout.write('paused\n')),
});
process.exit(0);
