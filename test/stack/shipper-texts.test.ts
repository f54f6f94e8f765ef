import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { load } from 'js-yaml';
import { parse } from 'yaml';
import { formatProblem } from '../../src/common/error.js';
import type { KubernetesObject } from '../../src/constructs/kubernetes-object.js';
import type { PipelinesFile } from '../../src/data-prepper/pipeline-model.js';
import { validatePipelines } from '../../src/data-prepper/validate-pipelines.js';
import { skipWithoutBash } from '../data-prepper/bash.js';
import { useTempDir } from '../support/temp-dir.js';
import { at, one, walk } from './object-parts.js';
import { defaults, everythingOn, renderStack, STACK_CASES, stackObjects } from './stack-cases.js';

const shipperOf = (objects: readonly KubernetesObject[]) =>
  objects.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name.endsWith('-shipper'))!;
const filesOf = (objects: readonly KubernetesObject[]) =>
  one(objects, 'ConfigMap', shipperOf(objects).metadata.name)['data'] as Record<string, string>;

/** A pipelines file as Data Prepper reads it: every key but the version is a pipeline. */
function pipelinesOf(text: string): PipelinesFile {
  const { version, ...pipelines } = load(text) as { version: string };
  return { version, pipelines } as unknown as PipelinesFile;
}

describe('the pipelines of every stack', () => {
  const objectsOf = stackObjects();

  for (const stackCase of STACK_CASES) {
    it(`parse, and are what Data Prepper takes: ${stackCase.title}`, () => {
      const file = pipelinesOf(filesOf(objectsOf(stackCase))['pipelines.yaml']!);
      expect(validatePipelines(file).map(formatProblem)).to.deep.equal([]);
      expect(Object.keys(file.pipelines)).to.deep.equal(['intake', 'dlq_pipeline']);
    });
  }

  it('read only certificates that are mounted', () => {
    const objects = renderStack(everythingOn('eks'));
    const pipelines = load(filesOf(objects)['pipelines.yaml']!);
    const container = at(shipperOf(objects), 'spec.template.spec.containers.0');
    const mounts = (at(container, 'volumeMounts') as { mountPath: string }[]).map(
      ({ mountPath }) => mountPath,
    );
    const files = [...walk(pipelines)]
      .filter(({ path }) => /(cert|_file)$/.test(path))
      .map(({ value }) => value);
    expect(new Set(files)).to.deep.equal(
      new Set(['/etc/opni-ca/ca.crt', '/etc/opni-tls/tls.crt', '/etc/opni-tls/tls.key']),
    );
    for (const file of files) expect(mounts).to.include(dirname(file as string));
  });

  it('write the indices of the cluster alone when the layout says so', () => {
    const indices = [...walk(load(filesOf(renderStack(everythingOn('eks')))['pipelines.yaml']!))]
      .filter(({ path }) => path.endsWith('opensearch.index'))
      .map(({ value }) => value);
    expect(indices).to.deep.equal([
      'k8s-c1-events-${formatDateTime(/@timestamp, "yyyy.MM.dd")}',
      'k8s-c1-hosts-${formatDateTime(/@timestamp, "yyyy.MM.dd")}',
      'k8s-c1-pods-${formatDateTime(/@timestamp, "yyyy.MM.dd")}',
      'k8s-c1-dead-letters',
    ]);
  });
});

