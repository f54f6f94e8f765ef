import { expect } from 'chai';
import type { Fault } from '../support/cluster/front.js';
import { statusReply } from '../support/cluster/front.js';
import { configMap, NAMESPACE, useCommandCluster } from './cluster-commands.js';

const SET = ['-f', 'm.yaml', '--set', 'opni/few'];
const NAMES = Array.from({ length: 12 }, (_, index) => `m${index + 10}`);

const deployment = (app: string, image = 'example.com/app:1') => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'd', namespace: 'opni' },
  spec: {
    selector: { matchLabels: { app } },
    template: { metadata: { labels: { app } }, spec: { containers: [{ name: 'main', image }] } },
  },
});

/** Lines of standard error without those that tell how far the work is. */
const saidOf = (stderr: string) => stderr.replaceAll(/^(set|comparing|stage|looking) .*\n/gm, '');

describe('what apply says of others, and of what it leaves', () => {
  const opened = useCommandCluster();

  const apply = async (objects: readonly unknown[], ...flags: readonly string[]) => {
    opened().manifests('m.yaml', [NAMESPACE, ...objects]);
    const { code, stdout, stderr } = await opened().cli(['apply', ...SET, ...flags]);
    return { code, stdout, said: saidOf(stderr) };
  };

  it('names the owner of a field and the way to take it, and takes it with --win-over', async () => {
    const { cluster } = opened();
    await apply([configMap('a')]);
    await cluster.applyAs('someone', configMap('a', { key: 'theirs' }), { force: true });
    expect(await apply([configMap('a')])).to.deep.equal({
      code: 1,
      stdout: 'conflict   ConfigMap opni/a\n',
      said: `ConfigMap opni/a: "someone" owns fields that are wanted otherwise (.data.key)
    fix: leave these fields out, or take them over (--win-over someone)

error: not everything is as it should be: 1 unchanged, 1 conflict
`,
    });
    expect(await apply([configMap('a')], '--win-over', 'some*')).to.deep.equal({
      code: 0,
      stdout: 'configured ConfigMap opni/a (.data.key)\n1 configured, 1 unchanged\n',
      said: '',
    });
  });

  it('names the tool that manages objects and the way to take them, and takes them with --take-from', async () => {
    const { cluster } = opened();
    await apply([]);
    const annotations = { 'argocd.argoproj.io/tracking-id': 'shop:/ConfigMap:opni/a' };
    for (const name of ['a', 'b']) {
      const { data, ...rest } = configMap(name, { key: 'theirs' });
      const metadata = { ...rest.metadata, annotations };
      await cluster.send('POST', '/api/v1/namespaces/opni/configmaps', { ...rest, data, metadata });
    }
    expect(await apply([configMap('a'), configMap('b')], '--dry-run')).to.deep.equal({
      code: 1,
      stdout: 'conflict   ConfigMap opni/a\nconflict   ConfigMap opni/b\n',
      said: `ConfigMap opni/a: managed by Argo CD (shop), and differs (.data.key)
    fix: leave it to Argo CD, or take it over (--take-from "Argo CD")
ConfigMap opni/b: managed by Argo CD (shop), and differs (.data.key)
    fix: leave it to Argo CD, or take it over (--take-from "Argo CD")

error: not everything would be applied: 1 unchanged, 2 conflicts (dry run: nothing was changed)
`,
    });
    const taken = await apply([configMap('a'), configMap('b')], '--take-from', 'Argo CD');
    expect({ code: taken.code, said: taken.said }).to.deep.equal({ code: 0, said: '' });
  });

  it('tells the words of a refusal once with the fix, applies the rest, and removes nothing', async () => {
    const { cluster } = opened();
    await apply([configMap('a'), configMap('old')]);
    const denied = 'admission webhook "rules.example.com" denied the request: no team label';
    const fault: Fault = ({ method, path }) =>
      method === 'PATCH' && path.endsWith('/configmaps/bad')
        ? statusReply(403, 'Forbidden', denied)
        : undefined;
    const run = await cluster.front.during(fault, () =>
      apply([configMap('a'), configMap('bad'), configMap('c')]),
    );
    expect({ ...run, stdout: run.stdout.split('\n').sort() }).to.deep.equal({
      code: 1,
      stdout: ['', 'created    ConfigMap opni/c', 'failed     ConfigMap opni/bad'],
      said: `warning: nothing that left the set was removed, because of the failures
ConfigMap opni/bad: ${denied}
    fix: change the object as the rule wants it, or the rule

error: not everything is as it should be: 1 created, 2 unchanged, 1 failed
`,
    });
  });

  it('passes on what the server warns of, with the object', async () => {
    const { cluster, server } = opened();
    await apply([]);
    const fault: Fault = async (call) => {
      if (call.method !== 'PATCH' || !call.path.endsWith('/configmaps/a')) return undefined;
      const reply = await server.handle(call);
      return { ...reply, headers: { warning: '299 - "old: use \\"new\\" instead"' } };
    };
    const objects = [configMap('a')];
    const { code, said } = await cluster.front.during(fault, () => apply(objects));
    expect({ code, said }).to.deep.equal({
      code: 0,
      said: 'warning: ConfigMap opni/a: old: use "new" instead\n',
    });
  });

  it('prunes what left the set, and with --no-prune leaves it and says so', async () => {
    await apply([configMap('a'), configMap('b')]);
    expect(await apply([configMap('a')], '--no-prune')).to.deep.equal({
      code: 0,
      stdout: 'kept       ConfigMap opni/b: left the set, and pruning is off\n2 unchanged, 1 kept\n',
      said: '',
    });
    expect(await apply([configMap('a')], '--dry-run')).to.deep.equal({
      code: 0,
      stdout: 'pruned     ConfigMap opni/b\n2 unchanged, 1 pruned (dry run: nothing was changed)\n',
      said: '',
    });
    expect(await apply([configMap('a')])).to.deep.equal({
      code: 0,
      stdout: 'pruned     ConfigMap opni/b\n2 unchanged, 1 pruned\n',
      said: '',
    });
  });

  it('keeps what an annotation keeps, and says which', async () => {
    const annotations = { 'logging.opni.io/on-removal': 'keep' };
    const kept = configMap('b');
    await apply([configMap('a'), { ...kept, metadata: { ...kept.metadata, annotations } }]);
    const { code, stdout } = await apply([configMap('a')]);
    expect({ code, stdout }).to.deep.equal({
      code: 0,
      stdout: `kept       ConfigMap opni/b: its annotation logging.opni.io/on-removal says so; it no longer belongs to the set
2 unchanged, 1 kept
`,
    });
  });

  it('removes nothing when more than half of the set would go, unless --prune-share allows it', async () => {
    await apply(NAMES.map((name) => configMap(name)));
    const few = NAMES.slice(0, 2).map((name) => configMap(name));
    const refused = (share: number) => ({
      code: 1,
      stdout: '',
      said: `10 of 13 objects left the set; nothing was removed, because that is more than ${share} %
    fix: check namespace and prefix; when it is meant, allow it (--prune-share 100)

error: not everything is as it should be: 3 unchanged
`,
    });
    expect(await apply(few)).to.deep.equal(refused(50));
    expect(await apply(few, '--prune-share', '0')).to.deep.equal(refused(0));
    expect(await apply(few, '--prune-share', '76')).to.deep.equal(refused(76));
    const { code, stdout } = await apply(few, '--prune-share', '77');
    expect({ code, last: stdout.trimEnd().split('\n').at(-1) }).to.deep.equal({
      code: 0,
      last: '3 unchanged, 10 pruned',
    });
  });

  it('deletes and makes anew what loses nothing by it, and with --no-recreate names the field', async () => {
    await apply([deployment('a')]);
    const message =
      'Deployment.apps "d" is invalid: spec.selector: Invalid value: {"matchLabels":{"app":"b"}}: field is immutable';
    expect(await apply([deployment('b')], '--no-recreate')).to.deep.equal({
      code: 1,
      stdout: 'failed     Deployment opni/d\n',
      said: `Deployment opni/d: ${message} (spec.selector)
    fix: the field cannot be changed: put the old value back, or delete the object and apply again

error: not everything is as it should be: 1 unchanged, 1 failed
`,
    });
    expect(await apply([deployment('b')])).to.deep.equal({
      code: 0,
      stdout: 'recreated  Deployment opni/d (spec.selector)\n1 recreated, 1 unchanged\n',
      said: '',
    });
  });

  it('says what is not healthy in the end and where to look, and with --no-wait does not look', async () => {
    opened().server.workloads = 'stuck';
    expect(await apply([deployment('a')], '--no-wait')).to.deep.include({ code: 0, said: '' });
    expect(await apply([deployment('a')], '--timeout', '0s')).to.deep.equal({
      code: 1,
      stdout: '',
      said: `waiting until all is healthy: Deployment opni/d has 0 of 1 pods available
Deployment opni/d: is not healthy after 0 s: has 0 of 1 pods available
    fix: kubectl describe -n opni deployment.apps d

error: not everything is as it should be: 2 unchanged
`,
    });
  });

  it('71: ends with 130 when it is interrupted in a wait, and lets the next run go on at once', async () => {
    const { cli, cluster, server, manifests } = opened();
    server.workloads = 'stuck';
    manifests('m.yaml', [NAMESPACE, deployment('a')]);
    const interrupt = new AbortController();
    cluster.front.fault = ({ method, path }) => {
      // Read again and again while it is waited for.
      const isWait = method === 'GET' && path.endsWith('/deployments/d');
      if (isWait && cluster.front.writes.some((line) => line.endsWith('/deployments/d'))) interrupt.abort();
      return undefined;
    };
    const run = await cli(['apply', ...SET], { signal: interrupt.signal });
    expect({ ...run, stderr: saidOf(run.stderr) }).to.deep.equal({
      code: 130,
      stdout: 'created    Namespace opni\ncreated    Deployment opni/d\n',
      stderr: `waiting until all is healthy: Deployment opni/d has 0 of 1 pods available
interrupted; the next apply goes on from here
`,
    });
    cluster.front.fault = undefined;
    const next = await cli(['apply', ...SET, '--no-wait']);
    expect({ code: next.code, stdout: next.stdout }).to.deep.equal({ code: 0, stdout: '2 unchanged\n' });
  });

  it('says that a dry run that was interrupted changed nothing', async () => {
    const { cli, manifests } = opened();
    manifests('m.yaml', [NAMESPACE, configMap('a')]);
    const run = await cli(['apply', ...SET, '--dry-run'], { signal: AbortSignal.abort() });
    expect({ code: run.code, said: saidOf(run.stderr) }).to.deep.equal({
      code: 130,
      said: 'interrupted; nothing was changed\n',
    });
  });
});
