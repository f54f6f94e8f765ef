/**
 * What kind of thing went wrong. The set is closed: callers may switch on it, and a new code is a new feature.
 *
 * - `usage`: the command line or a call's arguments are wrong
 * - `config`: a configuration file was refused; `problems` lists every reason
 * - `construct`: the constructs do not fit together (a name twice, an override that matches nothing)
 * - `lint`: a rendered object breaks a rule
 * - `io`: reading or writing a file failed
 * - `cluster`: a Kubernetes API server could not be reached or said no
 * - `not-built`: the feature is designed but not there yet
 */
export type ErrorCode = 'usage' | 'config' | 'construct' | 'lint' | 'io' | 'cluster' | 'not-built';

/** One thing that a user has to mend: what is wrong, where, and how to mend it. */
export interface Problem {
  /** File as the user named it; absent when the value did not come from a file. */
  readonly file?: string;
  /** Line in the file, from 1. */
  readonly line?: number;
  /** Column in the line, from 1. */
  readonly column?: number;
  /** Path of the value, as in `shipper.buffer.type`, or the object, as in `Deployment opni/opni-shipper`. */
  readonly path?: string;
  /** What is wrong, one sentence. Never holds a secret value. */
  readonly message: string;
  /** How to mend it, or what is allowed. */
  readonly fix?: string;
}

/** Options of an {@link OpniLoggingError}. */
export interface ErrorOptions {
  /** Everything found wrong, in the order of the file. @default none */
  readonly problems?: readonly Problem[];
  /** The error that led to this one. @default none */
  readonly cause?: unknown;
}

/** The one error class of the project. `code` says what kind it is, `problems` where and how to mend it. */
export class OpniLoggingError extends Error {
  override readonly name = 'OpniLoggingError';
  readonly code: ErrorCode;
  readonly problems: readonly Problem[];

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.problems = options.problems ?? [];
  }
}

/** `file:line:column: path: message (fix)`, leaving out what is not known. */
export function formatProblem(problem: Problem): string {
  const place = [problem.file, problem.line, problem.line === undefined ? undefined : problem.column]
    .filter((part) => part !== undefined)
    .join(':');
  const text = [place, problem.path, problem.message].filter((part) => part).join(': ');
  return problem.fix ? `${text}\n    fix: ${problem.fix}` : text;
}

/** The text of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
