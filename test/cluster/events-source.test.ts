import { expect } from 'chai';
import { systemClock } from '../../src/common/clock.js';
import { membersText } from '../../src/events/document/event-fields.js';
import { readEventLine } from '../../src/events/document/event-line.js';
import { fromBytes } from '../../src/events/document/event-object.js';
import { parseWatchLine, type WatchLine } from '../../src/events/document/watch-line.js';
import { EventSource } from '../../src/events/source/event-source.js';
import { readLines } from '../../src/events/source/line-reader.js';
import type { Cluster } from '../../src/kube/cluster.js';
import { TOKENS } from '../support/cluster/test-cluster.js';
import type { ControlPlane } from '../support/control-plane/control-plane.js';
import { EtcdBackup } from '../support/control-plane/etcd-data.js';
import { ForwarderProcess } from '../support/control-plane/forwarder-process.js';
import { kubeletEvent, makeNamespaces, RealEvents } from '../support/control-plane/real-events.js';
import { FakeDataPrepper } from '../support/events/fake-data-prepper.js';
import { checkDelivered } from '../support/events/invariant.js';
import { ownPlane, sharedPlane } from './hooks.js';

describe('events of a real API server', () => {
  it('are cut out of their lines without parsing, as parsing would read them', async () => {
    const cluster = sharedPlane().connect();
    await makeNamespaces(cluster, ['events-lines']);
    await makeEvents(cluster, 'events-lines');
    const lines = await linesOf(cluster, 'events-lines', (read) => {
      const reporters = read.map((line) => reporterIn(line));
      return read.length >= 45 && REPORTERS.every((reporter) => reporters.includes(reporter));
    });
    cluster.client.close();
    const events = lines.filter((line) => !line.startsWith('{"type":"BOOKMARK"'));
    const cut = events.filter((line) => readEventLine(line) !== undefined);
    for (const line of cut)
      expect(plain(readEventLine(line)!)).to.deep.equal(plain(parseWatchLine(line, () => '')));
    const parsed = events.filter((line) => !cut.includes(line)).map((line) => fromBytes(line));
    expect(parsed.length / events.length, parsed.join('\n')).to.be.below(0.05);
    expect(cut.map((line) => reporterIn(line))).to.include.members(REPORTERS);
  });

  it('are listed by the stream that follows them', async () => {
    const told = await queriesOf(sharedPlane().connect());
    expect(told).to.deep.equal([
      {
        watch: true,
        sendInitialEvents: true,
        resourceVersionMatch: 'NotOlderThan',
        allowWatchBookmarks: true,
      },
    ]);
  });
});

describe('events of a real API server without streaming lists', () => {
  let plane: ControlPlane;
  before(async () => {
    plane = await ownPlane({ controllers: false, apiServerFlags: ['--feature-gates=WatchList=false'] });
  });
  after(() => plane?.stop());

  it('are listed page by page after the stream was refused (case 13)', async () => {
    const [stream, page, watch, ...others] = await queriesOf(plane.connect());
    expect(stream).to.include({ watch: true, sendInitialEvents: true });
    expect(page).to.include({ limit: 500 });
    expect(watch).to.have.property('resourceVersion');
    expect(others).to.deep.equal([]);
  });

  it('all arrive after its data were restored, though their versions were used before (case 11)', async () => {
    const admin = plane.connect();
    await makeNamespaces(admin, ['restored']);
    const events = new RealEvents({ clients: [admin], namespaces: ['restored'] });
    const intake = await FakeDataPrepper.start();
    const forwarder = new ForwarderProcess({
      url: plane.url,
      authority: plane.authority,
      token: TOKENS.admin,
      settings: { shipper: { url: intake.url }, standby: { leaseSeconds: 5 } },
    });
    const arrived = () =>
      intake.ledger.waitUntil(
        () => events.ids.every((id) => intake.ledger.times(id) > 0),
        60_000,
        () => `not all arrive:\n${forwarder.log}`,
      );
    let backup: EtcdBackup | undefined;
    try {
      forwarder.start();
      await events.begin(intake.ledger);
      await events.writeUpTo(50);
      await arrived();
      backup = await EtcdBackup.take(plane);
      await events.writeUpTo(300);
      await arrived();
      await backup.restore(plane);
      events.forgetTargets();
      // No watch can begin at a version that is to come, so all events are read: what was overwritten until then is gone.
      events.updates = false;
      await events.writeUpTo(350);
      await arrived();
      events.updates = true;
      await events.writeUpTo(400);
      await arrived();
      // All that there was at the time of the copy is sent again, and what came since the mark that was saved last.
      checkDelivered({ shown: events.ids, ledger: intake.ledger, maxDuplicates: 300 });
    } finally {
      backup?.remove();
      await forwarder.close();
      await intake.close();
      admin.client.close();
    }
  });
});

