import { Chart, Testing } from 'cdk8s';
import { expect } from 'chai';
import { Command } from 'commander';
import { EventsForwarder, type EventsForwarderProps } from '../../../src/constructs/events-forwarder.js';
import type { EventsForwarderFile } from '../../../src/constructs/events-forwarder-config.js';
import { eventsFlags, eventsFlagValues, settingsOfFlags } from '../../../src/events/config/events-flags.js';
import { FILE_SETTINGS } from '../../../src/events/config/events-schema.js';
import type { EventsSettings } from '../../../src/events/config/events-settings.js';
import { readEventsConfig } from '../../../src/events/config/read-events-config.js';
import { memoryFiles } from '../../config/support.js';
import { configOf, fileOf, type Rendered } from '../../constructs/program-objects.js';

/** Paths of all settings in a type: what is neither a map of settings nor absent. */
type LeafPath<T> = {
  [K in keyof T & string]-?: NonNullable<T[K]> extends readonly unknown[] | string | number | boolean
    ? K
    : `${K}.${LeafPath<NonNullable<T[K]>>}`;
}[keyof T & string];

/** The compiler refuses this table when a setting of the file's type is missing or is not there. */
const SETTINGS: Readonly<Record<LeafPath<EventsForwarderFile>, true>> = {
  'cluster.id': true,
  'cluster.name': true,
  'source.namespaces.include': true,
  'source.namespaces.exclude': true,
  'source.types.include': true,
  'source.types.exclude': true,
  'source.reasons.include': true,
  'source.reasons.exclude': true,
  'source.kinds.include': true,
  'source.kinds.exclude': true,
  'source.fieldSelector': true,
  'source.labelSelector': true,
  'source.updateIntervalSeconds': true,
  'source.replayPerSecond': true,
  'shipper.url': true,
  'shipper.caFile': true,
  'shipper.basicAuth.usernameFile': true,
  'shipper.basicAuth.passwordFile': true,
  'shipper.maxBatchDocuments': true,
  'shipper.maxBatchBytes': true,
  'shipper.lingerMs': true,
  'shipper.inFlight': true,
  'shipper.requestTimeoutMs': true,
  'shipper.gzip': true,
  'queue.maxBytes': true,
  'spool.folder': true,
  'spool.maxBytes': true,
  'deadLetters.folder': true,
  'deadLetters.maxBytes': true,
  'standby.leaseName': true,
  'standby.leaseSeconds': true,
  'server.port': true,
  drainSeconds: true,
  logLevel: true,
  firstStart: true,
};

/** And the settled type has the same ones. */
const SETTLED: Readonly<Record<LeafPath<EventsSettings>, true>> = SETTINGS;

