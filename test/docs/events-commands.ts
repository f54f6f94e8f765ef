import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { kubeconfigText } from '../kube/api-server.js';
import { EventCorpus } from '../support/events/event-corpus.js';
import { EventStore } from '../support/events/event-store.js';
import { FakeDataPrepper } from '../support/events/fake-data-prepper.js';
import { type FakeEventsApi, startFakeEventsApi } from '../support/events/fake-events-api.js';

/** Where a page says that Data Prepper is. */
const INTAKE = 'http://localhost:2021/log/ingest';
const EVENTS = 20;

/** How a command runs. */
interface RunOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/** A cluster with events and a Data Prepper, for the commands of a page that are about events. */
export class EventsBackend {
  private constructor(
    private readonly api: FakeEventsApi,
    private readonly intake: FakeDataPrepper,
    private readonly kubeconfig: string,
  ) {}

  /** @param folder for a kubeconfig */
  static async start(folder: string): Promise<EventsBackend> {
    const store = new EventStore();
    const corpus = new EventCorpus({ startMs: Date.now() - 60_000, namespaces: 1 });
    for (let made = 0; made < EVENTS; made++) store.create(inDefault(corpus));
    const api = await startFakeEventsApi({ store });
    const kubeconfig = join(folder, 'events-kubeconfig');
    writeFileSync(kubeconfig, kubeconfigText(api.url));
    return new EventsBackend(api, await FakeDataPrepper.start(), kubeconfig);
  }

  /** Whether a command is one of those. */
  static runs(command: string): boolean {
    return /^(npx )?opni-logging events\b/.test(command);
  }

  /** Text of a page or of one of its files, with the address that Data Prepper has here. */
  here(text: string): string {
    return text.replaceAll(INTAKE, this.intake.url);
  }

  /**
   * Runs a command. One that would go on is interrupted as soon as it has done something: printed a line, or shipped
   * all events.
   *
   * @returns what went wrong
   */
  async run(command: string, { cwd, env }: RunOptions): Promise<string | undefined> {
    const prints = /\bevents tail\b|--dry-run/.test(command);
    const ends = command.includes('--once');
    this.intake.ledger.clear();
    // Its port is that of everybody.
    const line = this.here(command) + (prints ? '' : ' --server.port 0');
    const child = spawn('bash', ['--norc', '-c', `exec ${line}`], {
      cwd,
      env: { ...env, KUBECONFIG: this.kubeconfig },
    });
    let stdout = '';
    let stderr = '';
    child.stderr.on('data', (chunk) => (stderr += chunk));
    const exited = once(child, 'exit') as Promise<[number | null]>;
    const printed = new Promise<void>((resolve) => {
      child.stdout.on('data', (chunk) => {
        stdout += chunk;
        if (stdout.includes('\n')) resolve();
      });
    });
    const arrived = () => this.intake.ledger.waitUntil(() => this.intake.ledger.ids.length > 0, 20_000);
    try {
      if (!ends) {
        await Promise.race([prints ? printed : arrived(), exited]);
        child.kill('SIGINT');
      }
      const [code] = await exited;
      // Who is shown something interrupts it; a forwarder that is told to stop has done its work.
      const wanted = prints && !ends ? 130 : 0;
      const didIt = prints ? stdout !== '' : this.intake.ledger.ids.length > 0;
      if (code === wanted && didIt) return undefined;
      return `${command}\nexit code ${code}, not ${wanted}\n${stdout}\n${stderr}`;
    } finally {
      child.kill('SIGKILL');
    }
  }

  async close(): Promise<void> {
    this.api.close();
    await this.intake.close();
  }
}

/** An event about a pod in `default` that any filter of a page takes. */
function inDefault(corpus: EventCorpus) {
  const event = corpus.next();
  const now = new Date(Date.now() - 60_000).toISOString().replace(/\.\d+/, '');
  return {
    ...event,
    metadata: { ...event.metadata, namespace: 'default' },
    involvedObject: { ...event.involvedObject, kind: 'Pod', namespace: 'default' },
    type: 'Warning',
    reason: 'FailedScheduling',
    lastTimestamp: now,
  };
}
