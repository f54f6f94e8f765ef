import { Agent, type IncomingMessage, request } from 'node:http';
import { request as secureRequest } from 'node:https';

/** An answer that was read to its end. */
export interface TestAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look at what they expect
  readonly json: any;
}

/** A line of a watch. */
export interface TestLine {
  readonly type: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look at what they expect
  readonly object: any;
}

/** What a request has beside its path. */
export interface TestRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly ca?: string;
  readonly agent?: Agent;
}

/** Asks by `node:http`, and gives the answer when its head is there. */
export function open(url: string, { body, ...options }: TestRequest = {}): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? '' : JSON.stringify(body);
    const send = url.startsWith('https:') ? secureRequest : request;
    const headers = {
      'content-type': 'application/json',
      ...options.headers,
      'content-length': Buffer.byteLength(text),
    };
    send(url, { agent: false, ...options, headers }, resolve)
      .on('error', reject)
      .end(text);
  });
}

/** Asks, and reads the whole answer. */
export async function ask(url: string, options?: TestRequest): Promise<TestAnswer> {
  const response = await open(url, options);
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += chunk;
  const json = response.headers['content-type'] === 'application/json' ? JSON.parse(text) : undefined;
  return { status: response.statusCode ?? 0, headers: response.headers, text, json };
}

/** Follows a watch, and keeps what came. */
export class TestWatch {
  /** The pieces as they came. */
  readonly chunks: Buffer[] = [];
  /** How it ended: `end`, or the code of the error. */
  outcome: string | undefined;
  #news: () => void = () => undefined;

  private constructor(readonly response: IncomingMessage) {
    const closed = (outcome: string) => {
      this.outcome ??= outcome;
      this.#news();
    };
    response.on('data', (chunk: Buffer) => {
      this.chunks.push(chunk);
      this.#news();
    });
    response.on('end', () => closed('end'));
    response.on('error', (error: NodeJS.ErrnoException) => closed(error.code ?? error.message));
  }

  static async open(url: string, options?: TestRequest): Promise<TestWatch> {
    return new TestWatch(await open(url, options));
  }

  get text(): string {
    return Buffer.concat(this.chunks).toString('utf8');
  }

  /** The whole lines that came. */
  get lines(): TestLine[] {
    return this.text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as TestLine);
  }

  /** Type and resource version of each line. */
  get told(): string[] {
    return this.lines.map(({ type, object }) => `${type} ${object.metadata?.resourceVersion ?? object.code}`);
  }

  /** Waits until something is so. */
  async until(so: (watch: TestWatch) => boolean, timeoutMs = 5000): Promise<void> {
    const end = performance.now() + timeoutMs;
    while (!so(this)) {
      if (performance.now() > end)
        throw new Error(`not within ${timeoutMs} ms; told: ${this.text.slice(0, 500)}`);
      await new Promise<void>((resolve) => {
        this.#news = resolve;
        setTimeout(resolve, 50);
      });
    }
  }

  close(): void {
    this.response.destroy();
  }
}