describe("the forwarder's flags", () => {
  it('are one for each setting of the file, under its name', () => {
    const paths = eventsFlags().map(({ path }) => path);
    expect(paths).to.have.members(Object.keys(SETTLED));
    expect(new Set(paths).size).to.equal(paths.length);
    for (const path of FILE_SETTINGS) expect(paths).to.include(path);
  });

  it('tell what they take, what they mean and what holds without them', () => {
    const flags = new Map(eventsFlags().map((flag) => [flag.path, flag]));
    expect(flags.get('shipper.url')!.flags).to.equal('--shipper.url <url>');
    expect(flags.get('source.namespaces.include')).to.deep.equal({
      path: 'source.namespaces.include',
      flags: '--source.namespaces.include <namespaces...>',
      description: 'Only these namespaces; all when empty.',
      default: [],
    });
    expect(flags.get('queue.maxBytes')).to.include({
      flags: '--queue.maxBytes <bytes>',
      default: 16_777_216,
    });
    expect(flags.get('shipper.gzip')).to.include({ flags: '--shipper.gzip', negated: '--no-shipper.gzip' });
    expect(flags.get('spool.folder')!.flags).to.equal('--spool.folder <folder>');
    expect(flags.get('shipper.caFile')!.flags).to.equal('--shipper.caFile <file>');
    expect(flags.get('logLevel')!.choices).to.deep.equal(['error', 'warn', 'info', 'debug']);
    for (const { description, flags: shown } of flags.values()) {
      expect(description, shown).to.match(/^[A-Z][^\n]{5,110}\.$/);
    }
  });

  it('are read back from a command line', async () => {
    const command = new Command().exitOverride().option('--config <file>');
    for (const { flags, negated, description } of eventsFlags()) {
      command.option(flags, description);
      if (negated) command.option(negated);
    }
    const line =
      '--config x --shipper.url http://s --queue.maxBytes 4Mi --source.kinds.include Pod Node --no-shipper.gzip --drainSeconds 3';
    command.parse(line.split(' '), { from: 'user' });
    const flags = eventsFlagValues(command.opts());
    expect(flags).to.have.all.keys(
      'shipper.url',
      'queue.maxBytes',
      'source.kinds.include',
      'shipper.gzip',
      'drainSeconds',
    );
    const settings = await readEventsConfig({ flags, cwd: '/' });
    expect(settings.queue.maxBytes).to.equal(4 * 1024 ** 2);
    expect(settings.source.kinds.include).to.deep.equal(['Pod', 'Node']);
    expect(settings.shipper.gzip).to.equal(false);
    expect(settings.drainSeconds).to.equal(3);
  });

  it('leave alone what does not fit, for the check that follows', () => {
    const flags = {
      'queue.maxBytes': '1e3',
      drainSeconds: '1.5',
      'shipper.gzip': 'yes',
      'spool.folder': undefined,
    };
    const { queue, drainSeconds, shipper, ...others } = settingsOfFlags(flags);
    expect({ ...(queue as object) }).to.deep.equal({ maxBytes: '1e3' });
    expect(drainSeconds).to.equal('1.5');
    expect({ ...(shipper as object) }).to.deep.equal({ gzip: 'yes' });
    expect(others).to.deep.equal({});
  });

  it('reach no prototype', () => {
    settingsOfFlags({ '__proto__.polluted': 1, 'constructor.prototype.polluted': 1 });
    expect({}).to.not.have.property('polluted');
  });
});

describe('what the construct writes', () => {
  const PROPS: EventsForwarderProps = {
    name: 'opni-events',
    namespace: 'opni',
    image: 'registry.example/opni-logging:1',
    clusterId: '0123',
    shipperUrl: 'http://opni-shipper.opni.svc.cluster.local:2021/log/ingest',
  };
  const everything: Partial<EventsForwarderProps> = {
    clusterName: 'no',
    shipperUrl: 'https://opni-shipper.opni.svc:2021/log/ingest',
    intakeCaSecret: 'intake-tls',
    intakeAuthSecret: 'intake-login',
    includeNamespaces: ['shop'],
    excludeNamespaces: ['kube-system'],
    types: ['Warning'],
    excludeReasons: ['null', '1e3'],
    spool: { size: '1Gi' },
  };
  const textOf = (props: Partial<EventsForwarderProps>) => {
    const chart = new Chart(Testing.app(), 'test');
    new EventsForwarder(chart, 'Events', { ...PROPS, ...props });
    const objects = chart.toJson() as Rendered[];
    return {
      text: configOf(objects)['events.yaml']!,
      file: fileOf<EventsForwarderFile>(objects, 'events.yaml'),
    };
  };

  for (const [title, props] of [
    ['of a small stack', {}],
    ['with everything', everything],
  ] as const) {
    it(`is read back to the same values, and nothing is left to a default: ${title}`, async () => {
      const { text, file } = textOf(props);
      const files = memoryFiles({ '/etc/opni-logging/events.yaml': text });
      const settings = await readEventsConfig({
        file: 'events.yaml',
        flags: {},
        cwd: '/etc/opni-logging',
        files,
      });
      expect(settings).to.deep.equal(file);
    });
  }
});
