import { expect } from 'chai';
import { fluentdBytes } from '../../../src/lint/fluentd-size.js';
import { bufferSpace } from '../../../src/lint/rules/buffer-space.js';
import { changed, check, describeRule, goodSet, loggingObject, setWith } from '../support.js';

const LIMIT = ['spec', 'http', 'buffer', 'total_limit_size'];
const CHUNK = ['spec', 'http', 'buffer', 'chunk_limit_size'];
const VOLUME = ['spec', 'fluentd', 'bufferStorageVolume'];
const claim = (storage: string) => ({ pvc: { spec: { resources: { requests: { storage } } } } });

describeRule(
  bufferSpace,
  [
    {
      // One flow and the error output: two buffers.
      refuses: 'buffers that together are larger than the volume',
      objects: setWith('logging', VOLUME, claim('7Gi')),
      path: 'Logging main spec.fluentd.bufferStorageVolume',
      fix: '`storage: 10Gi`, or `total_limit_size: 2867m` in shipper',
    },
    {
      refuses: 'buffers larger than the volume that the operator claims by itself',
      objects: goodSet({
        logging: changed('logging', VOLUME, undefined),
        output: changed('output', LIMIT, '11g'),
      }),
      path: 'Logging main spec.fluentd.bufferStorageVolume',
      fix: '`total_limit_size: 8192m`',
    },
    {
      refuses: 'buffers larger than the volume of a detached aggregator',
      objects: goodSet(
        {},
        loggingObject('FluentdConfig', 'logs', 'main', { bufferStorageVolume: claim('1Gi') }),
      ),
      path: 'FluentdConfig logs/main spec.bufferStorageVolume',
      fix: '`storage: 10Gi`',
    },
    {
      refuses: 'a buffer without a limit, once for each output',
      objects: setWith('output', LIMIT, undefined),
      path: 'ClusterOutput logs/shipper spec.http.buffer.total_limit_size',
      fix: '`total_limit_size: 8192m`',
    },
    {
      refuses: 'buffers in the pod instead of on a volume',
      objects: setWith('logging', ['spec', 'fluentd', 'disablePvc'], true),
      path: 'Logging main spec.fluentd.disablePvc',
      fix: 'remove `disablePvc`',
    },
    {
      refuses: 'chunks without a limit',
      objects: setWith('output', CHUNK, undefined),
      path: 'ClusterOutput logs/shipper spec.http.buffer.chunk_limit_size',
      fix: '`chunk_limit_size: 3m`',
    },
    {
      refuses: 'chunks as large as a request',
      objects: goodSet(),
      context: { maxRequestBytes: 4 * 1024 ** 2 },
      path: 'ClusterOutput logs/shipper spec.http.buffer.chunk_limit_size',
      fix: '`chunk_limit_size: 699050`',
    },
  ],
  () => {
    it('takes buffers that fill the volume to the last byte, and chunks one byte below a request', () => {
      const objects = setWith('logging', VOLUME, claim('8Gi'));
      expect(check(bufferSpace, objects, { maxRequestBytes: 4 * 1024 ** 2 + 1 })).to.deep.equal([]);
    });

    it('counts every pair of a flow and an output', () => {
      const flows = ['a', 'b', 'c', 'd'].map((name) =>
        loggingObject('ClusterFlow', 'logs', name, { loggingRef: 'main', globalOutputRefs: ['shipper'] }),
      );
      expect(check(bufferSpace, goodSet({}, ...flows.slice(0, 3)))).to.deep.equal([]);
      const [problem] = check(bufferSpace, goodSet({}, ...flows));
      expect(problem?.message).to.include('6 buffers');
    });

    it('does not judge a volume whose size is not known', () => {
      const objects = setWith('logging', VOLUME, { hostPath: { path: '/data' } });
      expect(check(bufferSpace, objects)).to.deep.equal([]);
    });

    it('reads sizes as Fluentd does', () => {
      expect(['1024', '4k', '4m', '4MB', '4Mi', '2g', '1t', 'x'].map(fluentdBytes)).to.deep.equal([
        1024,
        4096,
        4 * 1024 ** 2,
        4 * 1024 ** 2,
        4 * 1024 ** 2,
        2 * 1024 ** 3,
        1024 ** 4,
        0,
      ]);
    });
  },
);
