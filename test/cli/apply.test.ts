import { expect } from 'chai';
import { CONFIG, configMap, makeSecret, NAMESPACE, useCommandCluster } from './cluster-commands.js';

const COMPARING = 'comparing 51 objects with the cluster\n';
const NOTE =
  'note: Secret opni/opni-opensearch-auth is not there, and pods wait for it; ' +
  'next: kubectl create secret generic -n opni opni-opensearch-auth --from-literal=password=<password>\n';
const STAGES = ['namespaces', 'crds', 'access', 'config', 'workloads', 'logging'];

describe('opni-logging apply', () => {
  const opened = useCommandCluster();

  /** What is told first: which set it is, and what is to be known of the configuration. */
  let notes: string;

  beforeEach(async () => {
    opened().folder.write('opni-logging.yaml', CONFIG);
    notes = `set opni/opni in context test\n${(await opened().cli(['validate'])).stderr}`;
  });

  it('makes everything at first, and tells the command for the Secret that is missing', async () => {
    const { code, stdout, stderr } = await opened().cli(['apply']);
    expect({ code, stderr }).to.deep.equal({
      code: 0,
      stderr: `${notes}${NOTE}${COMPARING}${STAGES.map((stage) => `stage ${stage}\n`).join('')}`,
    });
    const lines = stdout.trimEnd().split('\n');
    expect(lines).to.have.length(52);
    expect(lines[0]).to.equal('created    Namespace opni');
    expect(lines.at(-1)).to.equal('51 created');
    expect(lines.slice(0, -1).every((line) => line.startsWith('created    '))).to.equal(true);
  });

  it('writes nothing when nothing changed, and says so in one line', async () => {
    const { cli, cluster } = opened();
    await makeSecret(opened());
    await cli(['apply']);
    cluster.front.clear();
    expect(await cli(['apply'])).to.deep.equal({
      code: 0,
      stdout: '51 unchanged\n',
      stderr: notes + COMPARING,
    });
    expect(cluster.front.writes).to.deep.equal([]);
  });

  it('tells which fields of an object changed, and with --dry-run which would', async () => {
    const { cli, cluster, folder } = opened();
    await makeSecret(opened());
    await cli(['apply']);
    folder.write('opni-logging.yaml', `${CONFIG}shipper:\n  replicas: 3\n`);
    cluster.front.clear();
    const line = 'configured Deployment opni/opni-shipper (.spec.replicas)\n1 configured, 50 unchanged';
    expect(await cli(['apply', '--dry-run'])).to.deep.equal({
      code: 0,
      stdout: `${line} (dry run: nothing was changed)\n`,
      stderr: notes + COMPARING,
    });
    expect(cluster.front.writes).to.deep.equal([]);
    expect(await cli(['apply'])).to.deep.equal({
      code: 0,
      stdout: `${line}\n`,
      stderr: `${notes}${COMPARING}stage workloads\n`,
    });
  });

  it('asks the cluster before the first run too, and makes nothing with --dry-run', async () => {
    const { cli, cluster } = opened();
    const { code, stdout } = await cli(['apply', '--dry-run']);
    expect({ code, last: stdout.trimEnd().split('\n').at(-1) }).to.deep.equal({
      code: 0,
      last: '51 created (dry run: nothing was changed)',
    });
    expect(cluster.front.writes).to.deep.equal([]);
    expect(await cluster.get('v1', 'Namespace', 'opni')).to.equal(undefined);
  });

  it('prints errors only with --quiet', async () => {
    expect(await opened().cli(['apply', '--quiet'])).to.deep.equal({ code: 0, stdout: '', stderr: '' });
  });

  it('tells notes on the configuration, as synth and validate do', async () => {
    const { cli, folder } = opened();
    folder.write('opni-logging.yaml', CONFIG.replace('https:', 'http:'));
    const { stderr } = await cli(['apply', '--dry-run']);
    const { stderr: validated } = await cli(['validate']);
    expect(validated).to.match(/^note: /);
    expect(stderr).to.contain(validated);
  });

  it('says what keeps the operator from running, and leaves out what needs it', async () => {
    const { cli, server } = opened();
    await makeSecret(opened());
    server.workloads = 'stuck';
    const { code, stdout, stderr } = await cli(['apply', '--timeout', '0s']);
    expect(code).to.equal(1);
    expect(stdout).to.contain('skipped    Logging opni-logging: the stage workloads before it failed\n');
    expect(stderr).to.contain(`
waiting until what custom resources need is running: Deployment opni/opni-logging-operator has 0 of 1 pods available
Deployment opni/opni-logging-operator: has 0 of 1 pods available (waited in vain for 0 s until what custom resources need is running)
    fix: kubectl describe -n opni deployment.apps opni-logging-operator; then apply again; a longer --timeout may do

error: not everything is as it should be: 45 created, 1 configured, 5 skipped
`);
    const status = await cli(['status']);
    expect(status.stdout).to.match(
      /^set opni\/opni: 51 objects, an apply runs, or was interrupted; opni-logging apply goes on\n/,
    );
  });
});