/** Queries of the requests that a source makes until it follows the changes. */
async function queriesOf(cluster: Cluster): Promise<object[]> {
  const queries: object[] = [];
  const { client } = cluster;
  const noted = {
    ...client,
    address: client.address,
    sent: client.sent,
    request: (request: Parameters<typeof client.request>[0]) => {
      // That one only asks at which version the server is.
      if (request.query?.['limit'] !== 1) queries.push(request.query ?? {});
      return client.request(request);
    },
    stream: (request: Parameters<typeof client.stream>[0]) => {
      const { timeoutSeconds: _, ...query } = request.query ?? {};
      queries.push(JSON.parse(JSON.stringify(query)) as object);
      return client.stream(request);
    },
    close: () => client.close(),
  };
  const end = new AbortController();
  const source = new EventSource({
    cluster: Object.assign(Object.create(cluster) as Cluster, { client: noted }),
    clock: systemClock,
    firstStart: 'retained',
    settings: { namespaces: { include: [], exclude: [] }, replayPerSecond: 0 },
    sink: {
      event: () => undefined,
      upTo: () => undefined,
      versionsBeganAnew: () => undefined,
      hasRoom: true,
      untilRoom: async () => undefined,
    },
    listener: {
      onState: (state) => {
        if (state === 'watching') end.abort();
      },
      onLine: () => undefined,
      onEnd: () => undefined,
      onRelist: () => undefined,
      onNotice: (message) => end.abort(new Error(message)),
      onTrouble: (message) => end.abort(new Error(message)),
    },
  });
  await source.run(AbortSignal.any([end.signal, AbortSignal.timeout(20_000)]));
  client.close();
  return queries;
}

/** Lines of the watch on a namespace's events, each byte as one character. */
const REPORTERS = ['default-scheduler', 'deployment-controller', 'replicaset-controller', 'kubelet'];

const reporterIn = (line: string) => /"reportingComponent":"([^"]*)"/.exec(line)?.[1] ?? '';

/** Lines of a watch, up to where they are enough. */
async function linesOf(
  cluster: Cluster,
  namespace: string,
  areEnough: (lines: readonly string[]) => boolean,
): Promise<string[]> {
  const response = await cluster.client.stream({
    method: 'GET',
    path: `/api/v1/namespaces/${namespace}/events`,
    query: { watch: true },
    timeoutMs: 60_000,
  });
  const lines: string[] = [];
  let enough = false;
  await readLines(response, {
    maxLineBytes: 2 ** 20,
    onLine: (line) => {
      lines.push(line);
      enough = areEnough(lines);
      if (enough) response.destroy();
    },
    onTooLong: () => undefined,
    beforeMore: () => undefined,
  }).catch((error: unknown) => {
    if (!enough) throw error;
  });
  return lines;
}

/** What a line says, with the members of the document as an object. */
function plain(line: NonNullable<ReturnType<typeof readEventLine>> | WatchLine): object {
  if (!('event' in line)) return line;
  const { members: _, isPlain: __, ...fields } = line.event;
  return { ...line, event: { ...fields, members: JSON.parse(fromBytes(`{${membersText(line.event)}`)) } };
}

/** Events of scheduler, controllers and kubelet: pods that start, one that cannot, and one whose image is pulled. */
async function makeEvents(cluster: Cluster, namespace: string): Promise<void> {
  const template = (labels: object, more: object = {}) => ({
    metadata: { labels },
    spec: { containers: [{ name: 'web', image: 'web:1' }], ...more },
  });
  const labels = { app: 'web' };
  await make(cluster, `/apis/apps/v1/namespaces/${namespace}/deployments`, {
    metadata: { name: 'web' },
    spec: { replicas: 12, selector: { matchLabels: labels }, template: template(labels) },
  });
  await make(cluster, `/apis/batch/v1/namespaces/${namespace}/jobs`, {
    metadata: { name: 'job' },
    spec: { template: template({}, { restartPolicy: 'Never' }) },
  });
  await make(cluster, `/api/v1/namespaces/${namespace}/pods`, {
    metadata: { name: 'nowhere' },
    spec: { ...template({}).spec, nodeSelector: { none: 'such' } },
  });
  for (let number = 0; number < 20; number++) {
    const pod = { apiVersion: 'v1', kind: 'Pod', namespace, name: `web-${number}`, uid: `uid-${number}` };
    await make(
      cluster,
      `/api/v1/namespaces/${namespace}/events`,
      kubeletEvent(`web-${number}.1`, pod, number),
    );
  }
}

async function make(cluster: Cluster, path: string, body: object): Promise<void> {
  const answer = await cluster.client.request({ method: 'POST', path, body });
  if (answer.status !== 201) throw new Error(`${path}: ${JSON.stringify(answer.body)}`);
}
