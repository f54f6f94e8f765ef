import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import fc from 'fast-check';
import { type LineReaderOptions, readLines } from '../../../src/events/source/line-reader.js';
import { lineOf } from '../../support/events/event-arbitraries.js';

const SEED = 20_261_126;
const METADATA = { name: 'n', uid: 'u', resourceVersion: '7', creationTimestamp: '2026-11-22T01:00:00Z' };
const latin1 = (text: string) => Buffer.from(text).toString('latin1');
const LINES = [
  lineOf('ADDED', { metadata: METADATA, message: 'ä € 🚀 \r inside' }),
  lineOf('MODIFIED', { metadata: METADATA, message: '\n' }),
];
const BODY = Buffer.from(LINES.map((line) => `${line}\n`).join(''), 'latin1');

describe('readLines', () => {
  let server: Server;
  /** What the server writes, piece by piece; each is a chunk of HTTP, and reaches the reader by itself. */
  let pieces: readonly Buffer[];
  let end: 'end' | 'destroy';
  let response: IncomingMessage;

  before(async () => {
    server = createServer(async (_, answer) => {
      answer.socket?.setNoDelay(true);
      for (const piece of pieces) {
        if (!answer.write(piece)) await once(answer, 'drain');
        await new Promise((resolve) => setImmediate(resolve));
      }
      if (end === 'end') answer.end();
      else answer.destroy();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });

  after(() => {
    server.closeAllConnections();
    server.close();
  });

  beforeEach(() => {
    end = 'end';
  });

  async function open(...sent: readonly (Buffer | string)[]): Promise<IncomingMessage> {
    pieces = sent.map((piece) => Buffer.from(piece)).filter(({ length }) => length > 0);
    const { port } = server.address() as AddressInfo;
    const request = get({ port, host: '127.0.0.1', agent: false });
    // Told of what the answer is told of too.
    request.on('error', () => undefined);
    [response] = (await once(request, 'response')) as [IncomingMessage];
    return response;
  }

  async function read(
    sent: readonly (Buffer | string)[],
    more: Partial<LineReaderOptions> = {},
  ): Promise<{ lines: string[]; tooLong: string[] }> {
    const lines: string[] = [];
    const tooLong: string[] = [];
    await readLines(await open(...sent), {
      onLine: (line) => lines.push(line),
      onTooLong: (beginning) => tooLong.push(beginning),
      beforeMore: () => undefined,
      maxLineBytes: 4 * 1024 * 1024,
      ...more,
    });
    return { lines, tooLong };
  }

  it('tells the same lines wherever the answer is cut in two, inside of characters too (case 21)', async () => {
    for (let at = 0; at <= BODY.length; at++) {
      const { lines } = await read([BODY.subarray(0, at), BODY.subarray(at)]);
      expect(lines, `cut at ${at}`).to.deep.equal(LINES);
    }
  });

  it(`tells the same lines however the answer is cut up (cases 21, 22, seed ${SEED})`, async () => {
    const cuts = fc.array(fc.nat(BODY.length), { maxLength: 12 });
    const property = fc.asyncProperty(cuts, async (places) => {
      const sorted = [0, ...places.sort((a, b) => a - b), BODY.length];
      const sent = sorted.slice(1).map((to, index) => BODY.subarray(sorted[index], to));
      expect((await read(sent)).lines).to.deep.equal(LINES);
    });
    await fc.assert(property, { numRuns: 200, seed: SEED });
  });

  it('tells two lines of one chunk, and one line of 1,000 chunks (case 22)', async () => {
    expect((await read([BODY])).lines).to.deep.equal(LINES);
    const long = latin1('ä'.repeat(5000));
    const bytes = Buffer.from(`${long}\n`, 'latin1');
    const sent = Array.from({ length: 1001 }, (_, part) => bytes.subarray(part * 10, part * 10 + 10));
    expect((await read(sent)).lines).to.deep.equal([long]);
  });

  it('tells a line of 1.4 MiB (case 23)', async () => {
    const line = lineOf('ADDED', { metadata: METADATA, message: 'x'.repeat(1.4 * 1024 * 1024) });
    expect((await read([Buffer.from(line, 'latin1'), '\n'])).lines).to.deep.equal([line]);
  });

  it('leaves a line over the limit out, with its beginning, and tells those around it (case 23)', async () => {
    const most = 'm'.repeat(5000);
    const sent = `before\n${most}\n${most}!\nafter\n`;
    for (const cut of [0, 3, 4000, 5008, 9000, 10_008, 10_010, sent.length]) {
      const { lines, tooLong } = await read([sent.slice(0, cut), sent.slice(cut)], { maxLineBytes: 5000 });
      expect(lines).to.deep.equal(['before', most, 'after']);
      expect(tooLong).to.deep.equal(['m'.repeat(2048)]);
    }
    const endless = await read([...Array(50).fill('e'.repeat(1000)), '\n', 'after\n'], {
      maxLineBytes: 5000,
    });
    expect(endless).to.deep.equal({ lines: ['after'], tooLong: ['e'.repeat(2048)] });
  });

  it('leaves empty lines out, and takes CR LF for a line end too (case 24)', async () => {
    const sent = Buffer.from('\n\r\none\r\n\n\ntwo\n\r\n three \r\n');
    for (let at = 0; at <= sent.length; at++) {
      const { lines } = await read([sent.subarray(0, at), sent.subarray(at)]);
      expect(lines).to.deep.equal(['one', 'two', ' three ']);
    }
    expect((await read([])).lines).to.deep.equal([]);
  });

  it('splits at line feeds only, whatever Unicode calls a line end', async () => {
    const line = latin1('a\u2028b\u2029c\u0085d\ve\ff');
    expect((await read([Buffer.from(`${line}\n`, 'latin1')])).lines).to.deep.equal([line]);
  });

  it('leaves a last line without its end out: it was cut off', async () => {
    expect((await read(['whole\n', 'cut o'])).lines).to.deep.equal(['whole']);
  });

  it('ends with an error when the connection is lost, after the lines that came (case 3)', async () => {
    end = 'destroy';
    const lines: string[] = [];
    const error: NodeJS.ErrnoException = await read(['whole\ncut o'], {
      onLine: (line) => lines.push(line),
    }).then(
      () => expect.fail('it ended well'),
      (thrown) => thrown,
    );
    expect(error.code).to.equal('ECONNRESET');
    expect(lines).to.deep.equal(['whole']);
  });

  it('ends with what a reader of a line throws, tells no further line, and closes the answer', async () => {
    const told: string[] = [];
    const onLine = (line: string) => {
      told.push(line);
      if (line === 'two') throw new Error('enough');
    };
    const failed = await read(['one\ntwo\nthree\n', 'four\n'], { onLine }).catch(
      (error: Error) => error.message,
    );
    expect(failed).to.equal('enough');
    expect(told).to.deep.equal(['one', 'two']);
    expect(response.destroyed).to.equal(true);
  });

  it('reads nothing while it is to wait, so that the server is held up, then goes on', async () => {
    let release = () => {};
    let waits = 0;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const lines: string[] = [];
    const reading = read(Array(600).fill(`${'w'.repeat(99_999)}\n`), {
      onLine: (line) => lines.push(line),
      beforeMore: () => (waits++ === 0 ? held : undefined),
    });
    while (waits === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    await new Promise((resolve) => setTimeout(resolve, 50));
    const before = lines.length;
    expect(waits).to.equal(1);
    expect(before).to.be.below(600);
    release();
    await reading;
    expect(lines).to.have.length(600);
  });

  it('ends with what the wait rejects with', async () => {
    const beforeMore = () => Promise.reject(new Error('aborted'));
    const failed = await read(['one\n', 'two\n'], { beforeMore }).catch((error: Error) => error.message);
    expect(failed).to.equal('aborted');
    expect(response.destroyed).to.equal(true);
  });

  it('ends with the reason for which the answer was destroyed', async () => {
    const failed = await read(['one\n', 'two\n'], {
      onLine: () => response.destroy(Object.assign(new Error('silent'), { code: 'ETIMEDOUT' })),
    }).catch((error: Error) => error.message);
    expect(failed).to.equal('silent');
  });
});
