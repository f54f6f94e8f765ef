/** A document as it arrives. */
export type LedgerDocument = Readonly<Record<string, unknown>>;

/** A request as it arrived at the intake, and what came of it. */
export interface IntakeRequest {
  /** When its body was complete, in milliseconds of `performance.now()`. */
  readonly atMs: number;
  readonly method: string;
  readonly path: string;
  /** Of the body as it was on the wire. */
  readonly bytes: number;
  /** Documents in it; 0 where the body was not read or is no array. */
  readonly count: number;
  readonly isGzip: boolean;
  /** The answer, or the fault that stood in its place. */
  readonly status: number | string;
  /** Whether its documents were taken. */
  readonly isTaken: boolean;
}

/** What an intake has received. Only documents of requests that were taken count, whether or not an answer got through. */
export class DeliveryLedger {
  /** By `event_id`, how often it came; in the order in which they first came. */
  readonly received = new Map<string, number>();
  /** All requests to the intake, refused ones as well. */
  readonly requests: IntakeRequest[] = [];
  /** The last documents taken. */
  readonly documents: LedgerDocument[] = [];
  /** Documents taken, each time they came. */
  documentCount = 0;
  /** Documents taken that have no `event_id`. */
  withoutId = 0;
  /** Most requests that were open at the same time. */
  maxConcurrent = 0;
  #waiting = new Set<() => void>();

  /** @param keepDocuments how many documents are kept; 0 for none */
  constructor(private readonly keepDocuments = 1000) {}

  /** Ids received, in the order in which they first came. */
  get ids(): string[] {
    return [...this.received.keys()];
  }

  /** How often an id came. */
  times(id: string): number {
    return this.received.get(id) ?? 0;
  }

  /** Requests with this answer. */
  answered(status: number | string): readonly IntakeRequest[] {
    return this.requests.filter((request) => request.status === status);
  }

  /** Enters documents that were taken. */
  take(documents: readonly LedgerDocument[]): void {
    for (const document of documents) {
      const id = document['event_id'];
      if (typeof id === 'string') this.received.set(id, this.times(id) + 1);
      else this.withoutId++;
    }
    this.documentCount += documents.length;
    if (this.keepDocuments > 0) {
      this.documents.push(...documents.slice(-this.keepDocuments));
      this.documents.splice(0, Math.max(0, this.documents.length - this.keepDocuments));
    }
    this.#tell();
  }

  /** Enters a request. */
  log(request: IntakeRequest): void {
    this.requests.push(request);
    this.#tell();
  }

  /** Forgets everything. */
  clear(): void {
    this.received.clear();
    this.requests.length = 0;
    this.documents.length = 0;
    this.documentCount = this.withoutId = this.maxConcurrent = 0;
  }

  /** Waits until this many different ids are there. */
  waitForIds(count: number, timeoutMs = 10_000): Promise<void> {
    const text = () => `${this.received.size} of ${count} ids arrived`;
    return this.waitUntil(() => this.received.size >= count, timeoutMs, text);
  }

  /** Waits until this many requests are there. */
  waitForRequests(count: number, timeoutMs = 10_000): Promise<void> {
    const text = () => `${this.requests.length} of ${count} requests came`;
    return this.waitUntil(() => this.requests.length >= count, timeoutMs, text);
  }

  /**
   * Waits until something is true, asking after each change.
   *
   * @throws Error with the text when it does not become true in time
   */
  waitUntil(
    isTrue: () => boolean,
    timeoutMs = 10_000,
    text: () => string = () => 'what was waited for did not come',
  ): Promise<void> {
    if (isTrue()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const check = () => {
        if (!isTrue()) return;
        clearTimeout(timer);
        this.#waiting.delete(check);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(check);
        reject(new Error(`${text()} within ${timeoutMs} ms`));
      }, timeoutMs);
      this.#waiting.add(check);
    });
  }

  #tell(): void {
    for (const check of [...this.#waiting]) check();
  }
}
