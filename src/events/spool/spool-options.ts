import type { SpoolFiles } from './files.js';
import type { SpoolRecord } from './record.js';

/** A record that was handed out. */
export interface StoredRecord extends SpoolRecord {
  /** Delivered: it is not read again. */
  done(): void;
}

/** Options of `Spool.open`. */
export interface SpoolOptions {
  /** Folder that belongs to the spool. It is made when it is not there. */
  readonly folder: string;
  /** Most that the segments may take on disk, in bytes. */
  readonly maxBytes: number;
  /**
   * Size at which the next segment is begun, in bytes; what is done is removed a segment at a time.
   *
   * @default 8388608 (8 MiB), or an eighth of `maxBytes` when that is less
   */
  readonly segmentBytes?: number;
  /** `cluster_id` of the documents. The spool of another cluster is refused. */
  readonly clusterId: string;
  /** @default the files of this machine */
  readonly files?: SpoolFiles;
  /** Told what went wrong and was dealt with. @default nobody */
  readonly onTrouble?: (message: string) => void;
}
