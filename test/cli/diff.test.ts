import { expect } from 'chai';
import { setIdOf, setNamed } from '../../src/apply/set/apply-set.js';
import { configMap, NAMESPACE, useCommandCluster } from './cluster-commands.js';

const SET = ['-f', 'm.yaml', '--set', 'opni/few'];
const ID = setIdOf(setNamed('opni', 'few'));
const LABEL = `    applyset.kubernetes.io/part-of: ${ID}`;

describe('opni-logging diff', () => {
  const opened = useCommandCluster();
  const write = (objects: readonly unknown[]) => opened().manifests('m.yaml', [NAMESPACE, ...objects]);
  const diff = async (...flags: readonly string[]) => {
    const { cli, cluster } = opened();
    const before = cluster.front.writes.length;
    const run = await cli(['diff', ...SET, ...flags]);
    expect(cluster.front.writes).to.have.length(before);
    return run;
  };

  beforeEach(async () => {
    write([configMap('a'), configMap('b')]);
    expect((await opened().cli(['apply', ...SET])).code).to.equal(0);
  });

  it('says that there are no differences, and ends with 0', async () => {
    expect(await diff()).to.deep.equal({ code: 0, stdout: 'no differences\n', stderr: '' });
  });

  it('shows what would change, come and go as a unified diff, and ends with 1', async () => {
    write([configMap('a', { key: 'new' }), configMap('c')]);
    expect(await diff()).to.deep.equal({
      code: 1,
      stdout: `ConfigMap opni/a would be changed
--- live ConfigMap opni/a
+++ wanted ConfigMap opni/a
@@ -6,4 +6,4 @@
   labels:
 ${LABEL}
 data:
-  key: value
+  key: new

ConfigMap opni/c would be created
--- live ConfigMap opni/c
+++ wanted ConfigMap opni/c
@@ -0,0 +1,9 @@
+apiVersion: v1
+kind: ConfigMap
+metadata:
+  name: c
+  namespace: opni
+  labels:
+${LABEL}
+data:
+  key: value

ConfigMap opni/b left the set and would be removed
--- live ConfigMap opni/b
+++ wanted ConfigMap opni/b
@@ -1,9 +0,0 @@
-apiVersion: v1
-kind: ConfigMap
-metadata:
-  name: b
-  namespace: opni
-  labels:
-${LABEL}
-data:
-  key: value

3 objects differ
`,
      stderr: '',
    });
  });

  it('tells what an apply would leave as it is, why, and what to do', async () => {
    await opened().cluster.applyAs('someone', configMap('a', { key: 'theirs' }), { force: true });
    expect(await diff()).to.deep.equal({
      code: 1,
      stdout: `ConfigMap opni/a would be left as it is: "someone" owns fields that are wanted otherwise (.data.key)
    fix: leave these fields out, or take them over (--win-over someone)

1 object differs
`,
      stderr: '',
    });
    const { code, stdout } = await diff('--win-over', 'someone');
    expect(code).to.equal(1);
    expect(stdout)
      .to.match(/^ConfigMap opni\/a would be changed\n/)
      .and.contain('\n-  key: theirs\n+  key: value\n');
  });

  it('ends with 2 when it cannot be told', async () => {
    write([{ apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name: 'x', namespace: 'opni' } }]);
    const { code, stdout, stderr } = await diff();
    expect({ code, stdout, stderr }).to.deep.equal({
      code: 2,
      stdout: '',
      stderr: `Thing opni/x: the cluster does not know Thing of example.com/v1, and the set does not define it
    fix: install what defines this kind, or leave the object out

error: The set does not fit the cluster, and nothing was changed: 1 problem.
`,
    });
  });

  it('prints one document for machines', async () => {
    write([configMap('a', { key: 'new' }), configMap('b')]);
    const { code, stdout, stderr } = await diff('--json');
    expect({ code, stderr }).to.deep.equal({ code: 1, stderr: '' });
    expect(JSON.parse(stdout)).to.deep.equal({
      ok: true,
      set: { namespace: 'opni', inventory: 'few-inventory', lock: 'few-apply' },
      context: 'test',
      differences: [
        {
          group: '',
          version: 'v1',
          kind: 'ConfigMap',
          namespace: 'opni',
          name: 'a',
          change: 'update',
          fields: ['.data.key'],
          lines: [
            '--- live ConfigMap opni/a',
            '+++ wanted ConfigMap opni/a',
            '@@ -6,4 +6,4 @@',
            '   labels:',
            ` ${LABEL}`,
            ' data:',
            '-  key: value',
            '+  key: new',
          ],
        },
      ],
    });
    write([configMap('a'), configMap('b')]);
    const same = await diff('--json');
    expect({ code: same.code, ...JSON.parse(same.stdout) }).to.deep.include({
      code: 0,
      ok: true,
      differences: [],
    });
  });

  it('tells by the exit code alone with --quiet', async () => {
    expect(await diff('--quiet')).to.deep.equal({ code: 0, stdout: '', stderr: '' });
    write([configMap('a', { key: 'new' }), configMap('b')]);
    expect(await diff('--quiet')).to.deep.equal({ code: 1, stdout: '', stderr: '' });
  });

  it('colours what comes and goes on a terminal', async () => {
    write([configMap('a', { key: 'new' }), configMap('b')]);
    const { stdout } = await opened().cli(['diff', ...SET], { terminal: true });
    expect(stdout)
      .to.contain('\u001b[1mConfigMap opni/a would be changed\u001b[22m\n')
      .and.contain('\u001b[31m-  key: value\u001b[39m\n\u001b[32m+  key: new\u001b[39m\n');
  });
});
