import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { EVENTS_FORWARDER_DEFAULTS } from '../../src/constructs/events-forwarder-config.js';
import { eventsFlags } from '../../src/events/config/events-flags.js';
import { ForwarderMetrics } from '../../src/events/forwarder-metrics.js';
import { repositoryPath } from '../support/repository.js';

const PAGE = repositoryPath('docs/events.md');

/** A row for each setting of `events.yaml`. */
function settingsTable(): string {
  const rows = eventsFlags().map(({ path, description, default: byDefault, choices }) => {
    const allowed = choices ? ` One of ${choices.map((word) => `\`${word}\``).join(', ')}.` : '';
    const shown = byDefault === undefined ? '' : `\`${JSON.stringify(byDefault)}\``;
    return `| \`${path}\` | ${description}${allowed} | ${shown} |`;
  });
  return ['| Setting | Value | Default |', '| --- | --- | --- |', ...rows].join('\n');
}

/** A row for each metric, as a scrape tells it. */
function metricsTable(): string {
  const nothing = () => undefined;
  const metrics = new ForwarderMetrics({
    mark: nothing,
    queueBytes: nothing,
    queueDocuments: nothing,
    spoolBytes: nothing,
    active: () => true,
    degraded: () => false,
  });
  const described = [...metrics.registry.text().matchAll(/^# HELP (\S+) (.*)\n# TYPE \S+ (\w+)$/gm)];
  const rows = described.map(([, name, help, type]) => `| \`${name}\` | ${type} | ${help} |`);
  return ['| metric | type | what it tells |', '| --- | --- | --- |', ...rows].join('\n');
}

/** All code below a folder. */
function sourceOf(folder: string): string {
  return readdirSync(repositoryPath(folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(repositoryPath(folder), name), 'utf8'))
    .join('\n');
}

describe('docs/events.md', () => {
  for (const [name, table] of [
    ['settings', settingsTable],
    ['metrics', metricsTable],
  ] as const) {
    it(`lists all ${name} as the program has them`, () => {
      const text = readFileSync(PAGE, 'utf8');
      const marker = new RegExp(`(<!-- ${name}:.*?-->\\n)[\\s\\S]*?(<!-- /${name} -->)`);
      expect(text).to.match(marker);
      const wanted = text.replace(
        marker,
        (_, begin: string, end: string) => `${begin}\n${table()}\n\n${end}`,
      );
      if (process.env['UPDATE_GOLDEN']) writeFileSync(PAGE, wanted);
      else expect(text, 'run npm run golden:update').to.equal(wanted);
    });
  }

  it('quotes what the program logs, and metrics that there are', () => {
    const table = /^\| situation \|[\s\S]*?\n\n/m.exec(readFileSync(PAGE, 'utf8'))?.[0] ?? '';
    const rows = table.trimEnd().split('\n').slice(2);
    expect(rows.length).to.be.above(12);
    const seen = rows.flatMap((row) => [...row.split(' | ')[2]!.matchAll(/`([^`]+)`/g)]);
    const quoted = seen.map(([, text]) => text!.replace(/ ?…,? ?|\{.*\}$/g, ''));
    const source = `${sourceOf('src/events')}\n${metricsTable()}`;
    expect(quoted.filter((text) => !source.includes(text))).to.deep.equal([]);
  });

  it('names every section of the file that the construct writes', () => {
    const sections = new Set(eventsFlags().map(({ path }) => path.split('.')[0]));
    for (const section of Object.keys(EVENTS_FORWARDER_DEFAULTS)) expect([...sections]).to.include(section);
    expect(settingsTable().split('\n').length).to.be.above(30);
    expect(metricsTable().split('\n').length).to.be.above(15);
  });
});
