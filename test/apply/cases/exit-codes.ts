import { expect } from 'chai';
import { stringify } from 'yaml';
import type { KubernetesObject } from '../../../src/constructs/kubernetes-object.js';
import { runCli } from '../../cli/fake-context.js';
import { type TemporaryFolder, temporaryFolder } from '../../cli/temporary-folder.js';
import { statusReply } from '../../support/cluster/front.js';
import { type TestTier, TOKENS } from '../../support/cluster/test-cluster.js';
import { configMap, deployment, homeOf, useCluster } from './support.js';

interface Document {
  readonly ok: boolean;
  readonly outcome?: string;
  readonly counts?: Readonly<Record<string, number>>;
  readonly objects?: readonly { readonly kind: string; readonly name: string; readonly action: string }[];
  readonly problems?: readonly { readonly path?: string; readonly message: string; readonly fix?: string }[];
  readonly code?: string;
  readonly warnings?: readonly string[];
}

/** What scripts see of the command. */
export function exitCodesCases(tier: TestTier): void {
  describe('the command says how it ended', () => {
    const test = useCluster(tier);
    let folder: TemporaryFolder;
    beforeEach(() => {
      folder = temporaryFolder();
    });
    afterEach(() => folder.remove());

    /** Runs a command on the set of the case, as a machine would, and gives its exit code and its document. */
    async function run(
      command: string,
      objects: readonly KubernetesObject[] | undefined,
      ...flags: string[]
    ) {
      const kubeconfig = folder.write(
        'kubeconfig',
        stringify({
          apiVersion: 'v1',
          kind: 'Config',
          'current-context': 'test',
          clusters: [{ name: 'test', cluster: { server: test().url } }],
          users: [{ name: 'test', user: { token: TOKENS.admin } }],
          contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
        }),
      );
      const manifests = objects
        ? ['-f', folder.write('objects.yaml', objects.map((object) => stringify(object)).join('---\n'))]
        : [];
      const set = ['--set', `home-${test().id}/case`, '--kubeconfig', kubeconfig];
      const done = await runCli([command, '--json', ...set, ...manifests, ...flags], { cwd: folder.path });
      return { code: done.code, document: JSON.parse(done.stdout) as Document, stderr: done.stderr };
    }

    it('71: apply: a note that cannot be had ends nothing: the run goes on, and tells how it ended', async () => {
      const ns = await homeOf(test());
      const app = deployment(ns, 'app');
      const volumes = [{ name: 'v', secret: { secretName: 'needed' } }];
      const { template } = app['spec'] as { readonly template: { readonly spec: object } };
      const spec = {
        ...(app['spec'] as object),
        template: { ...template, spec: { ...template.spec, volumes } },
      };
      const { code, document } = await test().front.during(
        ({ path }) =>
          /secrets\/needed$/.test(path) ? statusReply(500, 'InternalError', 'disk full') : undefined,
        () => run('apply', [{ ...app, spec } as KubernetesObject], '--no-wait'),
      );
      expect(code).to.equal(0);
      expect(document).to.deep.include({ ok: true, outcome: 'applied', counts: { created: 1 } });
    });

    it('71: apply: 0 when all is as wanted, whether or not something was written', async () => {
      const ns = await homeOf(test());
      const first = await run('apply', [configMap(ns, 'a'), configMap(ns, 'b')]);
      expect(first.code).to.equal(0);
      expect(first.document).to.deep.include({ ok: true, outcome: 'applied', counts: { created: 2 } });
      const second = await run('apply', [configMap(ns, 'a'), configMap(ns, 'b')]);
      expect(second.code).to.equal(0);
      expect(second.document).to.deep.include({ ok: true, outcome: 'unchanged', counts: { unchanged: 2 } });
      const third = await run('apply', [configMap(ns, 'a', { key: 'new' })]);
      expect(third.document.objects!.map(({ name, action }) => `${action} ${name}`)).to.deep.equal([
        'configured a',
        'pruned b',
      ]);
      expect(third.stderr).to.equal('');
    });

    it('71: apply: 1 when something is refused, with object, reason and fix', async () => {
      const ns = await homeOf(test());
      const { code, document } = await run('apply', [
        configMap(ns, 'a'),
        deployment(ns, 'd', { replicas: -1 }),
      ]);
      expect(code).to.equal(1);
      expect(document).to.deep.include({ ok: false, outcome: 'failed', counts: { created: 1, failed: 1 } });
      const [problem] = document.problems!;
      expect(problem).to.deep.include({
        path: `Deployment ${ns}/d`,
        fix: 'mend the field that the message names',
      });
      expect(await test().get('v1', 'ConfigMap', 'a', ns)).not.to.equal(undefined);
    });

    it('71: apply: 1 when the set is refused as a whole, and when the cluster cannot do it', async () => {
      const ns = await homeOf(test());
      const empty = await run('apply', []);
      expect(empty.code).to.equal(1);
      expect(empty.document.ok).to.equal(false);
      const lost = await run('apply', [configMap(`no-${ns}`, 'a')]);
      expect(lost.code).to.equal(1);
      expect(lost.document).to.deep.include({ ok: false, code: 'cluster' });
      expect(lost.document.problems![0]).to.deep.include({
        path: `Namespace no-${ns}`,
        message: 'is neither in the cluster nor in the set',
      });
    });

    it('71: apply: 2 when the command line is wrong', async () => {
      const { code, document } = await run('apply', undefined);
      expect(code).to.equal(2);
      expect(document).to.deep.include({ ok: false, code: 'usage' });
    });

    it('71: diff: 0 without differences, 1 with them, 2 when it failed', async () => {
      const ns = await homeOf(test());
      const objects = [configMap(ns, 'a')];
      expect((await run('diff', objects)).code).to.equal(1);
      await run('apply', objects);
      expect((await run('diff', objects)).code).to.equal(0);
      const forbidden = statusReply(403, 'Forbidden', 'configmaps "case-inventory" is forbidden');
      const failed = await test().front.during(
        ({ path }) => (/case-inventory/.test(path) ? forbidden : undefined),
        () => run('diff', objects),
      );
      expect(failed.code).to.equal(2);
    });

    it('71: delete: 0 when all is gone, also when it was before; 1 when something stays', async () => {
      const ns = await homeOf(test());
      const hold = configMap(ns, 'h', { key: 'value' }, { finalizers: ['example.com/hold'] } as object);
      await run('apply', [configMap(ns, 'a'), hold]);
      const stuck = await run('delete', undefined, '--yes', '--timeout', '1s');
      expect(stuck.code).to.equal(1);
      expect(stuck.document).to.deep.include({
        ok: false,
        outcome: 'failed',
        counts: { deleted: 1, failed: 1 },
      });
      await test().edit('v1', 'ConfigMap', 'h', ns, { metadata: { finalizers: null } });
      const gone = await run('delete', undefined, '--yes');
      expect(gone.code).to.equal(0);
      expect(gone.document.outcome).to.equal('deleted');
      const again = await run('delete', undefined, '--yes');
      expect(again.code).to.equal(0);
      expect(again.document).to.deep.include({ ok: true, outcome: 'nothing', counts: {} });
    });

    it('71: status: 0 when it works, 1 when not or when there is nothing', async () => {
      const ns = await homeOf(test());
      expect((await run('status', undefined)).code).to.equal(1);
      await run('apply', [configMap(ns, 'a')]);
      expect((await run('status', undefined)).code).to.equal(0);
      await test().remove('v1', 'ConfigMap', 'a', ns);
      const broken = await run('status', undefined);
      expect(broken.code).to.equal(1);
      expect(broken.document).to.deep.include({ ok: false, phase: 'applied' });
    });
  });
}
