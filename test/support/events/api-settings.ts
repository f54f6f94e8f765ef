import type { Chunking } from './chunked-socket.js';

/** How the server behaves; may be changed while it runs. */
export interface ApiSettings {
  /** Whether streaming lists are served; else 422. @default true */
  streamingList: boolean;
  /** Whether a streaming list tells of its end. @default true */
  endBookmark: boolean;
  /** How a watch from a compacted revision is refused. @default 'stream', an ERROR line in a 200 */
  expiredAs: 'stream' | 'status';
  /**
   * What comes of a watch from a revision to come. Events have no watch cache, so it waits without a word until that
   * revision is there. With a cache, and always where it begins with the events that there are, it is refused.
   * @default 'wait'
   */
  tooLargeAs: 'wait' | 'stream' | 'status';
  /** How watches are cut up. @default a chunk for each line */
  chunking: Chunking;
  /** How lists are cut up. @default undefined, with a `Content-Length` */
  listChunking: Chunking | undefined;
  /** UID of the namespace `kube-system`. */
  clusterUid: string;
  /** Real milliseconds for a second of `timeoutSeconds`. @default 1000 */
  secondMs: number;
}

/** What the server does unless it is told otherwise. */
export const defaultSettings = (): ApiSettings => ({
  streamingList: true,
  endBookmark: true,
  expiredAs: 'stream',
  tooLargeAs: 'wait',
  chunking: {},
  listChunking: undefined,
  clusterUid: '8a3d1c52-77f0-4b1e-9d54-0c6f2e9b7a10',
  secondMs: 1000,
});
