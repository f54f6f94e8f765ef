import { expect } from 'chai';
import fc from 'fast-check';
import { formatProblem, OpniLoggingError } from '../../../src/common/error.js';
import { EVENTS_FORWARDER_DEFAULTS } from '../../../src/constructs/events-forwarder-config.js';
import { eventsFlags } from '../../../src/events/config/events-flags.js';
import { eventsNotes } from '../../../src/events/config/events-format.js';
import { readEventsConfig } from '../../../src/events/config/read-events-config.js';
import { memoryFiles, refusalOf } from '../../config/support.js';

const URL_LINE = 'shipper:\n  url: http://shipper:2021/log/ingest\n';
const FOLDER = '/etc/forwarder';
const FILE = 'conf/events.yaml';

interface Given {
  readonly flags?: Readonly<Record<string, unknown>>;
  readonly urlRequired?: boolean;
}

const read = (text: string | undefined, given: Given = {}) =>
  readEventsConfig({
    ...(text !== undefined && { file: FILE }),
    flags: {},
    cwd: FOLDER,
    files: memoryFiles({ [`${FOLDER}/${FILE}`]: text ?? '' }),
    ...given,
  });

/** What a user is shown; empty when all is accepted. */
async function shownFor(text: string | undefined, given: Given = {}): Promise<string> {
  try {
    await read(text, given);
    return '';
  } catch (error) {
    if (error instanceof OpniLoggingError && error.code === 'config')
      return error.problems.map(formatProblem).join('\n');
    throw error;
  }
}

describe("the forwarder's settings", () => {
  it('are the defaults, where a file says no more than the address', async () => {
    const { shipper, ...rest } = EVENTS_FORWARDER_DEFAULTS;
    expect(await read(URL_LINE)).to.deep.equal({
      ...rest,
      cluster: {},
      shipper: { ...shipper, url: 'http://shipper:2021/log/ingest' },
    });
  });

  it('come from flags alone when there is no file', async () => {
    const flags = { 'shipper.url': 'https://shipper:2021/log/ingest', 'queue.maxBytes': '32Mi' };
    const settings = await read(undefined, { flags });
    expect(settings.shipper.url).to.equal('https://shipper:2021/log/ingest');
    expect(settings.queue).to.deep.equal({ maxBytes: 32 * 1024 ** 2 });
  });

  it('are those of the flags, one by one, where file and flags differ', async () => {
    const text = `${URL_LINE}  lingerMs: 100\n  inFlight: 2\nsource:\n  reasons:\n    include: [Pulled, Killing]\n    exclude: [Failed]\n`;
    const flags = { 'shipper.inFlight': '8', 'source.reasons.include': ['Created'], 'shipper.gzip': true };
    const { shipper, source } = await read(text, { flags });
    expect(shipper).to.include({ lingerMs: 100, inFlight: 8, gzip: true });
    expect(source.reasons).to.deep.equal({ include: ['Created'], exclude: ['Failed'] });
  });

  it('can be set to false by a flag', async () => {
    const { shipper } = await read(`${URL_LINE}  gzip: true\n`, { flags: { 'shipper.gzip': false } });
    expect(shipper.gzip).to.equal(false);
  });

  it('name files from the folder of the file, and in flags from the working folder', async () => {
    const text =
      'shipper:\n  url: https://shipper/x\n  caFile: ca.crt\n  basicAuth: { usernameFile: /u, passwordFile: ../p }\n';
    const flags = { 'deadLetters.folder': 'dead', 'deadLetters.maxBytes': 65536 };
    const { shipper, deadLetters } = await read(text, { flags });
    expect(shipper.caFile).to.equal('/etc/forwarder/conf/ca.crt');
    expect(shipper.basicAuth).to.deep.equal({ usernameFile: '/u', passwordFile: '/etc/forwarder/p' });
    expect(deadLetters).to.deep.equal({ folder: '/etc/forwarder/dead', maxBytes: 65536 });
  });

  it('fall back to their defaults where null is written', async () => {
    const settings = await read(`${URL_LINE}standby: null\nspool: null\ndrainSeconds: null\n`);
    expect(settings.standby.leaseSeconds).to.equal(10);
    expect(settings).to.not.have.property('spool');
    expect(settings.drainSeconds).to.equal(25);
  });

  it('cannot be changed by who reads them', async () => {
    const settings = await read(URL_LINE);
    expect(() => (settings.source.kinds.include as string[]).push('Pod')).to.throw(TypeError);
    expect(settings.shipper).to.be.frozen;
  });

  it('need no address where nothing is sent', async () => {
    expect((await read('logLevel: debug\n', { urlRequired: false })).shipper.url).to.equal(undefined);
    expect(await shownFor('logLevel: debug\n')).to.match(
      /^conf\/events\.yaml:1:1: shipper\.url: is required/,
    );
    expect(await shownFor(undefined)).to.match(/^--shipper\.url: is required but missing/);
  });
});

