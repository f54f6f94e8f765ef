import { type CoreV1Event, KubeConfig, Watch } from '@kubernetes/client-node';
import { CLUSTER_ID } from './corpus.js';

// What a user would write with the usual client: watch, parse, enrich, send in batches. No limit on memory, no retries.
// Arguments: kubeconfig, address of the intake.
const [kubeconfig, intake] = process.argv.slice(2);
const [MAX_DOCUMENTS, MAX_BYTES, IN_FLIGHT] = [1000, 900 * 1024, 4];

const queue: string[] = [];
let inFlight = 0;
let isPlanned = false;

/** Full batches go out at once, the rest when nothing is on its way. */
function pump(): void {
  isPlanned = false;
  while (inFlight < IN_FLIGHT && (queue.length >= MAX_DOCUMENTS || (inFlight === 0 && queue.length > 0))) {
    let [count, bytes] = [0, 2];
    while (count < Math.min(queue.length, MAX_DOCUMENTS) && bytes + queue[count]!.length + 1 <= MAX_BYTES) {
      bytes += queue[count++]!.length + 1;
    }
    const documents = queue.splice(0, Math.max(1, count));
    inFlight++;
    void send(`[${documents.join(',')}]`);
  }
}

async function send(body: string): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(intake!, { method: 'POST', headers, body });
  await answer.arrayBuffer();
  if (answer.status !== 200) throw new Error(`the intake says ${answer.status}`);
  inFlight--;
  pump();
}

function take(type: string, event: CoreV1Event): void {
  if (type !== 'ADDED' && type !== 'MODIFIED') return;
  const { metadata, involvedObject } = event;
  delete metadata.managedFields;
  const document = {
    cluster_id: CLUSTER_ID,
    log_type: 'event',
    event_id: `${metadata.uid}-${metadata.resourceVersion}`,
    ...(involvedObject.kind === 'Pod' && { pod_name: involvedObject.name }),
    time: event.lastTimestamp ?? event.eventTime ?? event.firstTimestamp ?? metadata.creationTimestamp,
    ...event,
  };
  queue.push(JSON.stringify(document));
  if (isPlanned) return;
  isPlanned = true;
  setImmediate(pump);
}

const config = new KubeConfig();
config.loadFromFile(kubeconfig!);
const list = await fetch(`${config.getCurrentCluster()!.server}/api/v1/events?limit=1`);
const { metadata } = (await list.json()) as { readonly metadata: { readonly resourceVersion: string } };
await new Watch(config).watch('/api/v1/events', { resourceVersion: metadata.resourceVersion }, take, () => {
  process.exit();
});
