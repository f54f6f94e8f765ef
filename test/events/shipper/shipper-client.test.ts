import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { systemClock } from '../../../src/common/clock.js';
import type { OpniLoggingError } from '../../../src/common/error.js';
import { ShipperClient, type ShipperClientOptions } from '../../../src/events/shipper/shipper-client.js';
import { describeExchangeError, type ExchangeError } from '../../../src/kube/http-exchange.js';
import { refusalOf } from '../../kube/client-support.js';
import { selfSigned } from '../../kube/self-signed.js';
import { FakeDataPrepper } from '../../support/events/fake-data-prepper.js';
import { thrownBy } from './delivery-support.js';

const PASSWORD = 'correct horse';
const DOCUMENTS = Buffer.from('{"event_id":"a"},{"event_id":"ü"}');

describe('ShipperClient', () => {
  let intake: FakeDataPrepper;
  let folder: string;
  let now: number;
  let clients: ShipperClient[];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'shipper-'));
    now = 0;
    clients = [];
  });
  afterEach(async () => {
    for (const client of clients) client.reconnect();
    await intake.close();
    rmSync(folder, { recursive: true });
  });

  const put = (name: string, text: string) => {
    const file = join(folder, name);
    writeFileSync(file, text);
    return file;
  };
  const clientOf = (more: Partial<ShipperClientOptions['shipper']> = {}) => {
    const client = new ShipperClient({
      shipper: { url: intake.url, inFlight: 4, requestTimeoutMs: 2000, ...more },
      clock: { ...systemClock, now: () => now },
    });
    clients.push(client);
    return client;
  };
  const send = (client: ShipperClient, { compressed = false, signal = new AbortController().signal } = {}) =>
    client.send(DOCUMENTS, { compressed, signal });
  const login = () => ({
    basicAuth: { usernameFile: put('user', 'shop\n'), passwordFile: put('password', `${PASSWORD}\r\n`) },
  });

  it('sends an array of documents as JSON', async () => {
    intake = await FakeDataPrepper.start();
    expect(await send(clientOf())).to.deep.equal({ status: 200, retryAfterSeconds: undefined });
    expect(intake.ledger.ids).to.deep.equal(['a', 'ü']);
    expect(intake.ledger.requests[0]).to.include({ bytes: DOCUMENTS.length + 2, isGzip: false });
  });

  it('sends gzip when asked to', async () => {
    intake = await FakeDataPrepper.start({ gzip: true });
    expect((await send(clientOf(), { compressed: true })).status).to.equal(200);
    expect([intake.ledger.ids.length, intake.ledger.requests[0]?.isGzip]).to.deep.equal([2, true]);
  });

  it('tells how long the intake asks to wait', async () => {
    intake = await FakeDataPrepper.start();
    const date = new Date(Date.now() + 60_000).toUTCString();
    for (const value of ['7', date, 'soon']) {
      intake.script({ status: 429, headers: { 'retry-after': value } });
    }
    const client = clientOf();
    expect((await send(client)).retryAfterSeconds).to.equal(7);
    expect((await send(client)).retryAfterSeconds).to.be.within(50, 61);
    expect((await send(client)).retryAfterSeconds).to.equal(undefined);
  });

  it('uses a connection again, for a minute at most: a new one finds new pods', async () => {
    intake = await FakeDataPrepper.start();
    const client = clientOf();
    for (let sent = 0; sent < 5; sent++) await send(client);
    expect(intake.connections).to.equal(1);
    now += 60_001;
    await send(client);
    expect(intake.connections).to.equal(2);
  });

  it('connects anew, and so asks for the address anew, after it was told to', async () => {
    intake = await FakeDataPrepper.start({ delayMs: 20 });
    const client = clientOf();
    await send(client);
    const late = send(client);
    await new Promise((resolve) => setTimeout(resolve, 5));
    client.reconnect();
    await late;
    await send(client);
    expect(intake.connections).to.equal(2);
    // That of the request which was on its way is closed as well, and not kept for later.
    await intake.ledger.waitForRequests(3);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(intake.openSockets).to.equal(1);
  });

  it('sends once more over a new connection when a kept one was closed meanwhile (case 40)', async () => {
    intake = await FakeDataPrepper.start({ keptConnections: 'reset-reused' });
    const client = clientOf();
    for (let sent = 0; sent < 3; sent++) expect((await send(client)).status).to.equal(200);
    expect(intake.ledger.answered('reset').length).to.equal(2);
    expect([intake.connections, intake.ledger.times('a')]).to.deep.equal([3, 3]);
  });

  it('does not send again over a connection that was new', async () => {
    intake = await FakeDataPrepper.start();
    intake.script('reset');
    const error = (await thrownBy(send(clientOf()))) as ExchangeError;
    expect(describeExchangeError(error)).to.equal('the connection was lost (ECONNRESET)');
    expect(intake.ledger.requests.length).to.equal(1);
  });

  it('does not send again what was cut off in the middle of the answer', async () => {
    intake = await FakeDataPrepper.start();
    const client = clientOf();
    await send(client);
    intake.script('cut-body');
    expect(await thrownBy(send(client))).to.be.instanceOf(Error);
    expect(intake.ledger.requests.length).to.equal(2);
  });

  it('gives up an intake that does not answer in time, or not to the end (case 33)', async () => {
    intake = await FakeDataPrepper.start({ slowBodyMs: 10_000 });
    intake.script('hang', 'slow-body');
    const client = clientOf({ requestTimeoutMs: 50 });
    for (const _ of ['hang', 'slow-body']) {
      const error = (await thrownBy(send(client))) as ExchangeError;
      expect([error.code, error.message]).to.deep.equal(['ETIMEDOUT', 'no answer within 0.05 s']);
    }
  });

  it('takes a slow answer that comes in time (case 40)', async () => {
    intake = await FakeDataPrepper.start({ slowBodyMs: 50 });
    intake.script('slow-body');
    expect((await send(clientOf())).status).to.equal(200);
  });

  it('ends with the reason of its signal', async () => {
    intake = await FakeDataPrepper.start({ answer: 'hang' });
    const end = new AbortController();
    const sending = thrownBy(send(clientOf(), { signal: end.signal }));
    await intake.ledger.waitForRequests(1);
    end.abort(new Error('the end'));
    expect(await sending).to.equal(end.signal.reason);
  });

  it('follows no redirect: the account is for this address only', async () => {
    intake = await FakeDataPrepper.start();
    const other = createServer((_, response) => response.writeHead(200).end());
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    let asked = 0;
    other.on('request', () => asked++);
    const location = `http://127.0.0.1:${(other.address() as AddressInfo).port}/`;
    intake.script(...[301, 302, 307, 308].map((status) => ({ status, headers: { location } })));
    const client = clientOf(login());
    for (const status of [301, 302, 307, 308]) expect((await send(client)).status).to.equal(status);
    expect(asked).to.equal(0);
    other.close();
  });

  it('logs in with user and password of the files, without their line ends', async () => {
    intake = await FakeDataPrepper.start({ basicAuth: { username: 'shop', password: PASSWORD } });
    expect((await send(clientOf(login()))).status).to.equal(200);
    expect((await send(clientOf())).status).to.equal(401);
  });

  it('reads a rotated account at once when the old one is refused, and sends again with it', async () => {
    intake = await FakeDataPrepper.start({ basicAuth: { username: 'shop', password: PASSWORD } });
    const client = clientOf(login());
    await send(client);
    intake.behaviour.basicAuth = { username: 'shop', password: 'another' };
    put('password', 'another');
    expect((await send(client)).status).to.equal(200);
    expect(intake.ledger.answered(401).length).to.equal(1);
  });

  it('reads a rotated account after half a minute, before the old one is refused', async () => {
    intake = await FakeDataPrepper.start({ basicAuth: { username: 'shop', password: PASSWORD } });
    const client = clientOf(login());
    await send(client);
    put('password', 'another');
    now += 30_000;
    intake.behaviour.basicAuth = { username: 'shop', password: 'another' };
    expect((await send(client)).status).to.equal(200);
    expect(intake.ledger.answered(401)).to.deep.equal([]);
  });

  it('asks once only with an account that did not change', async () => {
    intake = await FakeDataPrepper.start({ basicAuth: { username: 'shop', password: 'another' } });
    expect((await send(clientOf(login()))).status).to.equal(401);
    expect(intake.ledger.requests.length).to.equal(1);
  });

  it('names the file and the fix when the account cannot be read, and reads it once it is there', async () => {
    intake = await FakeDataPrepper.start({ basicAuth: { username: 'shop', password: PASSWORD } });
    const { basicAuth } = login();
    rmSync(basicAuth.passwordFile);
    const client = clientOf({ basicAuth });
    const error: OpniLoggingError = await refusalOf(send(client));
    expect(error.code).to.equal('io');
    expect(error.message).to.include(basicAuth.passwordFile).and.include('ENOENT').and.include('Secret');
    expect(error.problems[0]).to.include({ file: basicAuth.passwordFile });
    expect(error.problems[0]?.fix).to.be.a('string');
    put('password', PASSWORD);
    expect((await send(client)).status).to.equal(200);
  });

  it('trusts the authority of its file, also after it was replaced', async () => {
    const [first, second] = [selfSigned(), selfSigned()];
    intake = await FakeDataPrepper.start({ tls: first });
    const client = clientOf({ caFile: put('ca', first.certificate) });
    expect((await send(client)).status).to.equal(200);
    intake.useCertificate(second);
    intake.resetConnections();
    client.reconnect();
    const error = (await thrownBy(send(client))) as ExchangeError;
    expect(error.code).to.match(/SELF_SIGNED|UNABLE_TO_VERIFY|CERT_SIGNATURE/);
    put('ca', second.certificate);
    client.reconnect();
    expect((await send(client)).status).to.equal(200);
  });

  it('sends nothing to a server that no authority it knows has signed', async () => {
    intake = await FakeDataPrepper.start({ tls: selfSigned() });
    const error = (await thrownBy(send(clientOf(login())))) as ExchangeError;
    expect(error.code).to.equal('DEPTH_ZERO_SELF_SIGNED_CERT');
    expect(intake.ledger.requests).to.deep.equal([]);
  });

  it('refuses an authority that is empty or no PEM, and names its file', async () => {
    intake = await FakeDataPrepper.start({ tls: selfSigned() });
    for (const text of [
      '',
      ' \n',
      'not PEM',
      '-----BEGIN CERTIFICATE-----\nbroken\n-----END CERTIFICATE-----',
    ]) {
      const caFile = put('ca', text);
      const error: OpniLoggingError = await refusalOf(send(clientOf({ caFile })));
      expect(error.message).to.include(caFile);
    }
    expect(intake.ledger.requests).to.deep.equal([]);
  });

  it('says its address without what must not be told', async () => {
    intake = await FakeDataPrepper.start();
    const url = intake.url.replace('http://', `http://shop:${encodeURIComponent(PASSWORD)}@`);
    const client = clientOf({ url: `${url}?token=${PASSWORD}` });
    expect(client.address).to.equal(intake.url);
  });

  it('never has the password in an error', async () => {
    intake = await FakeDataPrepper.start({ tls: selfSigned() });
    const client = clientOf(login());
    intake.script('reset', 'hang');
    for (let sent = 0; sent < 3; sent++) {
      const error = (await thrownBy(send(client))) as Error;
      const told = [error.message, error.stack, JSON.stringify(error)].join();
      expect(told).to.not.include(PASSWORD);
      expect(told).to.not.include(Buffer.from(`shop:${PASSWORD}`).toString('base64'));
    }
  });
});
