import { Chart, Testing } from 'cdk8s';
import { expect } from 'chai';
import { EventsForwarder } from '../../src/constructs/events-forwarder.js';
import type { Cluster } from '../../src/kube/cluster.js';
import { TOKENS } from '../support/cluster/test-cluster.js';
import { ForwarderProcess } from '../support/control-plane/forwarder-process.js';
import { makeNamespaces, RealEvents } from '../support/control-plane/real-events.js';
import { FakeDataPrepper } from '../support/events/fake-data-prepper.js';
import { checkDelivered } from '../support/events/invariant.js';
import { sharedPlane } from './hooks.js';

describe('the events forwarder in a real cluster', () => {
  let admin: Cluster;
  let intake: FakeDataPrepper;
  const forwarders: ForwarderProcess[] = [];
  beforeEach(async () => {
    admin = sharedPlane().connect();
    intake = await FakeDataPrepper.start();
  });
  afterEach(async () => {
    for (const forwarder of forwarders.splice(0)) await forwarder.close();
    await intake.close();
    admin.client.close();
  });

  const forwarderOf = (options: Partial<ConstructorParameters<typeof ForwarderProcess>[0]>) => {
    const { url, authority } = sharedPlane();
    const forwarder = new ForwarderProcess({ url, authority, token: TOKENS.admin, settings: {}, ...options });
    forwarders.push(forwarder);
    forwarder.start();
    return forwarder;
  };

  it('has the rights that it needs from its manifests, and no others', async () => {
    const [name, namespace] = ['opni-events', 'events-rights'];
    await makeNamespaces(admin, [namespace]);
    const chart = new Chart(Testing.app(), 'test');
    const shipperUrl = intake.url;
    new EventsForwarder(chart, 'Events', { name, namespace, image: 'x:1', clusterId: 'real', shipperUrl });
    const objects = chart.toJson() as Manifest[];
    for (const object of objects) await apply(admin, object);
    const token = await tokenOf(admin, namespace, name);
    const settings = objects.find(({ kind }) => kind === 'ConfigMap')!.data!['events.yaml']!;

    const forwarder = forwarderOf({ token, namespace, settings, flags: ['--deadLetters.folder', 'dead'] });
    const events = new RealEvents({ clients: [admin], namespaces: [namespace] });
    await events.begin(intake.ledger);
    await events.writeUpTo(30);
    await allArrive(events);
    await forwarder.end('SIGTERM');
    // It keeps the mark in its Lease, and goes on from there.
    forwarder.start();
    await forwarder.logged('"message":"shipping events","mark":"', 2);
    await events.writeUpTo(40);
    await allArrive(events);
    checkDelivered({ shown: events.ids, ledger: intake.ledger, allowOthers: true });
    expect(forwarder.log).to.not.match(/"level":"(warn|error)"/);

    const account = sharedPlane().connect(token);
    const core = `/api/v1/namespaces/${namespace}`;
    const leases = `/apis/coordination.k8s.io/v1/namespaces`;
    const event = `${core}/events/none`;
    const answers: Record<string, number> = {};
    for (const [method, path] of [
      ['GET', '/api/v1/events'],
      ['GET', '/apis/events.k8s.io/v1/events'],
      ['GET', `${leases}/${namespace}/leases/${name}`],
      ['GET', `${core}/secrets`],
      ['GET', `${core}/configmaps`],
      ['GET', `${core}/pods`],
      ['GET', '/api/v1/namespaces'],
      ['GET', '/api/v1/nodes'],
      ['DELETE', event],
      ['DELETE', '/api/v1/namespaces/default/events/none'],
      ['DELETE', `${leases}/${namespace}/leases/${name}`],
      ['GET', `${leases}/${namespace}/leases`],
      ['GET', `${leases}/${namespace}/leases/other`],
      ['GET', `${leases}/kube-system/leases/${name}`],
    ] as const) {
      answers[`${method} ${path}`] = (await account.client.request({ method, path })).status;
    }
    const body = { metadata: { name: 'other', namespace } };
    for (const path of [
      `${core}/events`,
      `${leases}/${namespace}/leases`,
      `${core}/serviceaccounts/${name}/token`,
    ]) {
      answers[`POST ${path}`] = (await account.client.request({ method: 'POST', path, body })).status;
    }
    account.client.close();
    const allowed = Object.keys(answers).filter((request) => answers[request] !== 403);
    expect(allowed).to.deep.equal([
      'GET /api/v1/events',
      'GET /apis/events.k8s.io/v1/events',
      `GET ${leases}/${namespace}/leases/${name}`,
    ]);
  });

  it('has a standby that goes on without a gap when the active one is killed (case 53)', async () => {
    const namespace = 'events-standby';
    await makeNamespaces(admin, [namespace]);
    const settings = {
      shipper: { url: intake.url },
      standby: { leaseName: 'standby' },
      source: { namespaces: { include: [namespace] } },
    };
    const active = forwarderOf({ settings });
    await active.logged('shipping events');
    const standby = forwarderOf({ settings });
    await standby.logged('standing by');
    const events = new RealEvents({ clients: [admin], namespaces: [namespace] });
    await events.begin(intake.ledger);
    await events.writeUpTo(200);
    await active.end('SIGKILL');
    await events.writeUpTo(300);
    const sentBefore = intake.ledger.received.size;
    expect(standby.log).to.not.contain('shipping events');
    // 10 s of the Lease, and half of that for the standby to notice.
    await standby.logged('shipping events', 1, 15_000);
    await events.writeUpTo(400);
    await allArrive(events);
    // At most what the active one sent since it saved its mark.
    expect(standby.log).to.not.contain('"mark":"none"');
    checkDelivered({ shown: events.ids, ledger: intake.ledger, maxDuplicates: sentBefore });
  });

  const allArrive = (events: RealEvents) =>
    intake.ledger.waitUntil(
      () => events.ids.every((id) => intake.ledger.times(id) > 0),
      30_000,
      () => `not all arrive:\n${forwarders.map(({ log }) => log).join('\n')}`,
    );
});

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly data?: Readonly<Record<string, string>>;
}

async function apply(cluster: Cluster, object: Manifest): Promise<void> {
  const { apiVersion, kind, metadata } = object;
  const base = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const place = metadata.namespace ? `/namespaces/${metadata.namespace}` : '';
  const { status, body } = await cluster.client.request({
    method: 'PATCH',
    path: `${base}${place}/${kind.toLowerCase()}${kind.endsWith('y') ? '' : 's'}/${metadata.name}`,
    query: { fieldManager: 'test', fieldValidation: 'Strict' },
    contentType: 'application/apply-patch+yaml',
    body: object,
  });
  if (status >= 300) throw new Error(`${kind} ${metadata.name}: ${JSON.stringify(body)}`);
}

/** A token of an account, as a pod gets it. */
async function tokenOf(cluster: Cluster, namespace: string, account: string): Promise<string> {
  const { body } = await cluster.client.request({
    method: 'POST',
    path: `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`,
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 600 } },
  });
  return (body as { readonly status: { readonly token: string } }).status.token;
}
