import { expect } from 'chai';
import type { Container, SecurityContext } from 'kubernetes-types/core/v1.js';
import { describeObject } from '../../src/constructs/kubernetes-object.js';
import { at, containersOf, imagesOf, one, podTemplates, volumeOf, walk } from './object-parts.js';
import { MIRROR, STACK_CASES, stackObjects } from './stack-cases.js';

/** Containers that may run as root, and why. */
const MAY_BE_ROOT: Readonly<Record<string, string>> = {
  'fluent-bit': 'the files of the node that it reads belong to root',
};
/** Capabilities that a container may keep: files of the node that belong to others than root need it. */
const MAY_KEEP: Readonly<Record<string, readonly string[]>> = { 'fluent-bit': ['DAC_READ_SEARCH'] };
/** Specs in custom resources whose container has a writable root, and why. */
const MAY_WRITE_ROOT: Readonly<Record<string, string>> = {
  'Logging fluentd': 'Fluentd keeps sockets, its own log and refused chunks outside of its volume',
};

/** A security context as the kubelet sees it, and whose it is. */
interface Secured {
  readonly owner: string;
  readonly name: string;
  readonly security: SecurityContext;
}

const stateFolder = (prefix: string) => `/var/lib/opni-logging/${prefix}/`;

describe('the workloads of every stack', () => {
  const objectsOf = stackObjects();

  for (const stackCase of STACK_CASES) {
    describe(stackCase.title, () => {
      const containers = () =>
        podTemplates(objectsOf(stackCase)).flatMap(({ owner, spec }) =>
          containersOf(spec).map((container) => ({ owner, container, pod: spec })),
        );
      /** Containers of our own pods, and of those that the operator makes as our custom resources say. */
      const secured = (): Secured[] => [
        ...containers().map(({ owner, container, pod }) => ({
          owner,
          name: container.name,
          security: { ...(pod.securityContext as SecurityContext), ...container.securityContext },
        })),
        {
          owner: 'Logging',
          name: 'fluentd',
          security: merged(one(objectsOf(stackCase), 'Logging'), 'spec.fluentd.security'),
        },
        {
          owner: 'FluentbitAgent',
          name: 'fluent-bit',
          security: merged(one(objectsOf(stackCase), 'FluentbitAgent'), 'spec.security'),
        },
      ];

      it('give up all privileges', () => {
        for (const { owner, name, security } of secured()) {
          expect(security, `${owner} ${name}`).to.deep.include({
            allowPrivilegeEscalation: false,
            seccompProfile: { type: 'RuntimeDefault' },
          });
          expect(security.capabilities?.drop, `${owner} ${name}`).to.deep.equal(['ALL']);
          expect(MAY_KEEP[name] ?? [], `${owner} ${name}`).to.include.members(
            security.capabilities?.add ?? [],
          );
          expect(security.privileged, `${owner} ${name}`).to.equal(undefined);
        }
      });

      it('run as a numbered user that is not root, unless there is a reason', () => {
        for (const { owner, name, security } of secured()) {
          if (name in MAY_BE_ROOT) {
            expect(security, `${owner} ${name}`).to.include({ runAsUser: 0, runAsNonRoot: false });
          } else {
            expect(security.runAsNonRoot, `${owner} ${name}`).to.equal(true);
            expect(security.runAsUser, `${owner} ${name}`).to.be.greaterThan(0);
          }
        }
      });

      it('have a read-only root, unless there is a reason', () => {
        for (const { owner, name, security } of secured()) {
          const readOnly = `${owner} ${name}` in MAY_WRITE_ROOT ? undefined : true;
          expect(security.readOnlyRootFilesystem, `${owner} ${name}`).to.equal(readOnly);
        }
      });

      it('have requests, and a limit of memory', () => {
        const resources = [
          ...containers().map(({ owner, container }) => ({ owner, resources: container.resources })),
          { owner: 'Logging', resources: at(one(objectsOf(stackCase), 'Logging'), 'spec.fluentd.resources') },
          { owner: 'Agent', resources: at(one(objectsOf(stackCase), 'FluentbitAgent'), 'spec.resources') },
        ];
        for (const { owner, resources: given } of resources) {
          const text = JSON.stringify(given);
          expect(at(given, 'limits.memory'), `${owner} ${text}`).to.match(/^\d/);
          expect(at(given, 'requests.memory'), `${owner} ${text}`).to.match(/^\d/);
          expect(at(given, 'requests.cpu'), `${owner} ${text}`).to.match(/^\d/);
        }
      });

      it('share nothing with the node and say whether they need a token', () => {
        for (const { owner, spec } of podTemplates(objectsOf(stackCase))) {
          expect([spec.hostNetwork, spec.hostPID, spec.hostIPC], owner).to.deep.equal([
            undefined,
            undefined,
            undefined,
          ]);
          expect(spec.automountServiceAccountToken, owner).to.be.a('boolean');
        }
      });

      it('mount folders of the node read-only, but for their own state', () => {
        const own = stateFolder(stackCase.everything ? 'stack-of-twenty-char' : 'opni');
        for (const { owner, container, pod } of containers()) {
          for (const mount of container.volumeMounts ?? []) {
            const path = volumeOf(pod, mount.name)?.hostPath?.path;
            if (path === undefined) continue;
            expect(mount.readOnly === true, `${owner} mounts ${path}`).to.equal(!path.startsWith(own));
          }
        }
        for (const { path, value } of walk(one(objectsOf(stackCase), 'FluentbitAgent'))) {
          if (/extraVolumeMounts\.\d+$/.test(path)) expect(value, path).to.include({ readOnly: true });
          if (/hostPath\.path$/.test(path))
            expect(value, path).to.satisfy((text: string) => text.startsWith(own));
        }
      });

      it('mount whole folders, and of single files only the machine’s id', () => {
        for (const { owner, spec } of podTemplates(objectsOf(stackCase))) {
          for (const { hostPath } of spec.volumes ?? []) {
            if (!hostPath || hostPath.path === '/etc/machine-id') continue;
            expect(hostPath.path.split('/').pop(), `${owner} mounts ${hostPath.path}`).not.to.match(
              /\.[a-z]+$/,
            );
            expect(hostPath.path, owner).not.to.match(/^\/(etc|proc|sys|root|home)?\/?$/);
          }
        }
      });

      it('mount nothing at two places and write nowhere without a volume', () => {
        for (const { owner, container, pod } of containers()) {
          const paths = (container.volumeMounts ?? []).map(({ mountPath }) => mountPath);
          expect(new Set(paths).size, `${owner} ${container.name}`).to.equal(paths.length);
          for (const { name } of container.volumeMounts ?? []) {
            expect(volumeOf(pod, name), `${owner} volume ${name}`).not.to.equal(undefined);
          }
        }
      });

      it('have probes, and a time to stop that is longer than their hook', () => {
        for (const { owner, spec } of podTemplates(objectsOf(stackCase))) {
          for (const container of spec.containers) {
            expect(probesOf(container), `${owner} ${container.name}`).to.include.members([
              'livenessProbe',
              'readinessProbe',
            ]);
          }
        }
      });

      it('take every image from where images come from', () => {
        const found = imagesOf(objectsOf(stackCase));
        expect(found.length).to.be.greaterThan(6);
        for (const { where, image } of found) {
          expect(image, where).to.match(/^[^\s:]+(:\d+)?(\/[^\s:@]+)+:[^\s:@]+(@sha256:[0-9a-f]{64})?$/);
          expect(image, where).not.to.match(/:latest(@|$)/);
          expect(image.startsWith(`${MIRROR}/`), `${where} ${image}`).to.equal(stackCase.everything);
        }
      });

      if (!stackCase.everything) return;

      it('name every image that the operator runs, since its own defaults would bypass the mirror', () => {
        const fluentd = at(one(objectsOf(stackCase), 'Logging'), 'spec.fluentd');
        for (const path of [
          'image',
          'configReloaderImage',
          'scaling.drain.image',
          'scaling.drain.pauseImage',
        ]) {
          expect(at(fluentd, `${path}.repository`), path).to.be.a('string');
        }
      });

      it('use the pull secrets, the priority class and the node selectors everywhere', () => {
        for (const { owner, spec, object } of podTemplates(objectsOf(stackCase))) {
          const collector = object.kind === 'DaemonSet';
          expect(spec.imagePullSecrets, owner).to.deep.equal([{ name: 'mirror' }]);
          expect(spec.priorityClassName, owner).to.equal('logging');
          expect(spec.nodeSelector, owner).to.deep.equal(
            collector ? { 'kubernetes.io/os': 'linux' } : { workload: 'logging' },
          );
          expect(spec.tolerations, owner).to.have.length(1);
        }
        const custom = [
          at(one(objectsOf(stackCase), 'Logging'), 'spec.fluentd'),
          at(one(objectsOf(stackCase), 'FluentbitAgent'), 'spec'),
        ];
        for (const spec of custom) {
          expect(spec).to.include({ podPriorityClassName: 'logging' });
          expect(at(spec, 'image.imagePullSecrets')).to.deep.equal([{ name: 'mirror' }]);
        }
      });

      it('set the SELinux type on the collectors alone', () => {
        for (const { owner, name, security } of secured()) {
          const type = name === 'fluent-bit' ? 'rke_logreader_t' : undefined;
          expect(security.seLinuxOptions?.type, `${owner} ${name}`).to.equal(type);
        }
      });
    });
  }

  it('set no SELinux type unless asked', () => {
    for (const stackCase of STACK_CASES.filter(({ everything }) => !everything)) {
      for (const object of objectsOf(stackCase)) {
        if (object.kind === 'CustomResourceDefinition') continue;
        expect(JSON.stringify(object), describeObject(object)).not.to.include('seLinux');
      }
    }
  });
});

const probesOf = (container: Container) =>
  (['startupProbe', 'livenessProbe', 'readinessProbe'] as const).filter((name) => container[name]);

/** Pod and container security context of a custom resource in one. */
function merged(object: unknown, path: string): SecurityContext {
  const security = at(object, path) as { podSecurityContext?: object; securityContext?: object };
  return { ...security.podSecurityContext, ...security.securityContext };
}
