import { expect } from 'chai';
import { configMap, NAMESPACE, useCommandCluster } from './cluster-commands.js';

const CLEAR = '\r\u001b[2K';
const UNKNOWN = { apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name: 'x', namespace: 'opni' } };

describe('the progress line of a command', () => {
  const opened = useCommandCluster();

  it('is taken away before an error is told', async () => {
    const { cli, manifests } = opened();
    const file = manifests('m.yaml', [NAMESPACE, UNKNOWN]);
    const { stderr } = await cli(['apply', '-f', file, '--set', 'opni/few'], { terminal: true });
    expect(stderr).to.contain(`the cluster${CLEAR}Thing opni/x: the cluster does not know`);
  });

  it('is taken away when the command is interrupted', async () => {
    const { cli, cluster, manifests } = opened();
    const file = manifests('m.yaml', [NAMESPACE, configMap('a')]);
    const interrupt = new AbortController();
    cluster.front.fault = () => {
      interrupt.abort();
      return 'hang';
    };
    const { signal } = interrupt;
    const { code, stderr } = await cli(['diff', '-f', file, '--set', 'opni/few'], { terminal: true, signal });
    expect(code).to.equal(130);
    expect(stderr).to.equal(`${CLEAR}comparing 2 objects with the cluster …${CLEAR}`);
  });

  it('counts the objects of the set, and tells what is being waited for', async () => {
    const { cli, manifests } = opened();
    const file = manifests('m.yaml', [NAMESPACE, configMap('a')]);
    const { stderr } = await cli(['apply', '-f', file, '--set', 'opni/few'], { terminal: true });
    expect(stderr.split(CLEAR).filter((text) => !/^(set .*\n)?$/.test(text))).to.deep.equal([
      'comparing 2 objects with the cluster',
      '1/2 Namespace opni',
      'stage namespaces',
      'stage config',
      '2/2 ConfigMap opni/a',
    ]);
  });

  it('does not count further than there are objects in the set, when others leave it', async () => {
    const { cli, manifests } = opened();
    const apply = (names: readonly string[]) =>
      cli(
        [
          'apply',
          '-f',
          manifests('m.yaml', [NAMESPACE, ...names.map((name) => configMap(name))]),
          '--set',
          'opni/few',
        ],
        { terminal: true },
      );
    await apply(['a', 'b']);
    const { stderr } = await apply(['a']);
    expect(stderr).to.contain('2/2 ConfigMap opni/a').and.not.contain('3/2');
    expect(stderr).to.contain(`${CLEAR}3 ConfigMap opni/b${CLEAR}`);
  });
});
