import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { compareVersions } from '../../src/events/document/resource-version.js';
import { MARK_ANNOTATION } from '../../src/events/mark.js';
import type { Cluster } from '../../src/kube/cluster.js';
import { TOKENS } from '../support/cluster/test-cluster.js';
import { ControlPlane } from '../support/control-plane/control-plane.js';
import { compactEtcd } from '../support/control-plane/etcd-data.js';
import { ForwarderProcess } from '../support/control-plane/forwarder-process.js';
import { makeNamespaces, RealEvents } from '../support/control-plane/real-events.js';
import { FakeDataPrepper } from '../support/events/fake-data-prepper.js';
import { checkDelivered } from '../support/events/invariant.js';
import { ownPlane } from './hooks.js';

const NAMESPACES = ['load-0', 'load-1', 'load-2', 'load-3'];
const CLIENTS = 8;

describe('the events forwarder between a real API server and an intake', () => {
  let plane: ControlPlane;
  let clients: Cluster[];
  before(async () => {
    plane = await ownPlane({ controllers: false });
    clients = Array.from({ length: CLIENTS }, () => plane.connect());
    await makeNamespaces(clients[0]!, NAMESPACES);
  });
  after(async () => {
    for (const client of clients ?? []) client.client.close();
    await plane?.stop();
  });

  let intake: FakeDataPrepper;
  let forwarder: ForwarderProcess;
  let folder: string;
  beforeEach(async () => {
    intake = await FakeDataPrepper.start({ keepDocuments: 0 });
    folder = mkdtempSync(join(tmpdir(), 'opni-logging-'));
  });
  afterEach(async () => {
    await forwarder.close();
    await intake.close();
    rmSync(folder, { recursive: true });
  });

  const start = (leaseName: string, more: object) => {
    forwarder = new ForwarderProcess({
      url: plane.url,
      authority: plane.authority,
      token: TOKENS.admin,
      settings: {
        shipper: { url: intake.url },
        source: { replayPerSecond: 0 },
        standby: { leaseName, leaseSeconds: 5 },
        ...more,
      },
    });
    forwarder.start();
  };

  /** What the Lease keeps: up to where everything is delivered. */
  const markIn = async (leaseName: string): Promise<string> => {
    const path = `/apis/coordination.k8s.io/v1/namespaces/default/leases/${leaseName}`;
    const { body } = await clients[0]!.client.request({ method: 'GET', path });
    return (body as { metadata: { annotations: Record<string, string> } }).metadata.annotations[
      MARK_ANNOTATION
    ]!;
  };

  /** What may be missing, and how many may come twice. */
  class Excuses {
    readonly ids = new Set<string>();
    duplicates = 0;

    /** Kills the forwarder, lets events go on without it, and starts it on an API server that forgot the changes. */
    async killForwarder(leaseName: string, events: RealEvents, upTo: number): Promise<void> {
      await forwarder.end('SIGKILL');
      const mark = await markIn(leaseName);
      await events.reached(upTo);
      events.updates = false;
      // What was being written when updates ended.
      await events.reached(events.written + 2 * CLIENTS);
      const forgotten = await compactEtcd(plane);
      forwarder.start();
      const probe = events.written;
      await events.reached(probe + 1);
      const { ledger } = intake;
      this.#mayComeAgain(mark);
      const isNew = (id: string) => isAfter(id, forgotten);
      await ledger.waitUntil(
        () => ledger.ids.some(isNew),
        60_000,
        () => `nothing comes:\n${forwarder.log}`,
      );
      for (const id of events.overwritten(mark, forgotten)) this.ids.add(id);
      events.updates = true;
    }

    /** Kills the API server and starts it: the Lease may be lost meanwhile, and taken again as the server kept it. */
    async restartApiServer(leaseName: string): Promise<void> {
      const mark = await markIn(leaseName);
      await plane.kill('kube-apiserver');
      await plane.startApiServer();
      this.#mayComeAgain(mark);
    }

    /** What arrived after the mark that was saved: nobody knows that it did. */
    #mayComeAgain(mark: string): void {
      this.duplicates += intake.ledger.ids.filter((id) => isAfter(id, mark)).length;
    }
  }

  const isAfter = (id: string, version: string) => compareVersions(id.split('-').at(-1)!, version) > 0;

  async function arrived(events: RealEvents, excuses: Excuses): Promise<void> {
    const { ledger } = intake;
    const missing = () => events.ids.filter((id) => !excuses.ids.has(id) && ledger.times(id) === 0).length;
    let left = missing();
    for (let turns = 0; left > 0 && turns < 100; turns++) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      left = missing();
    }
    // States whose write was not answered are there as well.
    checkDelivered({
      shown: events.ids,
      ledger,
      excused: excuses.ids,
      maxDuplicates: excuses.duplicates,
      allowOthers: true,
    });
  }

  it('loses nothing of 20,000 while API server and forwarder are killed (case 2, 6, 8, 45)', async () => {
    const events = new RealEvents({ clients, namespaces: NAMESPACES });
    const excuses = new Excuses();
    start('plain', {});
    await events.begin(intake.ledger);
    const writing = events.writeUpTo(20_000);
    await events.reached(2000);
    await excuses.restartApiServer('plain');
    await events.reached(5000);
    await excuses.killForwarder('plain', events, 7000);
    await events.reached(11_000);
    await excuses.restartApiServer('plain');
    await events.reached(14_000);
    await excuses.killForwarder('plain', events, 16_000);
    await writing;
    await arrived(events, excuses);
    expect(events.ids.length - intake.ledger.received.size).to.be.at.most(excuses.ids.size);
  });

  it('loses nothing that is in its spool when it is killed (case 31, 45)', async () => {
    const events = new RealEvents({ clients, namespaces: NAMESPACES });
    const excuses = new Excuses();
    start('spooled', {
      queue: { maxBytes: 2 * 1024 ** 2 },
      spool: { folder: join(folder, 'spool'), maxBytes: 64 * 1024 ** 2 },
    });
    await events.begin(intake.ledger);
    const writing = events.writeUpTo(8000);
    await events.reached(1000);
    await intake.stop();
    await events.reached(4000);
    expect(await forwarder.metric('opni_logging_events_spool_bytes')).to.be.above(0);
    await excuses.restartApiServer('spooled');
    await events.reached(5000);
    await forwarder.end('SIGKILL');
    await intake.resume();
    await excuses.killForwarder('spooled', events, 6000);
    await writing;
    await arrived(events, excuses);
  });
});
