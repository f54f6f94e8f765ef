import { expect } from 'chai';
import { configMap, NAMESPACE, useCommandCluster } from './cluster-commands.js';

const SET = ['--set', 'opni/few'];
const DEFINITION = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { kind: 'Widget', listKind: 'WidgetList', plural: 'widgets', singular: 'widget' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
  },
};
const KEPT = 'definitions are deleted only when asked for, since their objects go with them';
const LOOKING = 'set opni/few in context test\nlooking for what belongs to the set\n';
/** What is kept is told with the flags that ask for it. */
const goesWith = (flags: string) => `note: what is kept and used by nobody else goes with ${flags}\n`;

describe('opni-logging delete', () => {
  const opened = useCommandCluster();

  beforeEach(async () => {
    const { cli, cluster, manifests } = opened();
    const file = manifests('m.yaml', [NAMESPACE, DEFINITION, configMap('a')]);
    const { code } = await cli(['apply', '-f', file, ...SET]);
    expect(code).to.equal(0);
    cluster.front.clear();
  });

  it('deletes the set, keeps definitions and namespaces, and tells each', async () => {
    const { cli, cluster } = opened();
    expect(await cli(['delete', ...SET, '--yes'])).to.deep.equal({
      code: 0,
      stdout: `deleted    ConfigMap opni/a
kept       CustomResourceDefinition widgets.example.com: ${KEPT}
kept       Namespace opni: namespaces are deleted only when asked for
1 deleted, 2 kept
`,
      stderr: `${LOOKING}deleting configuration\ndeleting definitions\ndeleting namespaces\n${goesWith('--crds --delete-namespace')}`,
    });
    expect(await cluster.get('v1', 'ConfigMap', 'a', 'opni')).to.equal(undefined);
    expect(await cluster.get('v1', 'ConfigMap', 'few-inventory', 'opni')).to.equal(undefined);
  });

  it('deletes definitions and namespaces when asked to', async () => {
    const { cli, cluster } = opened();
    const { code, stdout } = await cli(['delete', ...SET, '--yes', '--crds', '--delete-namespace']);
    expect({ code, stdout }).to.deep.equal({
      code: 0,
      stdout: `deleted    ConfigMap opni/a
deleted    CustomResourceDefinition widgets.example.com
deleted    Namespace opni
3 deleted
`,
    });
    expect(await cluster.get('v1', 'Namespace', 'opni')).to.equal(undefined);
  });

  it('keeps a definition and a namespace that others use, although asked to delete them', async () => {
    const { cli, cluster } = opened();
    const metadata = { name: 'w', namespace: 'opni' };
    const widget = { apiVersion: 'example.com/v1', kind: 'Widget', metadata };
    await cluster.send('POST', '/apis/example.com/v1/namespaces/opni/widgets', widget);
    const { code, stdout } = await cli(['delete', ...SET, '--yes', '--crds', '--delete-namespace']);
    expect({ code, stdout }).to.deep.equal({
      code: 0,
      stdout: `deleted    ConfigMap opni/a
kept       CustomResourceDefinition widgets.example.com: there are still objects of this kind: Widget opni/w
kept       Namespace opni: the namespace still holds Widget opni/w
1 deleted, 2 kept
`,
    });
  });

  it('says with --dry-run what would happen, asks nobody, and changes nothing', async () => {
    const { cli, cluster } = opened();
    expect(await cli(['delete', ...SET, '--dry-run', '--crds'])).to.deep.equal({
      code: 0,
      stdout: `deleted    ConfigMap opni/a
deleted    CustomResourceDefinition widgets.example.com
kept       Namespace opni: namespaces are deleted only when asked for
2 deleted, 1 kept (dry run: nothing was changed)
`,
      stderr: LOOKING + goesWith('--delete-namespace'),
    });
    expect(cluster.front.writes).to.deep.equal([]);
  });

  it('says that there is nothing, or nothing but what is kept, and is content', async () => {
    const { cli } = opened();
    expect(await cli(['delete', '--set', 'opni/others', '--yes'])).to.deep.equal({
      code: 0,
      stdout: 'nothing to do\n',
      stderr: `${LOOKING.replace('few', 'others')}note: there is nothing of the set opni/others in the cluster\n`,
    });
    await cli(['delete', ...SET, '--yes']);
    const { code, stderr } = await cli(['delete', ...SET, '--yes']);
    expect({ code, stderr }).to.deep.equal({
      code: 0,
      stderr: `${LOOKING}note: there is nothing but what is kept of the set opni/few in the cluster\n${goesWith('--crds --delete-namespace')}`,
    });
  });

  it('prints one document for machines', async () => {
    const { stdout, stderr, code } = await opened().cli(['delete', ...SET, '--yes', '--json']);
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).to.deep.equal({
      ok: true,
      outcome: 'deleted',
      set: { namespace: 'opni', inventory: 'few-inventory', lock: 'few-apply' },
      context: 'test',
      dryRun: false,
      counts: { deleted: 1, kept: 2 },
      objects: [
        { group: '', version: 'v1', kind: 'ConfigMap', namespace: 'opni', name: 'a', action: 'deleted' },
        {
          group: 'apiextensions.k8s.io',
          version: 'v1',
          kind: 'CustomResourceDefinition',
          name: 'widgets.example.com',
          action: 'kept',
          message: KEPT,
        },
        {
          group: '',
          version: 'v1',
          kind: 'Namespace',
          name: 'opni',
          action: 'kept',
          message: 'namespaces are deleted only when asked for',
        },
      ],
      warnings: [],
      notes: [goesWith('--crds --delete-namespace').slice('note: '.length, -1)],
    });
  });

  it('prints errors only with --quiet', async () => {
    const run = await opened().cli(['delete', ...SET, '--yes', '--quiet']);
    expect(run).to.deep.equal({ code: 0, stdout: '', stderr: '' });
  });

  it('tells which finalizer holds an object, goes on in the next run, and strips it when told to', async () => {
    const { cli, cluster } = opened();
    await cluster.edit('v1', 'ConfigMap', 'a', 'opni', { metadata: { finalizers: ['example.com/hold'] } });
    const run = await cli(['delete', ...SET, '--yes', '--timeout', '0s']);
    expect(run).to.deep.equal({
      code: 1,
      stdout: 'failed     ConfigMap opni/a\n',
      stderr: `${LOOKING}deleting configuration
waiting until it is gone: ConfigMap opni/a waits for its finalizer example.com/hold
ConfigMap opni/a: is still there after 0 s: waits for its finalizer example.com/hold
    fix: see whether what takes this finalizer away still runs; if that is gone for good, strip it (--strip-finalizer example.com/hold); the next run continues

error: not everything is gone: 1 failed
`,
    });
    const status = await cli(['status', ...SET]);
    expect(status.stdout).to.match(
      /^set opni\/few: 3 objects, a deletion runs, or was interrupted; opni-logging delete goes on, apply brings all back\n/,
    );
    const args = ['delete', ...SET, '--yes', '--timeout', '0s', '--strip-finalizer', 'example.com/hold'];
    const again = await cli(args);
    expect({ code: again.code, first: again.stdout.split('\n')[0] }).to.deep.equal({
      code: 0,
      first: 'deleted    ConfigMap opni/a',
    });
    expect(again.stderr).to.contain(
      'warning: ConfigMap opni/a: took the finalizers example.com/hold away; what they stood for was not done\n',
    );
  });

  it('ends with 130 when it is interrupted, and says that the next one goes on', async () => {
    const { cli, cluster } = opened();
    await cluster.edit('v1', 'ConfigMap', 'a', 'opni', { metadata: { finalizers: ['example.com/hold'] } });
    const interrupt = new AbortController();
    cluster.front.fault = ({ method, path }) => {
      if (method === 'DELETE' && path.endsWith('/a')) setImmediate(() => interrupt.abort());
      return undefined;
    };
    const { code, stderr } = await cli(['delete', ...SET, '--yes'], { signal: interrupt.signal });
    expect(code).to.equal(130);
    expect(stderr).to.match(/interrupted; the next delete goes on from here\n$/);
  });
});