describe("the forwarder's file is refused", () => {
  /** Lines below {@link URL_LINE}, and parts of what is said. */
  const cases: readonly (readonly [title: string, text: string, ...says: string[]])[] = [
    [
      'an unknown key',
      'qeue:\n  maxBytes: 2\n',
      '3:1: qeue: unknown setting "qeue"',
      'did you mean "queue"?',
    ],
    [
      'a key in the wrong place',
      'leaseSeconds: 9\n',
      '3:1: leaseSeconds: ',
      'belongs to standby.leaseSeconds',
    ],
    ['text for a number', 'drainSeconds: "25"\n', '3:15: drainSeconds: ', 'write 25 without quotes'],
    [
      'a size for a number of bytes',
      'queue:\n  maxBytes: 16Mi\n',
      '4:13: queue.maxBytes: ',
      'write 16777216',
    ],
    [
      'a type that there is not',
      'source: { types: { include: [Warnin] } }\n',
      'types.include[0]',
      '"Warning"?',
    ],
    ['a pattern of reasons', 'source: { reasons: { exclude: ["Pull*"] } }\n', 'patterns are not supported'],
    ['an empty selector', 'source: { fieldSelector: "" }\n', 'source.fieldSelector: must not be empty'],
    ['a level that there is not', 'logLevel: trace\n', 'one of error, warn, info, debug'],
    ['a first start that there is not', 'firstStart: retain\n', 'did you mean "retained"?'],
    [
      'half of an account',
      '  basicAuth: { usernameFile: u }\n',
      '3:3: shipper.basicAuth.passwordFile: is required',
    ],
    ['a folder without a limit', 'spool: { folder: s }\n', 'spool.maxBytes: is required but missing'],
    ['an authority without https', '  caFile: ca.crt\n', '3:3: shipper.caFile: ', 'https:// in shipper.url'],
    [
      'a small queue',
      '  maxBatchBytes: 10000000\n',
      'queue.maxBytes: 16777216 has no room',
      '20000000 or more',
    ],
    [
      'one folder for two things',
      'spool: { folder: a, maxBytes: 16777216 }\ndeadLetters: { folder: ./a, maxBytes: 65536 }\n',
      'deadLetters.folder: is the folder of the spool',
    ],
    ['a second address', 'shipper:\n  url: http://b/\n', 'stands twice, first in line 1'],
    ['an anchor', 'queue: &a\n  maxBytes: 2000000\n', 'anchors', 'write the value out where it is needed'],
  ];
  for (const [title, text, ...says] of cases) {
    it(`for ${title}`, async () => {
      const shown = await shownFor(URL_LINE + text);
      for (const part of says) expect(shown).to.include(part);
    });
  }

  it('with all problems of file and flags at once, each with its place', async () => {
    const text = 'shipper:\n  url: ftp://x\n  inFlight: 0\nserver:\n  port: 65536\n';
    const flags = { 'standby.leaseSeconds': '4', 'queue.maxBytes': '1Zi', 'shipper.ulr': 'x' };
    const refusal = await refusalOf(read(text, { flags }));
    expect(refusal.problems.map(({ file, line, column, path }) => [file, line, column, path])).to.deep.equal([
      [undefined, undefined, undefined, '--queue.maxBytes'],
      [undefined, undefined, undefined, '--shipper.ulr'],
      [undefined, undefined, undefined, '--standby.leaseSeconds'],
      [FILE, 2, 8, 'shipper.url'],
      [FILE, 3, 13, 'shipper.inFlight'],
      [FILE, 5, 9, 'server.port'],
    ]);
    for (const { fix } of refusal.problems) expect(fix).to.be.a('string');
  });

  it('for nothing but its contents, whatever the flags hold', async () => {
    const paths = eventsFlags().map(({ path }) => path);
    const names = fc.oneof(
      fc.constantFrom(...paths, 'shipper', 'spool', 'cluster.id.x', '', '.'),
      fc.string(),
    );
    const flags = fc.dictionary(
      names,
      fc.oneof(fc.anything(), fc.constantFrom('16Mi', '1', '-1', 'true', 'x')),
    );
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(flags, async (given) => {
        const { maxBytes } = EVENTS_FORWARDER_DEFAULTS.queue;
        if ((await shownFor(URL_LINE, { flags: given })) !== '') return;
        accepted++;
        const { queue } = await read(URL_LINE, { flags: given });
        expect(queue.maxBytes)
          .to.be.a('number')
          .and.be.at.least(1024 ** 2);
        if (given['queue.maxBytes'] === undefined) expect(queue.maxBytes).to.equal(maxBytes);
      }),
      { numRuns: 300 },
    );
    expect(accepted).to.be.greaterThan(0);
  });

  it('when it is not there, is a folder, is empty or is no map', async () => {
    const files = memoryFiles({ '/a/empty.yaml': '', '/a/list.yaml': '- 1\n' });
    const reading = async (file: string) => {
      const { problems } = await refusalOf(readEventsConfig({ file, flags: {}, cwd: '/', files }));
      return problems.map(formatProblem).join('\n');
    };
    expect(await reading('a/none.yaml')).to.include('a/none.yaml: does not exist');
    expect(await reading('a')).to.include('a: is no file');
    expect(await reading('a/empty.yaml'))
      .to.include('is empty')
      .and.include('shipper.url');
    expect(await reading('a/list.yaml'))
      .to.include('is not a map of settings')
      .and.include('"shipper:"');
  });

  it('when it cannot be read, with the reason of the system', async () => {
    const files = {
      ...memoryFiles({ '/a': 'x' }),
      read: () => Promise.reject(Object.assign(new Error('no'), { code: 'EACCES' })),
    };
    const { problems } = await refusalOf(readEventsConfig({ file: '/a', flags: {}, cwd: '/', files }));
    expect(problems).to.have.length(1);
    expect(problems[0]!.message).to.equal('cannot be read: EACCES');
  });

  for (const [title, text] of [
    ['in an address', 'shipper:\n  url: https://me:hunter2@shipper:2021/x\n'],
    ['as a user alone', 'shipper:\n  url: https://hunter2@shipper:2021/x\n'],
    ['in a query', 'shipper:\n  url: https://shipper:2021/x?token=hunter2\n'],
    ['as a setting', `${URL_LINE}  basicAuth: { username: me, password: hunter2 }\n`],
  ] as const) {
    it(`for a secret ${title}, without showing it`, async () => {
      const shown = await shownFor(text);
      expect(shown).to.not.equal('').and.not.include('hunter2');
    });
  }

  it('for a password in an address, naming where it belongs', async () => {
    const shown = await shownFor(undefined, { flags: { 'shipper.url': 'http://me:hunter2@shipper/' } });
    expect(shown).to.include('--shipper.url: holds credentials').and.include('shipper.basicAuth');
    expect(shown).to.not.include('hunter2').and.not.include('opensearch');
  });
});