describe('the document of apply for machines', () => {
  const opened = useCommandCluster();
  const SET = ['--set', 'opni/few', '--json'];
  const ref = (name: string) => ({ group: '', version: 'v1', kind: 'ConfigMap', namespace: 'opni', name });
  const NAMESPACE_REF = { group: '', version: 'v1', kind: 'Namespace', name: 'opni' };
  const about = {
    set: { namespace: 'opni', inventory: 'few-inventory', lock: 'few-apply' },
    context: 'test',
    dryRun: false,
  };

  async function documentOf(args: readonly string[]) {
    const { code, stdout, stderr } = await opened().cli(args);
    expect(stderr).to.equal('');
    return { exit: code, ...JSON.parse(stdout) };
  }

  it('lists every object with what became of it', async () => {
    const { manifests } = opened();
    const apply = () => documentOf(['apply', '-f', 'm.yaml', ...SET]);
    manifests('m.yaml', [NAMESPACE, configMap('a')]);
    await apply();
    manifests('m.yaml', [NAMESPACE, configMap('a', { key: 'new' })]);
    expect(await apply()).to.deep.equal({
      exit: 0,
      ok: true,
      outcome: 'applied',
      ...about,
      counts: { unchanged: 1, configured: 1 },
      objects: [
        { ...NAMESPACE_REF, action: 'unchanged' },
        { ...ref('a'), action: 'configured', fields: ['.data.key'] },
      ],
      warnings: [],
      notes: [],
    });
    expect(await apply()).to.deep.include({ exit: 0, outcome: 'unchanged', counts: { unchanged: 2 } });
  });

  it('says of a failure what and how to mend it, in the object and in the problems', async () => {
    const { cluster, manifests } = opened();
    manifests('m.yaml', [NAMESPACE, configMap('a')]);
    await documentOf(['apply', '-f', 'm.yaml', ...SET]);
    await cluster.applyAs('someone', configMap('a', { key: 'theirs' }), { force: true });
    const message = '"someone" owns fields that are wanted otherwise';
    const fix = 'leave these fields out, or take them over (--win-over someone)';
    expect(await documentOf(['apply', '-f', 'm.yaml', ...SET])).to.deep.equal({
      exit: 1,
      ok: false,
      outcome: 'failed',
      ...about,
      counts: { unchanged: 1, conflict: 1 },
      objects: [
        { ...NAMESPACE_REF, action: 'unchanged' },
        { ...ref('a'), action: 'conflict', message, fields: ['.data.key'], fix },
      ],
      warnings: [],
      notes: [],
      code: 'cluster',
      message: 'not everything is as it should be: 1 unchanged, 1 conflict',
      problems: [{ path: 'ConfigMap opni/a', message: `${message} (.data.key)`, fix }],
    });
  });

  it('has the notes and the warnings in it', async () => {
    const { folder } = opened();
    folder.write('opni-logging.yaml', CONFIG.replace('https:', 'http:'));
    const { notes: known } = await documentOf(['validate', '--json']);
    const { notes, warnings } = await documentOf(['apply', '--dry-run', '--json']);
    expect(known).to.not.deep.equal([]);
    expect(notes).to.deep.equal([...known, NOTE.slice('note: '.length).trimEnd()]);
    expect(warnings).to.deep.equal([]);
  });
});
