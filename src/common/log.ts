import { type Clock, systemClock } from './clock.js';

/** How much a line matters, from most to least. */
export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

/** What a line says besides its message. An `Error` becomes its message and code; `undefined` is left out. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Options of {@link createLogger}. */
export interface LoggerOptions {
  /** Takes one line with its line feed. */
  readonly write: (text: string) => void;
  /** The least that is written. @default 'info' */
  readonly level?: LogLevel;
  /** Fields of every line. @default {} */
  readonly fields?: LogFields;
  /** @default the clock of this machine */
  readonly clock?: Pick<Clock, 'now' | 'wallMs'>;
}

/** Writes lines of JSON: `time`, `level`, `message`, and the fields. */
export interface Logger {
  error(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
  /** Is a line of this level written at all? For fields that cost something. */
  enabled(level: LogLevel): boolean;
  /** A logger that adds fields to every line. It shares the limits of {@link limited}. */
  child(fields: LogFields): Logger;
  /**
   * A logger for what may happen often: it writes one line an interval for each key and level. The next one says in
   * `suppressed` how many were left out.
   *
   * @param key of a small, fixed set: every key is kept
   * @param intervalMs @default 30000
   */
  limited(key: string, intervalMs?: number): Logger;
}

const LEVELS: readonly LogLevel[] = ['error', 'warn', 'info', 'debug'];
const DEFAULT_INTERVAL_MS = 30_000;

/** What a logger and its children have in common. */
interface Sink {
  readonly write: (text: string) => void;
  readonly levels: ReadonlySet<LogLevel>;
  readonly clock: Pick<Clock, 'now' | 'wallMs'>;
  readonly limits: Map<string, { writtenAt: number; suppressed: number }>;
}

interface Limit {
  readonly key: string;
  readonly intervalMs: number;
}

/** A logger that writes to `write`. Logging never throws because of what is logged. */
export function createLogger(options: LoggerOptions): Logger {
  const { write, level = 'info', fields = {}, clock = systemClock } = options;
  const levels = new Set(LEVELS.slice(0, LEVELS.indexOf(level) + 1));
  return new JsonLogger({ write, levels, clock, limits: new Map() }, fields);
}

class JsonLogger implements Logger {
  constructor(
    private readonly sink: Sink,
    private readonly fields: LogFields,
    private readonly limit?: Limit,
  ) {}

  error(message: string, fields?: LogFields): void {
    this.#log('error', message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.#log('warn', message, fields);
  }

  info(message: string, fields?: LogFields): void {
    this.#log('info', message, fields);
  }

  debug(message: string, fields?: LogFields): void {
    this.#log('debug', message, fields);
  }

  enabled(level: LogLevel): boolean {
    return this.sink.levels.has(level);
  }

  child(fields: LogFields): Logger {
    return new JsonLogger(this.sink, { ...this.fields, ...fields }, this.limit);
  }

  limited(key: string, intervalMs = DEFAULT_INTERVAL_MS): Logger {
    return new JsonLogger(this.sink, this.fields, { key, intervalMs });
  }

  #log(level: LogLevel, message: string, fields: LogFields = {}): void {
    if (!this.enabled(level)) return;
    const suppressed = this.#suppressed(level);
    if (suppressed === undefined) return;
    const { clock, write } = this.sink;
    const line: Record<string, unknown> = { time: new Date(clock.wallMs()).toISOString(), level, message };
    for (const [name, value] of Object.entries({ ...this.fields, ...fields })) {
      // What every line has is not written over.
      this.#put(line, name in line ? `${name}_` : name, value);
    }
    if (suppressed > 0) line['suppressed'] = suppressed;
    write(`${jsonText(line)}\n`);
  }

  #put(line: Record<string, unknown>, name: string, value: unknown): void {
    if (!(value instanceof Error)) {
      line[name] = value;
      return;
    }
    line[name] = value.message;
    const { code } = value as { readonly code?: unknown };
    if (typeof code === 'string' || typeof code === 'number') line['code'] ??= code;
    if (this.enabled('debug')) line['stack'] ??= value.stack;
  }

  /** How many lines were left out since the last one; `undefined` when this one is left out too. */
  #suppressed(level: LogLevel): number | undefined {
    if (!this.limit) return 0;
    const { limits, clock } = this.sink;
    const { key, intervalMs } = this.limit;
    const id = `${level} ${key}`;
    const now = clock.now();
    const last = limits.get(id);
    if (last && now - last.writtenAt < intervalMs) {
      last.suppressed++;
      return undefined;
    }
    limits.set(id, { writtenAt: now, suppressed: 0 });
    return last?.suppressed ?? 0;
  }
}

/** JSON of a line, also where a field holds itself or a BigInt: a logger must not be what stops a program. */
function jsonText(line: Readonly<Record<string, unknown>>): string {
  try {
    return JSON.stringify(line, plain);
  } catch {
    const readable = Object.entries(line).map(([name, value]) => [
      name,
      typeof value === 'object' && value !== null ? '[not JSON]' : value,
    ]);
    return JSON.stringify(Object.fromEntries(readable), plain);
  }
}

function plain(_name: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  return value instanceof Error ? value.message : value;
}