describe("the forwarder's limits", () => {
  /** Setting, smallest and largest value. */
  const limits: readonly (readonly [path: string, least: number, most?: number])[] = [
    ['queue.maxBytes', 1024 ** 2],
    ['shipper.maxBatchBytes', 1024, 10 * 1024 ** 2],
    ['shipper.maxBatchDocuments', 1, 12_800],
    ['shipper.lingerMs', 0, 60_000],
    ['shipper.inFlight', 1, 64],
    ['shipper.requestTimeoutMs', 100, 600_000],
    ['source.updateIntervalSeconds', 0, 86_400],
    ['source.replayPerSecond', 0],
    ['spool.maxBytes', 16 * 1024 ** 2],
    ['deadLetters.maxBytes', 64 * 1024],
    ['standby.leaseSeconds', 5, 300],
    ['server.port', 0, 65_535],
    ['drainSeconds', 0, 3600],
  ];
  for (const [path, least, most] of limits) {
    it(`of ${path} hold exactly`, async () => {
      const shown = (value: number) => {
        const room = path.startsWith('queue')
          ? { 'shipper.maxBatchBytes': 1024 }
          : { 'queue.maxBytes': '64Mi' };
        const folder = { 'spool.folder': 'a', 'spool.maxBytes': '1Gi', 'deadLetters.folder': 'b' };
        const whole = { ...folder, 'deadLetters.maxBytes': '1Mi', ...room, [path]: value };
        return shownFor(URL_LINE, { flags: whole });
      };
      expect(await shown(least)).to.equal('');
      expect(await shown(least - 1)).to.include(`--${path}: ${least - 1} is too small`);
      if (most === undefined) return;
      expect(await shown(most)).to.equal('');
      expect(await shown(most + 1)).to.include(`--${path}: ${most + 1} is too large`);
    });
  }

  it('leave room for two requests in the queue, exactly', async () => {
    const flags = (maxBatchBytes: number) => ({
      'queue.maxBytes': '2Mi',
      'shipper.maxBatchBytes': maxBatchBytes,
    });
    expect(await shownFor(URL_LINE, { flags: flags(1024 ** 2) })).to.equal('');
    expect(await shownFor(URL_LINE, { flags: flags(1024 ** 2 + 1) })).to.include('no room for two requests');
  });
});

describe('notes on accepted settings', () => {
  it('warn of bodies that a Kafka buffer splits, from the first byte too many', async () => {
    const notes = async (maxBatchBytes: number) =>
      eventsNotes(await read(URL_LINE, { flags: { 'shipper.maxBatchBytes': maxBatchBytes } }));
    expect(await notes(1024 ** 2 - 1024)).to.deep.equal([]);
    expect((await notes(1024 ** 2 - 1023)).join())
      .to.include('Kafka')
      .and.include('shipper.maxBatchBytes');
  });

  it('warn of a password that goes over the network in clear', async () => {
    const text = (scheme: string) =>
      `shipper:\n  url: ${scheme}://shipper\n  basicAuth: { usernameFile: u, passwordFile: p }\n`;
    expect(eventsNotes(await read(text('https')))).to.deep.equal([]);
    expect(eventsNotes(await read(text('http'))).join()).to.include('in clear');
  });
});
