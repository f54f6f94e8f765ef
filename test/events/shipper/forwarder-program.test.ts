import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { createLogger } from '../../../src/common/log.js';
import { METRICS_CONTENT_TYPE } from '../../../src/common/metrics.js';
import { runForwarder } from '../../../src/events/forwarder-program.js';
import type { SomeSettings } from '../../support/events/event-world.js';
import type { FakeDataPrepperOptions } from '../../support/events/intake-behaviour.js';
import { until } from '../../support/events/until.js';
import { ShipperWorld } from './shipper-world.js';

const PASSWORD = 'correct horse battery';
const USER = 'shop-writer';
const NAMES = [
  'watch_lines_total',
  'watch_reconnects_total',
  'relist_total',
  'docs_skipped_total',
  'posts_total',
  'docs_acked_total',
  'docs_dead_total',
  'docs_cut_total',
  'event_age_seconds',
  'rv_mark',
  'queue_bytes',
  'queue_docs',
  'spool_bytes',
  'last_line_timestamp',
  'active',
  'degraded',
];

describe('The program of the forwarder', () => {
  let shipper: ShipperWorld;
  let end: AbortController;
  let running: Promise<void>;
  let url: string;

  const start = async (intake: FakeDataPrepperOptions, settings: SomeSettings) => {
    shipper = await ShipperWorld.start({
      speed: 100,
      intake,
      settings: { server: { port: 0 }, ...settings },
    });
    return shipper;
  };
  const run = async (more: SomeSettings = {}) => {
    const { world } = shipper;
    end = new AbortController();
    running = runForwarder({
      settings: await world.settings(more),
      cluster: world.connect(),
      namespace: 'opni',
      clock: world.clock,
      log: createLogger({ level: 'debug', clock: world.clock, write: (line) => world.log.push(line) }),
      signal: end.signal,
    });
    running.catch(() => undefined);
    const listening = () => shipper.logged('info').find(({ message }) => message === 'listening');
    await until('it listens', () => listening() !== undefined);
    url = `http://127.0.0.1:${String(listening()!['port'])}`;
  };
  const get = async (path: string) => {
    const answer = await fetch(url + path);
    return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() };
  };
  const ready = async () => JSON.parse((await get('/readyz')).text) as Record<string, unknown>;
  const metrics = async () => (await get('/metrics')).text;
  const sampleOf = (text: string, name: string) =>
    text
      .split('\n')
      .find((line) => line.startsWith(`opni_logging_events_${name} `))
      ?.split(' ')
      .at(-1);
  const untilReady = async (isReady: boolean) => {
    while ((await ready())['ready'] !== isReady) await new Promise((resolve) => setTimeout(resolve, 5));
  };

  afterEach(async () => {
    end.abort();
    await running.catch(() => undefined);
    await shipper.close();
  });

  it('counts right in a run with everything in it, and tells it over HTTP', async () => {
    await start({}, { source: { reasons: { exclude: ['Boring'] }, updateIntervalSeconds: 3600 } });
    const { world } = shipper;
    const { store, corpus, intake } = world;
    const plain = store.create({ ...corpus.next(), reason: 'Fine' });
    store.create({ ...corpus.next(), reason: 'Boring' });
    const poison = store.create({ ...corpus.next(), reason: 'Poison' });
    const cut = store.create({ ...corpus.next(), reason: 'Long', message: 'x'.repeat(1024 ** 2) });
    intake.behaviour.poison = (document) => document['reason'] === 'Poison';
    intake.script({ status: 503 });
    await run({ ...shipper.deadLetters(), ...shipper.spooled });
    await intake.ledger.waitForIds(2);
    await until('the letter', () => shipper.letters.length === 1);
    store.update(plain.uid, { count: 2 });
    const last = store.create({ ...corpus.next(), reason: 'Last' });
    await intake.ledger.waitForIds(3);
    world.api.endWatches();
    let text = '';
    await until('another watch', () => world.api.openWatches === 1);
    while (sampleOf(text, 'rv_mark') !== last.resourceVersion) text = await metrics();

    for (const name of NAMES)
      expect(text, name).to.match(new RegExp(`^# TYPE opni_logging_events_${name} `, 'm'));
    const known = [...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name);
    expect(known).to.have.members(NAMES.map((name) => `opni_logging_events_${name}`));
    const expected = {
      docs_acked_total: '3',
      docs_cut_total: '1',
      'docs_dead_total{stored="true"}': '1',
      'docs_skipped_total{reason="filtered"}': '1',
      'docs_skipped_total{reason="throttled"}': '1',
      'relist_total{reason="start"}': '1',
      'watch_lines_total{type="ADDED"}': '5',
      'watch_lines_total{type="MODIFIED"}': '1',
      'watch_lines_total{type="BOOKMARK"}': '1',
      'watch_reconnects_total{reason="timeout"}': '1',
      'posts_total{code="503"}': '1',
      event_age_seconds_count: '3',
      queue_bytes: '0',
      queue_docs: '0',
      spool_bytes: '0',
      active: '1',
      degraded: '0',
    };
    for (const [name, value] of Object.entries(expected)) expect(sampleOf(text, name), name).to.equal(value);
    const answered = (status: number) => String(intake.ledger.answered(status).length);
    expect(sampleOf(text, 'posts_total{code="200"}')).to.equal(answered(200));
    expect(sampleOf(text, 'posts_total{code="400"}')).to.equal(answered(400));
    const lastLine = Number(sampleOf(text, 'last_line_timestamp')) * 1000;
    expect(lastLine).to.be.within(Date.now() - 60_000, world.clock.wallMs());
    expect((await get('/metrics')).type).to.equal(METRICS_CONTENT_TYPE);
    expect(intake.ledger.ids).to.include.members([plain.id, cut.id, last.id]);
    expect(intake.ledger.ids).to.not.include(poison.id);
  });

  it('is alive whatever happens outside, and ready when events are shipped (case 39)', async () => {
    await start({}, {});
    await run();
    await untilReady(true);
    shipper.world.intake.behaviour.path = '/other';
    shipper.world.create(3);
    await untilReady(false);
    const { status, type, text } = await get('/readyz');
    expect([status, type]).to.deep.equal([503, 'application/json; charset=utf-8']);
    const told = JSON.parse(text) as { problems: { part: string; message: string; since: string }[] };
    expect(told).to.deep.include({ ready: false, activity: 'active' });
    expect(told.problems.map(({ part, message }) => [part, message])).to.deep.equal([
      ['shipper', 'the intake answers 404 (see the path of shipper.url)'],
    ]);
    expect(new Date(told.problems[0]!.since).toISOString()).to.equal(told.problems[0]!.since);
    expect(sampleOf(await metrics(), 'degraded')).to.equal('1');
    expect(await get('/healthz')).to.deep.include({ status: 200, text: '{"ok":true}\n' });
    expect(shipper.world.intake.ledger.documentCount).to.equal(0);
    shipper.world.intake.behaviour.path = '/log/ingest';
    await untilReady(true);
    await shipper.world.delivered();
    shipper.world.check();
  });

  it('is not ready before it is active, and answers nothing else', async () => {
    await start({}, {});
    shipper.world.api.faults.forbid('get leases', 'create leases', 'patch leases', 'update leases');
    await run();
    await untilReady(false);
    expect((await get('/healthz')).status).to.equal(200);
    shipper.world.api.faults.allow();
    await untilReady(true);
    expect((await get('/readyz')).status).to.equal(200);
    expect((await get('/')).status).to.equal(404);
    expect((await get('/debug/pprof')).status).to.equal(404);
  });

  it('tells a password nowhere, whatever goes wrong', async () => {
    await start({ basicAuth: { username: USER, password: PASSWORD } }, {});
    const { world } = shipper;
    const { intake } = world;
    const put = (name: string, text: string) => {
      const file = join(shipper.folder, name);
      writeFileSync(file, text);
      return file;
    };
    const basicAuth = { usernameFile: put('user', USER), passwordFile: put('password', `${PASSWORD}\n`) };
    const read: string[] = [];
    const look = async () => void read.push((await get('/readyz')).text, await metrics());
    world.create(5);
    await run({
      ...shipper.deadLetters(),
      ...shipper.spooled,
      shipper: { basicAuth, requestTimeoutMs: 100 },
    });
    await world.delivered();
    for (const answer of [{ status: 401 }, 'reset', 'hang', { status: 500, body: PASSWORD }] as const) {
      const asked = intake.ledger.requests.length;
      intake.behaviour.answer = answer;
      world.create(2);
      await intake.ledger.waitForRequests(asked + 2);
      await look();
    }
    intake.behaviour.answer = 'take';
    intake.behaviour.poison = () => true;
    world.create(1);
    await until('a letter', () => shipper.letters.length > 0);
    await look();
    intake.behaviour.poison = undefined;
    put('user', '');
    put('password', '');
    intake.behaviour.basicAuth = { username: USER, password: 'another' };
    world.create(1);
    await until('a refusal', () => world.log.some((line) => line.includes('401')));
    await look();
    end.abort();
    await running;
    const secrets = [
      PASSWORD,
      Buffer.from(`${USER}:${PASSWORD}`).toString('base64'),
      Buffer.from(PASSWORD).toString('base64').slice(0, 20),
      encodeURIComponent(PASSWORD),
    ];
    const files = readdirSync(shipper.folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'));
    const written = [...world.log, ...read, ...files, JSON.stringify(world.api.requests)].join('\n');
    expect(written).to.include('opni_logging_events_posts_total').and.include('the intake answers 401');
    for (const secret of secrets) expect(written.includes(secret), secret).to.equal(false);
  });

  it('ends in order with its signal: what was read is delivered, and the port is free', async () => {
    await start({ delayMs: 30 }, { drainSeconds: 1000, shipper: { maxBatchDocuments: 50 } });
    const { world } = shipper;
    world.create(500);
    await run();
    let text = '';
    while (sampleOf(text, 'watch_lines_total{type="ADDED"}') !== '500') text = await metrics();
    end.abort();
    await running;
    await world.delivered();
    await fetch(url).then(
      () => expect.fail('it still listens'),
      (error: Error) => expect(error).to.be.instanceOf(TypeError),
    );
    world.check();
  });

  it('ends with what broke it: the spool of another cluster', async () => {
    await start({}, {});
    await run(shipper.spooled);
    await untilReady(true);
    end.abort();
    await running;
    shipper.world.log.length = 0;
    await run({ ...shipper.spooled, cluster: { id: 'another-cluster' } });
    const error = await running.then(
      () => new Error('it ended well'),
      (thrown: Error) => thrown,
    );
    expect(error.message).to.include('holds the spool of cluster test-cluster');
  });
});
