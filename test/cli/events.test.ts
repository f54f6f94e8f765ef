import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { kubeconfigText } from '../kube/api-server.js';
import { EventCorpus } from '../support/events/event-corpus.js';
import { EventStore } from '../support/events/event-store.js';
import { type FakeEventsApi, startFakeEventsApi } from '../support/events/fake-events-api.js';
import { type RunOptions, runCli } from './fake-context.js';
import { type TemporaryFolder, temporaryFolder } from './temporary-folder.js';

const UID = '8a3d1c52-77f0-4b1e-9d54-0c6f2e9b7a10';

describe('opni-logging events', () => {
  let api: FakeEventsApi;
  let store: EventStore;
  let folder: TemporaryFolder;
  const corpus = new EventCorpus({ oddEvery: 0 });

  beforeEach(async () => {
    store = new EventStore();
    api = await startFakeEventsApi({ store });
    folder = temporaryFolder();
    folder.write('kubeconfig', kubeconfigText(api.url));
  });

  afterEach(() => {
    api.close();
    folder.remove();
  });

  const cli = (args: readonly string[], more: RunOptions = {}) =>
    runCli(args, { cwd: folder.path, env: { KUBECONFIG: `${folder.path}/kubeconfig` }, ...more });

  const create = (count = 1) => {
    for (let made = 0; made < count; made++) store.create(corpus.next());
  };
  const ids = () =>
    store
      .states()
      .map(({ id }) => id)
      .sort();
  const documentsIn = (text: string) =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));

  /** An event about a pod, seen a minute ago. */
  const seen = (name: string, type = 'Normal', message = 'Started container') =>
    store.create({
      involvedObject: { kind: 'Pod', namespace: 'shop', name },
      reason: 'Started',
      message,
      type,
      lastTimestamp: new Date(Date.now() - 60_000).toISOString().replace(/\.\d+Z/, 'Z'),
    });

  /** Follows the events until so many lines are there, with another event while it does. */
  async function tail(args: readonly string[], lines: number, more: RunOptions = {}) {
    const end = new AbortController();
    let shown = 0;
    const onStdout = (text: string) => {
      shown += text.split('\n').length - 1;
      if (shown >= lines) end.abort();
    };
    const running = cli(['events', 'tail', ...args], { ...more, signal: end.signal, onStdout });
    while (api.openWatches === 0 && !end.signal.aborted) await delay(2);
    return running;
  }

  it('prints the documents of the events that there are, one a line, and ends', async () => {
    create(30);
    const { code, stdout, stderr } = await cli(['events', '--dry-run', '--once']);
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    const documents = documentsIn(stdout);
    expect(documents.map(({ event_id }) => event_id).sort()).to.deep.equal(ids());
    for (const document of documents) {
      expect(document).to.include({ cluster_id: UID, log_type: 'event' });
      expect(document.metadata).to.not.have.property('managedFields');
    }
    expect(api.requests.map(({ method }) => method)).to.deep.equal(['GET', 'GET']);
  });

  it('prints the documents that the file and the flags ask for', async () => {
    seen('a', 'Warning');
    seen('b', 'Normal');
    folder.write('events.yaml', 'cluster:\n  id: mine\nsource:\n  types:\n    include: [Normal]\n');
    const ofFile = await cli(['events', '--dry-run', '--once', '--config', 'events.yaml']);
    expect(documentsIn(ofFile.stdout)).to.have.length(1);
    expect(documentsIn(ofFile.stdout)[0]).to.include({ cluster_id: 'mine', pod_name: 'b' });
    const flags = ['--source.types.include', 'Warning'];
    const ofFlags = await cli(['events', '--dry-run', '--once', '--config', 'events.yaml', ...flags]);
    expect(documentsIn(ofFlags.stdout)[0]).to.include({ cluster_id: 'mine', pod_name: 'a' });
  });

  it('follows the events until it is interrupted, with a line for each', async () => {
    seen('web-1');
    seen('web-2', 'Warning', 'Back-off\n\u001b[31m restarting');
    const { code, stdout, stderr } = await tail([], 2);
    expect({ code, stderr }).to.deep.equal({ code: 130, stderr: '' });
    const [first, second] = stdout.split('\n');
    expect(first).to.match(/^\d\d:\d\d:\d\d {2}Normal {3}Pod shop\/web-1 {24}Started {13}Started container$/);
    expect(second).to.match(
      /^\d\d:\d\d:\d\d {2}Warning {2}Pod shop\/web-2 {24}Started {13}Back-off \ufffd\[31m restarting$/,
    );
  });

  it('shows what comes later too, and leaves out what is older than asked', async () => {
    store.create({ message: 'old', lastTimestamp: new Date(Date.now() - 3_700_000).toISOString() });
    seen('early');
    const running = tail(['--since', '1h'], 2);
    while (api.openWatches === 0) await delay(2);
    seen('late');
    const { stdout } = await running;
    expect(stdout).to.contain('shop/early').and.contain('shop/late').and.not.contain('old');
  });

  it('follows them as documents with --json, one a line', async () => {
    seen('web-1');
    seen('web-2');
    const { code, stdout } = await tail(['--json'], 2);
    expect(code).to.equal(130);
    expect(
      documentsIn(stdout)
        .map(({ event_id }) => event_id)
        .sort(),
    ).to.deep.equal(ids());
    expect(documentsIn(stdout)[0]).to.include({ cluster_id: UID, log_type: 'event' });
  });

  it('takes the filters of tail', async () => {
    seen('web-1', 'Normal');
    seen('web-2', 'Warning');
    store.create({ ...corpus.next(), involvedObject: { kind: 'Node', name: 'n' }, type: 'Warning' });
    const args = ['-n', 'shop', '--type', 'Warning', '--kind', 'Pod', '--reason', 'Started'];
    const { stdout } = await tail(args, 1);
    expect(stdout.trimEnd().split('\n')).to.have.length(1);
    expect(stdout).to.contain('shop/web-2');
    expect(api.requests.at(-1)!.path).to.contain('/namespaces/shop/events');
  });

  it('colours lines on a terminal only', async () => {
    seen('web-1', 'Warning');
    const { stdout } = await tail([], 1, { terminal: true });
    expect(stdout).to.contain('\u001b[33mWarning\u001b[39m').and.contain('\u001b[1mPod shop/web-1');
  });

  for (const [args, what] of [
    [['events', '--dry-run', '--once'], 'list'],
    [['events', '--dry-run'], '(list|watch)'],
    [['events', 'tail'], '(list|watch)'],
  ] as const) {
    it(`ends \`${args.join(' ')}\` with a clear message when events may not be read (case 18)`, async () => {
      api.faults.forbid('list events', 'watch events');
      const { code, stdout, stderr } = await cli(args);
      expect({ code, stdout }).to.deep.equal({ code: 1, stdout: '' });
      expect(stderr).to.match(
        new RegExp(
          `^error: ${what} /api/v1/events: events is forbidden: User "[^"]+" cannot ${what} resource "events"`,
        ),
      );
      const json = await cli([...args, '--json']);
      expect(JSON.parse(json.stdout)).to.include({ ok: false, code: 'cluster' });
    });
  }

  it('says what is wrong with the settings, and where', async () => {
    folder.write('bad.yaml', 'shipper:\n  inFlight: 0\n  colour: red\n');
    const { code, stderr } = await cli(['events', '--config', 'bad.yaml', '--queue.maxBytes', 'much']);
    expect(code).to.equal(1);
    expect(stderr).to.match(/^bad\.yaml:2:\d+.*shipper\.inFlight/m);
    expect(stderr).to.match(/^bad\.yaml:3:\d+.*shipper\.colour/m);
    expect(stderr).to.contain('--queue.maxBytes').and.contain('shipper.url');
    expect(api.requests).to.deep.equal([]);
    const missing = await cli(['events', '--dry-run', '--config', 'none.yaml']);
    expect(missing.stderr).to.contain('none.yaml').and.contain('does not exist');
  });

  for (const [args, message] of [
    [['events', '--frobnicate'], "unknown option '--frobnicate'"],
    [['events', 'tial'], 'events takes no argument tial'],
    [['events', 'tail', '--since', 'soon'], 'Write it as in 90s, 5m or 1h.'],
    [['events', 'tail', '--dryrun'], "unknown option '--dryrun'"],
    [['events', 'tail', 'more'], 'too many arguments'],
    [['events', '--logLevel', 'loud'], 'Allowed choices are'],
  ] as const) {
    it(`refuses \`${args.join(' ')}\` with 2`, async () => {
      const { code, stdout, stderr } = await cli(args);
      expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' });
      expect(stderr)
        .to.match(/^error: /)
        .and.contain(message);
      expect(api.requests).to.deep.equal([]);
    });
  }

  it('prints the help of both, with every setting and examples', async () => {
    const { code, stdout } = await cli(['events', '--help']);
    expect(code).to.equal(0);
    for (const part of [
      '--dry-run',
      '--once',
      '--config <file>',
      '--shipper.url <url>',
      '--queue.maxBytes',
      'SIGTERM',
    ])
      expect(stdout).to.contain(part);
    const tailHelp = await cli(['events', 'tail', '--help']);
    expect(tailHelp.code).to.equal(0);
    expect(tailHelp.stdout)
      .to.contain('--since <duration>')
      .and.contain('(default: 10m)')
      .and.contain('Examples:');
  });
});
