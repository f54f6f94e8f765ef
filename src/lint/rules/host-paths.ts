import type { Problem } from '../../common/error.js';
import type { KubernetesObject } from '../../constructs/kubernetes-object.js';
import { isWithin, items, read, text, trimPath } from '../fields.js';
import { hostMounts } from '../pod-templates.js';
import { type LintRule, problem } from '../rule.js';

const DEFAULT_STATE_FOLDERS = ['/var/lib/opni-logging'];
/** With a socket of the container runtime, or a folder that holds it, a pod owns the node; read-only does not help. */
const TOO_MUCH = ['/', '/run', '/var/run'];
const SOCKET = /\.sock$/;

/** Collectors read files of the node as root; what they may write to has to stay small. */
export const hostPaths: LintRule = {
  id: 'host-paths',
  title: 'Of the node, only state folders are writable, and neither its root nor its sockets are mounted',

  *check({ pods, logging, context: { stateFolders = DEFAULT_STATE_FOLDERS } }) {
    const isState = (path: string) => stateFolders.some((folder) => isWithin(path, folder));
    for (const pod of pods) {
      for (const { path, field, writable } of hostMounts(pod)) {
        if (isTooMuch(path)) yield tooMuch(pod.owner, `${field}.path`, path);
        else if (!isState(path)) {
          for (const mount of writable)
            yield writableMount(pod.owner, `${mount}.readOnly`, path, stateFolders);
        }
      }
    }
    for (const agent of logging.agents) {
      for (const [index, mount] of items(read(agent, 'spec', 'extraVolumeMounts')).entries()) {
        const path = text(read(mount, 'source')) ?? '';
        const field = `spec.extraVolumeMounts[${index}]`;
        if (isTooMuch(path)) yield tooMuch(agent, `${field}.source`, path);
        else if (read(mount, 'readOnly') === false && !isState(path)) {
          yield writableMount(agent, `${field}.readOnly`, path, stateFolders);
        }
      }
      for (const name of ['positiondb', 'bufferStorageVolume']) {
        const path = text(read(agent, 'spec', name, 'hostPath', 'path')) ?? '';
        if (isTooMuch(path)) yield tooMuch(agent, `spec.${name}.hostPath.path`, path);
      }
    }
  },
};

const isTooMuch = (path: string): boolean => TOO_MUCH.includes(trimPath(path)) || SOCKET.test(path);

const tooMuch = (object: KubernetesObject, field: string, path: string): Problem =>
  problem(
    object,
    field,
    `${path} gives the pod power over the whole node`,
    'mount only the folder that is read, such as `/var/log`',
  );

const writableMount = (
  object: KubernetesObject,
  field: string,
  path: string,
  stateFolders: readonly string[],
): Problem =>
  problem(
    object,
    field,
    `${path} of the node can be written to`,
    `\`readOnly: true\`, or mount a folder below ${stateFolders.join(' or ')}`,
  );
