import { expect } from 'chai';
import { hostPaths } from '../../../src/lint/rules/host-paths.js';
import { check, describeRule, setWith } from '../support.js';

const POD = ['spec', 'template', 'spec'];
const AT = 'DaemonSet logs/collector spec.template.spec';
const hostPath = (index: number, path: string) =>
  setWith('collector', [...POD, 'volumes', index, 'hostPath', 'path'], path);
const mount = (mounted: object) =>
  setWith('agent', ['spec', 'extraVolumeMounts'], [{ destination: '/x', readOnly: true, ...mounted }]);

describeRule(
  hostPaths,
  [
    {
      refuses: 'a folder of the node that can be written',
      objects: setWith('collector', [...POD, 'containers', 0, 'volumeMounts', 1, 'readOnly'], undefined),
      path: `${AT}.containers[0].volumeMounts[1].readOnly`,
      fix: '`readOnly: true`',
    },
    {
      refuses: 'a writable folder that only begins like the state folder',
      objects: hostPath(2, '/var/lib/opni-logging-other'),
      path: `${AT}.containers[0].volumeMounts[2].readOnly`,
      fix: 'below /var/lib/opni-logging',
    },
    {
      refuses: 'the root of the node, also read-only',
      objects: hostPath(1, '/'),
      path: `${AT}.volumes[1].hostPath.path`,
      fix: '`/var/log`',
    },
    {
      refuses: 'the socket of the container runtime',
      objects: hostPath(1, '/var/run/docker.sock'),
      path: `${AT}.volumes[1].hostPath.path`,
      fix: '`/var/log`',
    },
    {
      refuses: 'the folder of the sockets',
      objects: hostPath(1, '/run/'),
      path: `${AT}.volumes[1].hostPath.path`,
      fix: '`/var/log`',
    },
    {
      refuses: 'a writable folder in an agent of the operator',
      objects: mount({ source: '/etc', readOnly: false }),
      path: 'FluentbitAgent main spec.extraVolumeMounts[0].readOnly',
      fix: '`readOnly: true`',
    },
    {
      refuses: 'the root of the node in an agent of the operator',
      objects: mount({ source: '/' }),
      path: 'FluentbitAgent main spec.extraVolumeMounts[0].source',
      fix: '`/var/log`',
    },
    {
      refuses: 'positions in the root of the node',
      objects: setWith('agent', ['spec', 'positiondb', 'hostPath', 'path'], '/'),
      path: 'FluentbitAgent main spec.positiondb.hostPath.path',
      fix: '`/var/log`',
    },
  ],
  () => {
    it('takes the folder of the journal in memory', () => {
      expect(check(hostPaths, hostPath(1, '/run/log'))).to.deep.equal([]);
    });

    it('takes other state folders where they are named', () => {
      const objects = hostPath(2, '/srv/state/x');
      expect(check(hostPaths, objects).length).to.equal(1);
      expect(check(hostPaths, objects, { stateFolders: ['/srv/state'] })).to.deep.equal([]);
    });
  },
);
