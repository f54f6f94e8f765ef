import type { Clock } from '../common/clock.js';
import type { Logger } from '../common/log.js';
import type { ShippingSettings } from './config/events-settings.js';
import { DeadLetters } from './shipper/dead-letters.js';
import type { SpoolFiles } from './spool/files.js';
import { purgeFolder } from './spool/purge-folder.js';
import { Spool } from './spool/spool.js';

/** Options of {@link Storage}. */
export interface StorageOptions {
  readonly settings: Pick<ShippingSettings, 'spool' | 'deadLetters'>;
  readonly log: Logger;
  readonly clock: Clock;
  /** @default the files of this machine */
  readonly files?: SpoolFiles;
}

/** What a forwarder has on disk, where that is configured. */
export class Storage {
  #spool: Spool | undefined;
  #deadLetters: DeadLetters | undefined;

  constructor(private readonly options: StorageOptions) {}

  get spool(): Spool | undefined {
    return this.#spool;
  }

  get deadLetters(): DeadLetters | undefined {
    return this.#deadLetters;
  }

  /** @throws OpniLoggingError `config` when the spool is that of another cluster; `io` when the disk does not do */
  async open(clusterId: string): Promise<void> {
    const { settings, clock, files } = this.options;
    await this.openSpool(clusterId);
    this.#deadLetters =
      settings.deadLetters &&
      (await DeadLetters.open({ ...settings.deadLetters, onTrouble: this.#tell, clock, files }));
  }

  /** Opens the spool, also anew: what it handed out before and was not delivered comes again then. */
  async openSpool(clusterId: string): Promise<void> {
    const { settings, files, log } = this.options;
    if (!settings.spool) return;
    await this.#spool?.close();
    this.#spool = undefined;
    const spool = await Spool.open({ ...settings.spool, clusterId, onTrouble: this.#tell, files });
    this.#spool = spool;
    const { damaged: holes, mark = 'none' } = spool;
    if (holes > 0) log.error('the spool is damaged; its events are read again', { holes, mark });
  }

  async close(): Promise<void> {
    await this.#spool?.close();
    await this.#deadLetters?.close();
    this.#spool = this.#deadLetters = undefined;
  }

  /**
   * Removes what is spooled, also by an earlier process. It must not be open.
   *
   * @throws OpniLoggingError `io` when something could not be removed
   */
  async purge(): Promise<void> {
    const { settings, files } = this.options;
    if (settings.spool) await purgeFolder(settings.spool.folder, files);
  }

  readonly #tell = (message: string) => this.options.log.limited('disk').warn(message);
}
