import { writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EventsForwarderFile } from '../../src/constructs/events-forwarder-config.js';
import { CLUSTER_ID, FIRST_VERSION } from './corpus.js';
import { MeasuredProcess } from './measured-process.js';

/** Where a contender works. */
export interface Place {
  /** Address of the API server. */
  readonly server: string;
  /** Address of the intake. */
  readonly intake: string;
  /** Folder for its files. */
  readonly folder: string;
  /** Lines that the API server will send. */
  readonly lines: number;
  /** File that runs as this project's command. */
  readonly command: string;
}

/** A program that reads a watch. */
export interface Contender {
  readonly name: string;
  /** Whether documents arrive at the intake. Otherwise it says `done` and when, after the last line. */
  readonly isSending: boolean;
  start(place: Place, settings?: Partial<EventsForwarderFile>): Promise<MeasuredProcess>;
}

/** The command as it is built. */
export const BUILT_COMMAND = fileURLToPath(new URL('../../bundle/cli/main.js', import.meta.url));

/** This project's command. */
export const OURS: Contender = {
  name: 'opni-logging events',
  isSending: true,
  async start(place, settings = {}) {
    const file: EventsForwarderFile = {
      cluster: { id: CLUSTER_ID, name: 'bench' },
      shipper: { url: place.intake },
      server: { port: await freePort() },
      firstStart: 'now',
      logLevel: 'warn',
      ...settings,
    };
    const config = join(place.folder, 'events.yaml');
    // JSON is YAML.
    writeFileSync(config, JSON.stringify(file));
    const args = [place.command, 'events', '--config', config];
    return MeasuredProcess.start(this.name, args, { KUBECONFIG: kubeconfig(place) });
  },
};

/** What a user would write with the usual client. */
export const CLIENT_NODE: Contender = {
  name: '@kubernetes/client-node',
  isSending: true,
  start: async (place) =>
    MeasuredProcess.start(CLIENT_NODE.name, [
      script('client-node.js'),
      kubeconfig(place, true),
      place.intake,
    ]),
};

/** The bound: lines are read and nothing is done with them. */
export const BARE: Contender = {
  name: 'bare lines',
  isSending: false,
  start: async ({ server, lines }) =>
    MeasuredProcess.start(BARE.name, [script('bare.js'), server, String(FIRST_VERSION), String(lines)]),
};

const script = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** @param isUnchecked without it the usual client refuses plain HTTP */
function kubeconfig({ server, folder }: Place, isUnchecked = false): string {
  const file = join(folder, 'kubeconfig');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'bench',
    contexts: [{ name: 'bench', context: { cluster: 'bench', user: 'bench', namespace: 'opni' } }],
    clusters: [{ name: 'bench', cluster: { server, 'insecure-skip-tls-verify': isUnchecked } }],
    users: [{ name: 'bench', user: {} }],
  };
  writeFileSync(file, JSON.stringify(config));
  return file;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
