import { expect } from 'chai';
import { LogAdapter } from '../../src/constructs/log-adapter.js';
import type { PodLogsProps } from '../../src/constructs/pod-logs.js';
import { at, one } from '../stack/object-parts.js';
import { render } from './support.js';

const agent = (pods: Partial<PodLogsProps> = {}) =>
  one(
    render(
      (scope) =>
        new LogAdapter(scope, 'LogAdapter', {
          name: 'opni-logging',
          namespace: 'opni',
          pods: { stateFolder: '/var/lib/opni-logging/opni/pods', ...pods },
        }),
    ),
    'FluentbitAgent',
  );
const tail = (pods: Partial<PodLogsProps> = {}) =>
  at(agent(pods), 'spec.inputTail') as Record<string, unknown>;

describe('the collector of container logs', () => {
  it('keeps positions and buffers on the node, both or a crash loses records', () => {
    const spec = agent()['spec'];
    expect(tail()).to.include({ 'storage.type': 'filesystem', 'storage.pause_on_chunks_overlimit': 'off' });
    expect(at(spec, 'positiondb.hostPath.path')).to.equal('/var/lib/opni-logging/opni/pods/positions');
    expect(at(spec, 'bufferStorageVolume.hostPath.path')).to.equal('/var/lib/opni-logging/opni/pods/buffers');
    expect(at(spec, 'bufferStorage')).to.include({ 'storage.path': '/buffers' });
    expect(at(spec, 'forwardOptions')).to.deep.equal({
      Require_ack_response: true,
      Retry_Limit: 'False',
      'storage.total_limit_size': '5G',
    });
  });

  it('joins partial lines of both runtimes, without a parser that the operator would write beside', () => {
    expect(tail()['multiline.parser']).to.deep.equal(['docker', 'cri']);
    expect(tail()).not.to.have.any.keys('Parser', 'Docker_Mode');
  });

  it('chooses namespaces by file name, so that what is not wanted is not read', () => {
    expect(tail()).to.include({ Path: '/var/log/containers/*.log' }).and.not.have.property('Exclude_Path');
    expect(tail({ includeNamespaces: ['a', 'b'], excludeNamespaces: ['c', 'd'] })).to.include({
      Path: '/var/log/containers/*_a_*.log,/var/log/containers/*_b_*.log',
      Exclude_Path: '/var/log/containers/*_c_*.log,/var/log/containers/*_d_*.log',
    });
    expect(tail({ includeNamespaces: [], excludeNamespaces: [] })).to.deep.equal(tail());
  });

  it('mounts another container folder where the links lead to, read-only in so many words', () => {
    const spec = agent({ containerLogDir: '/data/docker/containers' })['spec'];
    expect(spec).to.deep.include({
      mountPath: '/data/docker/containers',
      extraVolumeMounts: [
        { source: '/data/docker/containers', destination: '/data/docker/containers', readOnly: true },
      ],
    });
    expect(agent()['spec']).not.to.have.property('extraVolumeMounts');
  });

  it('leaves JSON in lines alone, unless asked, and then keeps it apart and the line too', () => {
    expect(at(agent(), 'spec.filterKubernetes')).to.include({ Merge_Log: 'Off' });
    expect(at(agent({ parseJson: true }), 'spec.filterKubernetes')).to.include({
      Merge_Log: 'On',
      Merge_Log_Key: 'parsed',
      Keep_Log: 'On',
    });
  });

  it('sets SELinux where the operator passes it on', () => {
    const spec = agent({ seLinuxType: 'rke_logreader_t' })['spec'];
    expect(at(spec, 'security.securityContext.seLinuxOptions')).to.deep.equal({ type: 'rke_logreader_t' });
    expect(at(spec, 'security.podSecurityContext')).to.equal(undefined);
  });

  it('goes where it is told to', () => {
    const spec = agent({
      tolerations: [{ operator: 'Exists' }],
      nodeSelector: { a: 'b' },
      priorityClassName: 'p',
    });
    expect(spec['spec']).to.deep.include({
      tolerations: [{ operator: 'Exists' }],
      nodeSelector: { a: 'b' },
      podPriorityClassName: 'p',
    });
  });
});
