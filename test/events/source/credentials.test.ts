import dns from 'node:dns';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mock } from 'node:test';
import { expect } from 'chai';
import { inClusterServer } from '../../../src/kube/in-cluster.js';
import { type SelfSigned, selfSigned } from '../../kube/self-signed.js';
import { EventWorld } from '../../support/events/event-world.js';
import type { FakeEventsApi } from '../../support/events/fake-events-api.js';
import { until } from '../../support/events/until.js';
import { useTempDir } from '../../support/temp-dir.js';

const LONG_LEASE = { standby: { leaseSeconds: 300 } } as const;

describe('a source and its way to the API server', () => {
  let world: EventWorld;
  const folder = useTempDir();
  afterEach(async () => {
    mock.restoreAll();
    await world.close();
  });
  const write = (name: string, text: string) => writeFileSync(join(folder(), name), text);

  /** A world with TLS whose forwarders run in a pod. */
  const inPod = async (tls: SelfSigned): Promise<EventWorld> => {
    write('ca.crt', tls.certificate);
    write('namespace', 'opni');
    write('token', 'first');
    const server = ({ port }: FakeEventsApi) =>
      inClusterServer({
        env: { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: String(port) },
        folder: folder(),
      })!;
    return EventWorld.start({ settings: LONG_LEASE, speed: 60, api: { tls }, server });
  };

  it('takes the new token when the old one is refused, and ships everything once (case 17)', async () => {
    world = await inPod(selfSigned());
    const { api } = world;
    api.faults.tokens = new Set(['first']);
    world.create(10);
    const forwarder = await world.forwarder();
    await forwarder.start();
    await world.delivered();
    write('token', 'second');
    api.faults.tokens = new Set(['second']);
    api.cut('reset');
    world.create(10);
    await world.delivered();
    // At most the watch and the Lease meet the old token before it is read anew.
    expect(api.requests.filter(({ status }) => status === 401).length).to.be.within(1, 2);
    expect(forwarder.health.problems).to.deep.equal([]);
    world.check();
  });

  it('waits for a token that comes late, is not ready meanwhile, and asks at a bounded rate (case 17)', async () => {
    world = await inPod(selfSigned());
    const { api } = world;
    api.faults.tokens = new Set(['first']);
    world.create(10);
    const forwarder = await world.forwarder();
    await forwarder.start();
    await world.delivered();
    api.faults.tokens = new Set(['second']);
    api.cut('reset');
    await until('it is not ready', () => !forwarder.health.isReady);
    const before = api.requests.length;
    world.create(10);
    await world.clock.sleep(10_000);
    // Waits of 0.8 s and more, and a renewal of the Lease now and then, each asked for twice.
    expect(api.requests.length - before).to.be.below(40);
    write('token', 'second');
    await world.delivered();
    await until('it is ready', () => forwarder.health.isReady);
    world.check();
  });

  it('is not ready while the right to watch is missing, and ships on once it is back (case 18)', async () => {
    world = await EventWorld.start({ settings: LONG_LEASE, speed: 60 });
    const { api, clock } = world;
    world.create(10);
    const forwarder = await world.forwarder();
    await forwarder.start();
    await world.delivered();
    expect(forwarder.health.isReady).to.equal(true);
    api.faults.forbid('watch events', 'list events');
    api.cut('fin');
    world.create(10);
    await until('it is not ready', () => !forwarder.health.isReady);
    const [problem] = forwarder.health.problems;
    expect(problem!.part).to.equal('source');
    expect(problem!.message).to.contain('cannot watch resource "events"');
    const before = api.requests.length;
    await clock.sleep(20_000);
    expect(api.requests.length - before).to.be.below(40);
    expect(forwarder.health.isReady).to.equal(false);
    expect(world.intake.ledger.documentCount).to.equal(10);
    api.faults.allow();
    await world.delivered();
    await until('it is ready', () => forwarder.health.isReady);
    world.check();
  });

  for (const streamingList of [true, false]) {
    const what = streamingList ? 'watch' : 'list';
    it(`is never ready between two tries while it may not ${what} at its start (case 18)`, async () => {
      world = await EventWorld.start({ settings: LONG_LEASE, speed: 100, api: { streamingList } });
      const { api } = world;
      world.create(5);
      api.faults.forbid(streamingList ? 'watch events' : 'list events');
      const forwarder = await world.forwarder();
      await forwarder.start();
      await until('it is not ready', () => forwarder.health.problems.length > 0);
      const before = api.requests.length;
      let readyAt: number | undefined;
      await until('it has tried again', () => {
        if (forwarder.health.isReady) readyAt ??= api.requests.length;
        return api.requests.length >= before + 4;
      });
      expect(readyAt).to.equal(undefined);
      api.faults.allow();
      await world.delivered();
      world.check();
    });
  }

  it('trusts the new authority when that of the API server was rotated (case 19)', async () => {
    world = await inPod(selfSigned());
    const { api } = world;
    world.create(10);
    const forwarder = await world.forwarder();
    await forwarder.start();
    await world.delivered();
    const next = selfSigned();
    api.refuse('reset');
    api.useCertificate(next);
    await api.listen();
    world.create(10);
    await until('it tells why', () => world.log.some((line) => line.includes('self-signed certificate')));
    const sent = api.requests.length;
    await world.clock.sleep(2000);
    expect(api.requests.length, 'nothing is sent to a server that is not trusted').to.equal(sent);
    write('ca.crt', next.certificate);
    await world.delivered();
    await until('it is ready', () => forwarder.health.isReady);
    world.check();
  });

  for (const code of ['EAI_AGAIN', 'ENOTFOUND']) {
    it(`goes on when the name of the API server is known again after ${code} (case 20)`, async () => {
      const host = 'api.cluster.test';
      let asked = 0;
      let isKnown = false;
      const real = dns.lookup;
      // What Node asks for each connection; only this name is answered here.
      const lookup = (name: string, options: dns.LookupOptions, done: (...result: unknown[]) => void) => {
        if (name !== host) return real(name, options, done as never);
        asked += 1;
        const failure = Object.assign(new Error(`getaddrinfo ${code} ${host}`), { code });
        setImmediate(() => {
          if (!isKnown) done(failure);
          else if (options.all) done(null, [{ address: '127.0.0.1', family: 4 }]);
          else done(null, '127.0.0.1', 4);
        });
      };
      mock.method(dns, 'lookup', lookup as never);
      world = await EventWorld.start({
        settings: LONG_LEASE,
        speed: 60,
        server: ({ port }) => ({ url: new URL(`http://${host}:${port}`) }),
      });
      const { api, clock } = world;
      const forwarder = await world.forwarder();
      await forwarder.start();
      world.create(10);
      await clock.sleep(5000);
      expect(asked).to.be.greaterThan(0);
      expect(api.connections, 'nobody has found it yet').to.equal(0);
      isKnown = true;
      await world.delivered();
      isKnown = false;
      api.cut('fin');
      world.create(10);
      await until('it is not ready', () => !forwarder.health.isReady);
      const before = asked;
      await clock.sleep(20_000);
      // The watch and the renewals of the Lease.
      expect(asked - before).to.be.below(60);
      isKnown = true;
      await world.delivered();
      await until('it is ready', () => forwarder.health.isReady);
      world.check();
    });
  }
});