describe('the scripts of the shipper', function () {
  skipWithoutBash(this);
  const folder = useTempDir();

  /** Runs the init script as the init container does, on folders of the test's own. */
  function runInit(objects: readonly KubernetesObject[], secrets: Readonly<Record<string, string>>) {
    const files = filesOf(objects);
    const output = join(folder(), 'pipelines');
    for (const [name, text] of Object.entries({
      'templates/pipelines.yaml': files['pipelines.yaml']!,
      ...secrets,
    })) {
      mkdirSync(dirname(join(folder(), name)), { recursive: true });
      writeFileSync(join(folder(), name), text);
    }
    mkdirSync(output);
    let script = files['render.sh']!;
    for (const [path, own] of [
      ['/etc/opni-templates', 'templates'],
      ['/etc/opni-secrets', 'secrets'],
      ['/usr/share/data-prepper/pipelines', 'pipelines'],
    ] as const) {
      expect(script).to.include(`='${path}'\n`);
      script = script.replace(`='${path}'\n`, `='${join(folder(), own)}'\n`);
    }
    const result = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
    return { ...result, output: join(output, 'pipelines.yaml') };
  }

  const PASSWORD = `it's "100%" \\n @@X@@ $HOME \`id\` & <ä> #:-`;

  it('put the password into every sink, for a reader of each YAML version', () => {
    const { status, stdout, stderr, output } = runInit(renderStack(defaults('rke2')), {
      'secrets/opensearch/password': PASSWORD,
    });
    expect({ status, stdout, stderr }).to.deep.equal({ status: 0, stdout: '', stderr: '' });
    expect(statSync(output).mode & 0o777).to.equal(0o600);
    const text = readFileSync(output, 'utf8');
    for (const version of ['1.1', '1.2'] as const) {
      const passwords = [...walk(parse(text, { version }))].filter(({ path }) => path.endsWith('.password'));
      expect(passwords.map(({ value }) => value)).to.deep.equal([PASSWORD, PASSWORD, PASSWORD, PASSWORD]);
    }
  });

  it('put all accounts in their places with everything on', () => {
    const { status, stderr, output } = runInit(renderStack(everythingOn('eks')), {
      'secrets/opensearch/password': 'sink',
      'secrets/intake/username': 'fluentd',
      'secrets/intake/password': 'in',
      'secrets/kafka/username': 'queue',
      'secrets/kafka/password': 'kaf',
    });
    expect({ status, stderr }).to.deep.equal({ status: 0, stderr: '' });
    const intake = at(load(readFileSync(output, 'utf8')), 'intake');
    expect(at(intake, 'source.http.authentication.http_basic')).to.deep.equal({
      username: 'fluentd',
      password: 'in',
    });
    expect(at(intake, 'buffer.kafka.authentication.sasl.scram')).to.include({
      username: 'queue',
      password: 'kaf',
    });
    expect(at(intake, 'sink.0.opensearch')).to.include({ username: 'logs-writer', password: 'sink' });
  });

  it('say which key of which Secret is missing, and nothing of the others', () => {
    const { status, stderr } = runInit(renderStack(everythingOn('eks')), {
      'secrets/opensearch/password': 'sink',
    });
    expect(status).to.equal(1);
    expect(stderr).to.equal(
      'opni-logging: key "username" of Secret "shipper-account" is missing; add it to the Secret\n',
    );
  });

  it('mount the secrets where the init script looks for them', () => {
    const objects = renderStack(everythingOn('eks'));
    const volumes = at(shipperOf(objects), 'spec.template.spec.volumes') as { name: string }[];
    const sources = at(
      volumes.find(({ name }) => name === 'secrets'),
      'projected.sources',
    ) as { secret: { name: string; items: { key: string; path: string }[] } }[];
    const files = sources.flatMap(({ secret }) =>
      secret.items.map(({ key, path }) => `${secret.name} ${key} ${path}`),
    );
    expect(files).to.deep.equal([
      'account pw opensearch/password',
      'shipper-account username intake/username',
      'shipper-account password intake/password',
      'kafka-account username kafka/username',
      'kafka-account password kafka/password',
    ]);
  });

  it('are free of syntax errors', () => {
    for (const name of ['render.sh', 'stop.sh']) {
      const { status, stderr } = spawnSync('bash', ['-n'], {
        input: filesOf(renderStack(defaults('aks')))[name]!,
        encoding: 'utf8',
      });
      expect({ status, stderr }, name).to.deep.equal({ status: 0, stderr: '' });
    }
  });
});
