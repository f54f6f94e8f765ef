import { expect } from 'chai';
import { type WatchEvent, type WatchOptions, watchObjects } from '../../src/kube/watch.js';
import { clusterAt, PODS, refusalOf, stoppedClock } from './client-support.js';
import {
  failure,
  type Reply,
  reset,
  type ScriptedServer,
  type SeenRequest,
  startScripted,
} from './scripted-server.js';

const pod = (name: string, version: string, uid = `uid-${name}`) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'n', uid, resourceVersion: version },
});
const list = (version: string, ...items: readonly unknown[]): Reply => ({
  body: { metadata: { resourceVersion: version }, items },
});
const line = (type: string, object: unknown) => `${JSON.stringify({ type, object })}\n`;
const bookmark = (version: string) =>
  line('BOOKMARK', { kind: 'Pod', metadata: { resourceVersion: version } });
const expired = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' };

/** A watch that sends these texts and ends. */
const stream = (...texts: readonly string[]): Reply => ({ body: texts.join('') });
/** A watch that sends these texts and stays open. */
const open =
  (...texts: readonly string[]): Reply =>
  (response) => {
    response.writeHead(200);
    response.flushHeaders();
    for (const text of texts) response.write(text);
  };

describe('watchObjects', () => {
  let server: ScriptedServer;
  let controller: AbortController;
  beforeEach(() => {
    controller = new AbortController();
  });
  afterEach(() => {
    controller.abort(new Error('over'));
    server.close();
  });

  /** Lists and watches answer one after another; the last watch stays open. */
  const watching = async (
    { lists, watches }: { readonly lists: readonly Reply[]; readonly watches: readonly Reply[] },
    options: Partial<WatchOptions> = {},
  ) => {
    const left = { lists: [...lists], watches: [...watches] };
    server = await startScripted(({ query }) =>
      query.get('watch') ? (left.watches.shift() ?? open()) : (left.lists.shift() ?? { status: 500 }),
    );
    const clock = stoppedClock();
    const troubles: string[] = [];
    const events = watchObjects(clusterAt(server.url), PODS, {
      namespace: 'n',
      signal: controller.signal,
      clock,
      onTrouble: (reason) => troubles.push(reason),
      ...options,
    });
    return { events, clock, troubles };
  };
  const short = (event: WatchEvent) =>
    event.type === 'synced'
      ? 'synced'
      : `${event.type} ${event.object.metadata.name}@${event.object.metadata.resourceVersion}`;
  const take = async (events: AsyncGenerator<WatchEvent>, count: number) => {
    const taken: string[] = [];
    while (taken.length < count) taken.push(short((await events.next()).value));
    return taken;
  };
  const watchRequests = (): SeenRequest[] => server.requests.filter(({ query }) => query.get('watch'));
  const versions = () => watchRequests().map(({ query }) => query.get('resourceVersion'));

  it('tells what is there, then what changes', async () => {
    const { events } = await watching({
      lists: [list('5', pod('a', '3'), pod('b', '4'))],
      watches: [
        open(line('ADDED', pod('c', '6')), line('MODIFIED', pod('a', '7')), line('DELETED', pod('b', '8'))),
      ],
    });
    expect(await take(events, 6)).to.deep.equal([
      'added a@3',
      'added b@4',
      'synced',
      'added c@6',
      'modified a@7',
      'deleted b@8',
    ]);
  });

  it('asks for bookmarks and a regular end, from where the list was', async () => {
    const { events } = await watching(
      { lists: [list('5')], watches: [open(line('ADDED', pod('a', '6')))] },
      { labelSelector: 'x=y', fieldSelector: 'metadata.name=a', connectionMs: 100_000 },
    );
    await take(events, 2);
    const { path, query } = watchRequests()[0]!;
    expect(path).to.equal('/api/v1/namespaces/n/pods');
    expect(Object.fromEntries(query)).to.deep.equal({
      watch: 'true',
      allowWatchBookmarks: 'true',
      resourceVersion: '5',
      timeoutSeconds: '100',
      labelSelector: 'x=y',
      fieldSelector: 'metadata.name=a',
    });
  });

  it('goes on from the last event after the regular end, without a word', async () => {
    const { events, troubles, clock } = await watching({
      lists: [list('5')],
      watches: [stream(line('ADDED', pod('a', '6'))), open(line('MODIFIED', pod('a', '9')))],
    });
    expect(await take(events, 3)).to.deep.equal(['synced', 'added a@6', 'modified a@9']);
    expect(versions()).to.deep.equal(['5', '6']);
    expect(troubles).to.deep.equal([]);
    expect(clock.slept).to.deep.equal([]);
  });

  it('goes on from the last bookmark', async () => {
    const { events } = await watching({
      lists: [list('5')],
      watches: [stream(line('ADDED', pod('a', '6')), bookmark('40')), open(line('DELETED', pod('a', '41')))],
    });
    expect(await take(events, 3)).to.deep.equal(['synced', 'added a@6', 'deleted a@41']);
    expect(versions()).to.deep.equal(['5', '40']);
  });

  it('goes on after a lost connection, and drops the event that was cut off', async () => {
    const cut: Reply = (response) => {
      response.writeHead(200);
      response.write(line('ADDED', pod('a', '6')) + line('ADDED', pod('b', '7')).slice(0, 20), () =>
        response.socket?.destroy(),
      );
    };
    const { events, troubles } = await watching({
      lists: [list('5')],
      watches: [
        cut,
        reset,
        failure(503, 'ServiceUnavailable', 'not now'),
        open(line('ADDED', pod('b', '7'))),
      ],
    });
    expect(await take(events, 3)).to.deep.equal(['synced', 'added a@6', 'added b@7']);
    expect(versions().slice(-2)).to.deep.equal(['6', '6']);
    expect(troubles).to.have.length(3);
    expect(troubles[2]).to.equal('watch /api/v1/namespaces/n/pods: not now');
  });

  for (const [how, answer] of [
    ['as an event', stream(line('ERROR', expired))],
    ['as a status', { status: 410, body: expired }],
  ] as const) {
    it(`lists anew when the server forgot (410 ${how}), and tells what went meanwhile`, async () => {
      const { events } = await watching({
        lists: [
          list('5', pod('a', '1'), pod('b', '2'), pod('c', '3'), pod('d', '4')),
          list('50', pod('a', '1'), pod('b', '20'), pod('c', '30', 'other'), pod('e', '40')),
        ],
        watches: [answer, open(line('ADDED', pod('f', '51')))],
      });
      expect((await take(events, 5)).at(-1)).to.equal('synced');
      expect(await take(events, 7)).to.deep.equal([
        'deleted d@4',
        'modified b@20',
        'deleted c@3',
        'added c@30',
        'added e@40',
        'synced',
        'added f@51',
      ]);
      expect(versions()).to.deep.equal(['5', '50']);
    });
  }

  it('counts silence as a lost connection, but not the time of its reader', async () => {
    const { events, troubles } = await watching(
      {
        lists: [list('5')],
        watches: [
          open(line('ADDED', pod('a', '6')), line('ADDED', pod('b', '7'))),
          open(line('ADDED', pod('c', '8'))),
        ],
      },
      { stallMs: 25 },
    );
    expect(await take(events, 2)).to.deep.equal(['synced', 'added a@6']);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(troubles).to.deep.equal([]);
    expect(await take(events, 2)).to.deep.equal(['added b@7', 'added c@8']);
    expect(troubles).to.deep.equal(['nothing came for 0.025 s']);
    expect(versions()).to.deep.equal(['5', '7']);
  });

  it('waits longer and longer while nothing gets better, and starts over once it does', async () => {
    const busy = failure(429, 'TooManyRequests', 'later');
    const { events, clock } = await watching({
      lists: [list('5')],
      watches: [
        busy,
        busy,
        busy,
        stream(line('ADDED', pod('a', '6'))),
        busy,
        open(line('ADDED', pod('b', '7'))),
      ],
    });
    await take(events, 3);
    expect(clock.slept).to.deep.equal([125, 250, 500, 125]);
  });

  it('waits as long as the server asks', async () => {
    const asking: Reply = { status: 429, headers: { 'retry-after': '7' } };
    const { events, clock } = await watching({
      lists: [list('5')],
      watches: [asking, open(line('ADDED', pod('a', '6')))],
    });
    await take(events, 2);
    expect(clock.slept).to.deep.equal([7125]);
  });

  it('does not hurry a server that ends each watch at once', async () => {
    const { events, clock } = await watching({
      lists: [list('5')],
      watches: [stream(), stream(), open(line('ADDED', pod('a', '6')))],
    });
    await take(events, 2);
    expect(clock.slept).to.deep.equal([125, 250]);
  });

  it('ends when the objects may not be watched, or the kind is gone', async () => {
    const forbidden = await watching({
      lists: [list('5')],
      watches: [failure(403, 'Forbidden', 'not for you')],
    });
    await take(forbidden.events, 1);
    expect((await refusalOf(forbidden.events.next())).message).to.equal(
      'watch /api/v1/namespaces/n/pods: not for you',
    );
    server.close();
    const gone = await watching({ lists: [failure(404, 'NotFound', 'no such kind')], watches: [] });
    expect((await refusalOf(gone.events.next())).message).to.contain('no such kind');
  });

  it('takes an event of the largest size, and none that is larger', async () => {
    const text = line('ADDED', pod('a', '6'));
    const fits = await watching(
      { lists: [list('5')], watches: [open(text)] },
      { maxEventBytes: text.length - 1 },
    );
    expect(await take(fits.events, 2)).to.deep.equal(['synced', 'added a@6']);
    server.close();
    const large = await watching(
      { lists: [list('5')], watches: [open(text)] },
      { maxEventBytes: text.length - 2 },
    );
    await take(large.events, 1);
    expect((await refusalOf(large.events.next())).message).to.contain(`larger than ${text.length - 2} bytes`);
  });

  it('puts events together that come in pieces, within a letter too', async () => {
    const bytes = Buffer.from(line('ADDED', { ...pod('a', '6'), spec: 'äöü€' }));
    const pieces: Reply = (response) => {
      response.writeHead(200);
      const send = (at: number) => {
        if (at < bytes.length) response.write(bytes.subarray(at, at + 1), () => send(at + 1));
      };
      send(0);
    };
    const { events } = await watching({ lists: [list('5')], watches: [pieces] });
    await take(events, 1);
    const event = (await events.next()).value as WatchEvent;
    expect(event).to.deep.equal({ type: 'added', object: { ...pod('a', '6'), spec: 'äöü€' } });
  });

  it('throws the reason of the signal, and closes its connection when it is left', async () => {
    const { events } = await watching({ lists: [list('5')], watches: [open(line('ADDED', pod('a', '6')))] });
    await take(events, 2);
    const next = events.next().catch((error: unknown) => error);
    controller.abort(new Error('stop'));
    expect(await next)
      .to.be.instanceOf(Error)
      .with.property('message', 'stop');
    controller = new AbortController();
    server.close();
    const left = await watching({ lists: [list('5')], watches: [open(line('ADDED', pod('a', '6')))] });
    await take(left.events, 2);
    const { socket } = watchRequests()[0]!;
    const closed = new Promise((resolve) => socket.once('close', resolve));
    await left.events.return(undefined as never);
    await closed;
  });
});
