import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { printDocuments } from '../../../src/events/print/print-documents.js';
import { type TailOptions, tailEvents } from '../../../src/events/print/tail-events.js';
import { EventWorld } from '../../support/events/event-world.js';

describe('printing events', () => {
  let world: EventWorld;
  let end: AbortController;
  let printed: string[];
  let troubles: string[];

  beforeEach(async () => {
    world = await EventWorld.start();
    end = new AbortController();
    printed = [];
    troubles = [];
  });

  afterEach(() => world.close());

  async function options(more: Partial<TailOptions> = {}) {
    return {
      settings: await world.settings(),
      cluster: world.connect(),
      sinceMs: 0,
      documents: false,
      lineOf: ({ object, message }) => `${object} ${message}`,
      print: async (line) => void printed.push(line),
      onTrouble: (message) => void troubles.push(message),
      signal: end.signal,
      ...more,
    } satisfies TailOptions;
  }

  const until = async (isTrue: () => boolean) => {
    while (!isTrue()) await delay(2);
  };

  const failureOf = (work: Promise<void>) =>
    work.then(
      () => 'none',
      (error: Error) => error.message,
    );

  function create(name: string, lastTimestamp: string, namespace = 'shop', reason = 'BackOff'): void {
    world.store.create({
      involvedObject: { kind: 'Pod', namespace, name },
      reason,
      message: 'said',
      lastTimestamp,
    });
  }

  const idsIn = (lines: readonly string[]) => lines.map((line) => JSON.parse(line).event_id as string);

  it('shows the events that there are by their time, from a moment on, then each change', async () => {
    create('c', '2026-11-22T10:03:00Z');
    create('a', '2026-11-22T10:01:00Z');
    create('b', '2026-11-22T10:02:00Z');
    create('old', '2026-11-22T09:59:59Z');
    const tail = tailEvents(await options({ sinceMs: Date.parse('2026-11-22T10:00:00Z') }));
    const failure = failureOf(tail);
    await until(() => printed.length === 3 && world.api.openWatches === 1);
    create('later', '2026-11-22T10:00:30Z');
    create('late but old', '2026-11-22T09:00:00Z');
    create('last', '2026-11-22T10:05:00Z');
    await until(() => printed.length === 5);
    end.abort(new Error('interrupted'));
    expect(await failure).to.equal('interrupted');
    expect(printed).to.deep.equal(['a', 'b', 'c', 'later', 'last'].map((name) => `Pod shop/${name} said`));
    expect(troubles).to.deep.equal([]);
  });

  it('shows what the filters take, as documents when asked', async () => {
    create('a', '2026-11-22T10:01:00Z');
    create('b', '2026-11-22T10:02:00Z', 'other');
    create('c', '2026-11-22T10:03:00Z', 'shop', 'Pulled');
    const source = { reasons: { include: ['BackOff'], exclude: [] } };
    const settings = await world.settings({ source });
    const failure = failureOf(tailEvents(await options({ settings, documents: true })));
    await until(() => printed.length === 2 && world.api.openWatches === 1);
    end.abort(new Error('interrupted'));
    await failure;
    expect(printed.map((line) => JSON.parse(line).pod_name)).to.deep.equal(['a', 'b']);
    expect(idsIn(printed)).to.deep.equal(world.shown.slice(0, 2));
  });

  it('shows each event once although the first stream of them breaks', async () => {
    world.create(40);
    world.api.faults.script('watch', { break: { afterBytes: 20_000, how: 'reset' } });
    const failure = failureOf(tailEvents(await options({ documents: true })));
    await until(() => printed.length >= 40 && world.api.openWatches === 1);
    end.abort(new Error('interrupted'));
    await failure;
    expect(idsIn(printed).sort()).to.deep.equal([...world.shown].sort());
    expect(troubles).to.have.length(1);
  });

  it('prints the documents of the events that there are, and ends', async () => {
    world.create(1200);
    await printDocuments({ ...(await options()), once: true });
    expect(idsIn(printed).sort()).to.deep.equal([...world.shown].sort());
    expect(JSON.parse(printed[0]!)).to.include({ cluster_id: 'test-cluster', log_type: 'event' });
  });

  it('holds the API server up while the reader of the lines is slow, and loses none', async () => {
    world.create(3000);
    let most = 0;
    let waiting = 0;
    const print = async (line: string) => {
      waiting += 1;
      most = Math.max(most, waiting);
      await new Promise((resolve) => setImmediate(resolve));
      waiting -= 1;
      printed.push(line);
    };
    await printDocuments({ ...(await options({ print })), once: true });
    expect(most).to.equal(1);
    expect(new Set(idsIn(printed)).size).to.equal(3000);
  });

  for (const once of [true, false]) {
    it(`ends with what printing failed with${once ? ' when it reads once' : ''}`, async () => {
      world.create(10);
      const print = async (line: string) => {
        if (printed.length === 3) throw new Error('no space left');
        printed.push(line);
      };
      expect(await failureOf(printDocuments({ ...(await options({ print })), once }))).to.equal(
        'no space left',
      );
      expect(printed).to.have.length(3);
    });

    it(`ends with a clear message when events may not be read${once ? ' once' : ''} (case 18)`, async () => {
      world.api.faults.forbid('list events', 'watch events');
      const failure = await failureOf(printDocuments({ ...(await options()), once }));
      expect(failure).to.match(
        /^(list|watch) \/api\/v1\/events: events is forbidden: User .* cannot (list|watch) /,
      );
      expect(troubles).to.deep.equal([]);
    });
  }

  it('says how to mend it when events may not be read (case 18)', async () => {
    world.api.faults.forbid('list events', 'watch events');
    const failure: { problems?: readonly { fix?: string }[] } = await tailEvents(await options()).catch(
      (error) => error,
    );
    expect(failure.problems?.[0]?.fix).to.contain('the right to list and watch events');
  });

  it('says once that the id of the cluster may not be read', async () => {
    world.api.faults.forbid('get namespaces');
    const settings = { ...(await world.settings()), cluster: {} };
    const said =
      'the id of the cluster is not known: the namespace kube-system may not be read; allow it, or set cluster.id';
    expect(await failureOf(printDocuments({ ...(await options({ settings })), once: true }))).to.equal(said);
    expect(await failureOf(tailEvents(await options({ settings, documents: true })))).to.equal(said);
    // Lines for people hold no id.
    const failure = failureOf(tailEvents(await options({ settings })));
    await until(() => world.api.openWatches === 1);
    end.abort(new Error('interrupted'));
    expect(await failure).to.equal('interrupted');
  });
});
