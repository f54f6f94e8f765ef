import { expect } from 'chai';
import { collectorDurability } from '../../../src/lint/rules/collector-durability.js';
import { type Breach, changed, check, describeRule, goodObjects, goodSet, setWith } from '../support.js';

const agent = (
  refuses: string,
  path: readonly string[],
  value: unknown,
  fix: string,
  at = path.join('.'),
): Breach => ({
  refuses,
  objects: setWith('agent', ['spec', ...path], value),
  path: `FluentbitAgent main spec.${at}`,
  fix,
});
const STORAGE = ['inputTail', 'storage.type'];
const POD = ['spec', 'template', 'spec'];
const mount = (mounted: object) => [{ source: '/data', destination: '/data', readOnly: true, ...mounted }];

const secondAgent = () => {
  const first = goodObjects().agent;
  const spec = { ...first.spec, bufferStorageVolume: { hostPath: { path: '' } } };
  return { ...first, metadata: { name: 'second' }, spec };
};

describeRule(
  collectorDurability,
  [
    agent('positions in the pod', ['positiondb'], undefined, '/var/lib/opni-logging/main/positions'),
    agent(
      'buffers in the pod',
      ['bufferStorageVolume'],
      { emptyDir: {} },
      '/var/lib/opni-logging/main/buffers',
    ),
    agent('buffers in memory', STORAGE, undefined, '`storage.type: filesystem`', 'inputTail["storage.type"]'),
    agent('positions beside their folder', ['inputTail', 'DB'], '/tmp/x.db', 'remove `DB`'),
    agent(
      'sending without acknowledgement',
      ['forwardOptions', 'Require_ack_response'],
      undefined,
      '`Require_ack_response: true`',
    ),
    agent('an end of retries', ['forwardOptions', 'Retry_Limit'], 5, "`Retry_Limit: 'False'`"),
    agent(
      'a backlog without a limit',
      ['forwardOptions', 'storage.total_limit_size'],
      undefined,
      '`storage.total_limit_size: 5G`',
      'forwardOptions["storage.total_limit_size"]',
    ),
    agent(
      'a pause in reading',
      ['inputTail', 'storage.pause_on_chunks_overlimit'],
      'on',
      "`storage.pause_on_chunks_overlimit: 'off'`",
      'inputTail["storage.pause_on_chunks_overlimit"]',
    ),
    agent(
      'the pause that the operator has by default',
      ['inputTail', 'storage.pause_on_chunks_overlimit'],
      undefined,
      "`storage.pause_on_chunks_overlimit: 'off'`",
      'inputTail["storage.pause_on_chunks_overlimit"]',
    ),
    agent(
      'a mount that does not say whether it is read-only',
      ['extraVolumeMounts'],
      mount({ readOnly: undefined }),
      '`readOnly: true`',
      'extraVolumeMounts[0].readOnly',
    ),
    agent(
      'a mount of a single log file',
      ['extraVolumeMounts'],
      mount({ source: '/var/log/messages' }),
      '`/var/log`',
      'extraVolumeMounts[0].source',
    ),
    agent('an agent that is not on the control plane', ['tolerations'], [], '{operator: Exists}'),
    {
      refuses: 'two agents with one folder for positions',
      objects: goodSet({}, secondAgent()),
      path: 'FluentbitAgent second spec.positiondb.hostPath.path',
      fix: '/var/lib/opni-logging/second/',
    },
    {
      refuses: 'an agent and a DaemonSet with one folder',
      objects: setWith(
        'collector',
        [...POD, 'volumes', 2, 'hostPath', 'path'],
        '/var/lib/opni-logging/main/buffers/',
      ),
      path: 'DaemonSet logs/collector spec.template.spec.volumes[2].hostPath.path',
      fix: '/var/lib/opni-logging/collector/',
    },
    {
      refuses: 'a collector of host logs that is not on the control plane',
      objects: setWith('collector', [...POD, 'tolerations'], [{ key: 'gpu', operator: 'Exists' }]),
      path: 'DaemonSet logs/collector spec.template.spec.tolerations',
      fix: '{operator: Exists}',
    },
    {
      refuses: 'a collector of host logs that mounts a single file',
      objects: setWith('collector', [...POD, 'volumes', 1, 'hostPath'], {
        path: '/var/log/syslog',
        type: 'File',
      }),
      path: 'DaemonSet logs/collector spec.template.spec.volumes[1].hostPath.path',
      fix: '`/var/log`',
    },
  ],
  () => {
    it('takes every way to tolerate the control plane', () => {
      const key = 'node-role.kubernetes.io/control-plane';
      for (const toleration of [
        { operator: 'Exists', effect: 'NoSchedule' },
        { key, operator: 'Exists' },
        { key, effect: 'NoSchedule' },
      ]) {
        expect(
          check(collectorDurability, setWith('agent', ['spec', 'tolerations'], [toleration])),
        ).to.deep.equal([]);
      }
    });

    it('does not take a toleration of another effect or value', () => {
      const key = 'node-role.kubernetes.io/control-plane';
      for (const toleration of [
        { operator: 'Exists', effect: 'NoExecute' },
        { key, value: 'x' },
        { key: 'etcd' },
      ]) {
        const objects = setWith('agent', ['spec', 'tolerations'], [toleration]);
        expect(check(collectorDurability, objects).length).to.equal(1);
      }
    });

    it('takes collectors that are on chosen nodes only', () => {
      const spec = { ...goodObjects().agent.spec, tolerations: [], nodeSelector: { pool: 'apps' } };
      expect(check(collectorDurability, setWith('agent', ['spec'], spec))).to.deep.equal([]);
    });

    it('does not judge a configuration that is not in the agent', () => {
      const objects = goodSet({
        agent: { ...changed('agent', ['spec', 'inputTail'], undefined) },
      });
      expect(check(collectorDurability, objects).length).to.equal(2);
      const spec = { ...goodObjects().agent.spec, inputTail: undefined, customConfigSecret: 'own' };
      expect(check(collectorDurability, setWith('agent', ['spec'], spec))).to.deep.equal([]);
    });
  },
);
