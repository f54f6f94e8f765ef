import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { parseDocument } from 'yaml';
import { applyDefaults } from '../../src/config/defaults.js';
import { loadConfigText } from '../../src/config/load.js';
import { effectiveValues } from '../../src/config/origin.js';
import { configurationReference } from '../../src/config/reference.js';
import { resolveConfig } from '../../src/config/resolve.js';
import { DISTRIBUTIONS } from '../../src/config/schema/cluster.js';
import { configTemplate, type TemplateValues } from '../../src/config/template.js';
import type { ClusterInput } from '../../src/config/types.js';
import { only, problemsOf, refusal, SMALLEST } from './support.js';

const INPUT: ClusterInput = {
  apiVersion: 'opni-logging/v1',
  cluster: { name: 'prod-eu-1', distribution: 'rke2' },
  opensearch: { url: 'https://opensearch.example.com:9200', username: 'logs-writer' },
};

const frozen = (value: unknown): boolean =>
  typeof value !== 'object' ||
  value === null ||
  (Object.isFrozen(value) && Object.values(value).every(frozen));

describe('resolveConfig', () => {
  it('gives the same configuration as a file with the same settings', () => {
    expect(resolveConfig(INPUT)).to.deep.equal(only(SMALLEST).config);
  });

  it('freezes what it returns and leaves its input alone', () => {
    const input = structuredClone({
      ...INPUT,
      overrides: [{ kind: 'A', name: 'b', merge: { x: { y: [1] } } }],
    });
    const before = structuredClone(input);
    expect(frozen(resolveConfig(input))).to.equal(true);
    expect(input).to.deep.equal(before);
    expect(Object.isFrozen(input.overrides[0]?.merge)).to.equal(false);
  });

  it('takes undefined and null as left out', () => {
    const input = { ...INPUT, prefix: undefined, shipper: { replicas: null, autoscaling: undefined } };
    expect(resolveConfig(input as unknown as ClusterInput)).to.deep.equal(resolveConfig(INPUT));
  });

  it('keeps null inside an override, where it removes', () => {
    const input = { ...INPUT, overrides: [{ kind: 'A', name: 'b', merge: { spec: { replicas: null } } }] };
    expect(resolveConfig(input).overrides[0]?.merge).to.deep.equal({ spec: { replicas: null } });
  });

  it('refuses with every problem, by path', () => {
    const wrong = {
      ...INPUT,
      prefix: 3,
      shipper: { replicas: '2', password: 'hunter2', buffer: { type: 'kafka' } },
    };
    const error = refusal(() => resolveConfig(wrong as unknown as ClusterInput));
    expect(error.code).to.equal('config');
    expect(error.problems.map(({ path }) => path)).to.deep.equal([
      'prefix',
      'shipper.buffer.type',
      'shipper.password',
      'shipper.replicas',
    ]);
    expect(JSON.stringify(error.problems)).not.to.include('hunter2');
    expect(error.problems.every(({ file, line }) => file === undefined && line === undefined)).to.equal(true);
  });

  it('refuses what no file could hold, and values that hold themselves', () => {
    const loop: Record<string, unknown> = {};
    loop['loop'] = loop;
    for (const value of [() => 1, 1n, Number.NaN, loop]) {
      const input = { ...INPUT, overrides: [{ kind: 'A', name: 'b', merge: { value } }] };
      expect(refusal(() => resolveConfig(input)).problems).not.to.deep.equal([]);
    }
    expect(refusal(() => resolveConfig('x' as unknown as ClusterInput)).problems[0]?.message).to.include(
      'object',
    );
  });
});

describe('applyDefaults', () => {
  it('keeps what is given, fills sections, and leaves optional sections out', () => {
    const config = applyDefaults({ ...INPUT, shipper: { buffer: { records: 4000 } } });
    expect(config.shipper.buffer).to.deep.equal({ type: 'memory', records: 4000, batchRecords: 2000 });
    expect(config).not.to.have.any.keys('agent');
    expect(config.opensearch).not.to.have.any.keys('ca');
    expect(config.scheduling.collectorTolerations).to.deep.equal([{ operator: 'Exists' }]);
  });

  it('fills an optional section that is there', () => {
    const config = applyDefaults({
      ...INPUT,
      shipper: { autoscaling: {} },
      collection: { events: { spool: {} } },
    });
    expect(config.shipper.autoscaling?.maxReplicas).to.equal(6);
    expect(config.collection.events.spool).to.deep.equal({ size: '1Gi' });
  });
});

describe('effectiveValues', () => {
  const values = effectiveValues(
    only(
      `${SMALLEST}scheduling:\n  nodeSelector: {disk/type: ssd}\nshipper: {buffer: {records: 5000}, replicas: null}\n`,
    ),
  );
  const at = (path: string) => values.find((value) => value.path === path);

  it('tells where each value came from', () => {
    expect(at('cluster.name')).to.deep.equal({
      path: 'cluster.name',
      value: 'prod-eu-1',
      origin: { file: 'a.yaml', line: 3, column: 3 },
    });
    expect(at('shipper.buffer.records')?.origin).to.deep.equal({ file: 'a.yaml', line: 10, column: 20 });
    expect(at('shipper.buffer.type')).to.include({ value: 'memory', origin: 'default' });
    expect(at('shipper.replicas')).to.include({ value: 2, origin: 'default' });
    expect(at('scheduling.nodeSelector["disk/type"]')?.origin).to.include({ line: 9 });
    expect(at('collection.pods.includeLabels')).to.deep.include({ value: {}, origin: 'default' });
  });

  it('follows the order of the schema and leaves out what is absent', () => {
    const paths = values.map(({ path }) => path);
    expect(paths.slice(0, 3)).to.deep.equal(['apiVersion', 'cluster.name', 'cluster.distribution']);
    expect(paths.indexOf('namespace')).to.be.below(paths.indexOf('opensearch.url'));
    expect(paths.some((path) => path.startsWith('agent') || path.startsWith('opensearch.ca'))).to.equal(
      false,
    );
    expect(new Set(paths).size).to.equal(paths.length);
  });
});

describe('configTemplate', () => {
  const values: TemplateValues = {
    name: 'prod-eu-1',
    distribution: 'rke2',
    url: 'https://opensearch.example.com:9200',
    username: 'logs-writer',
  };
  const uncommented = (text: string) => text.replaceAll(/^#(?! [^ ])/gm, '');

  it('loads as it is and gives what was asked for', () => {
    const { config } = only(configTemplate(values));
    expect(config).to.deep.equal(only(SMALLEST).config);
  });

  for (const distribution of DISTRIBUTIONS) {
    it(`loads with every comment made a setting, for ${distribution}`, () => {
      const text = configTemplate({ ...values, distribution, schema: './schema.json' });
      const open = uncommented(text);
      expect(problemsOf(open)).to.deep.equal([]);
      expect(
        open
          .split('\n')
          .filter((line) => line.startsWith('#'))
          .every((line) => /^# [^ ]/.test(line)),
      ).to.equal(true);
      expect(Object.keys(parseDocument(open).toJS() as object)).to.include.members([
        'collection',
        'security',
        'images',
      ]);
    });
  }

  it('writes the schema line first, and all that was detected', () => {
    const text = configTemplate({
      ...values,
      id: '0123',
      kubernetesVersion: '1.31',
      schema: 'https://x/s.json',
    });
    expect(text.split('\n')[0]).to.equal('# yaml-language-server: $schema=https://x/s.json');
    expect(only(text).config.cluster).to.include({ id: '0123', kubernetesVersion: '1.31' });
  });

  it('quotes text that would be read as something else', () => {
    for (const username of [
      'no',
      'true',
      '1.30',
      '0755',
      'a: b',
      '#x',
      '"',
      '2024-01-01',
      '1e3',
      '~',
      'a\nb',
    ]) {
      expect(only(configTemplate({ ...values, username })).config.opensearch?.username).to.equal(username);
    }
  });

  it('stays short: a screen or two', () => {
    const lines = configTemplate(values).split('\n');
    expect(lines.length).to.be.below(90);
    expect(Math.max(...lines.map((line) => line.length))).to.be.below(140);
  });
});

describe('configurationReference', () => {
  it('tells the default resources of every container', () => {
    const rows = configurationReference()
      .split('\n')
      .filter((row) => /^\| `\S+\.resources`/.test(row));
    expect(rows).to.have.length(7);
    for (const row of rows)
      expect(row).to.match(/cpu `\d+m`, memory `\d+[MG]i`; limits: memory `\d+[MG]i` \|$/);
  });
});

describe('docs/configuration.md', () => {
  // Compiled tests lie in <out>/test/config; the sources may be elsewhere.
  const page = new URL('docs/configuration.md', `file://${process.cwd()}/`);
  const text = readFileSync(page, 'utf8');
  const marker = /(<!-- reference:.*?-->\n)[\s\S]*(<!-- \/reference -->)/;

  it('lists all settings as the schema has them', () => {
    const wanted = text.replace(
      marker,
      (_, begin: string, end: string) => `${begin}\n${configurationReference()}\n${end}`,
    );
    if (process.env['UPDATE_GOLDEN']) writeFileSync(page, wanted);
    else expect(text, 'run npm run golden:update').to.equal(wanted);
  });

  it('shows configurations that load', () => {
    const blocks = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, block]) => block!);
    const complete = blocks.filter((block) => /^(# prod-eu-1\.yaml\n)?apiVersion:/.test(block));
    expect(complete).to.have.length(2);
    for (const block of complete) expect(loadConfigText(block).size).to.be.above(0);
  });

  it('shows errors as they are', () => {
    const example = /```text\n(prod-eu-1\.yaml:[\s\S]*?)```/.exec(text)![1]!;
    const wrong = `${SMALLEST.replace('rke2', 'rk2')}replicas: 3\n`;
    const shown = problemsOf(wrong, 'prod-eu-1.yaml').map(
      ({ file, line, column, path, message, fix }) =>
        `${file}:${line}:${column}: ${path}: ${message}\n    fix: ${fix}\n`,
    );
    expect(example).to.equal(shown.join(''));
  });
});
