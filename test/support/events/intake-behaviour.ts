import type { IntakeRules, ReadRequest } from './intake-rules.js';

/**
 * What happens to a request.
 *
 * - a status: the answer; below 300 the request is judged by the rules, and taken if they allow it
 * - `take`: as the rules say
 * - `take-and-drop`: taken, then the connection is closed without an answer
 * - `take-and-hang`: taken, and never answered
 * - `drop`: the body is read, then the connection is closed; not taken
 * - `hang`: the body is read and nothing more happens; not taken
 * - `reset`: the connection is reset before the body is read; not taken
 * - `slow-body`: taken; status 200 at once, the rest of the answer comes over `slowBodyMs`
 * - `cut-body`: taken; status 200 and half of the answer, then the connection is closed
 */
export type IntakeAnswer =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
  | 'take'
  | 'take-and-drop'
  | 'take-and-hang'
  | 'drop'
  | 'hang'
  | 'reset'
  | 'slow-body'
  | 'cut-body';

/** How an intake behaves. May be changed while it runs. */
export interface IntakeBehaviour extends IntakeRules {
  /** What happens to requests for which no script is left. @default 'take' */
  answer?: IntakeAnswer | ((request: ReadRequest) => IntakeAnswer);
  /** Documents that are taken per second; requests wait for their turn. @default no limit */
  documentsPerSecond?: number;
  /** Longest such wait, in milliseconds; above it 408, and nothing is taken. @default no limit */
  bufferWaitMs?: number;
  /** Wait before each answer, in milliseconds. @default 0 */
  delayMs?: number;
  /** How long the body of `slow-body` takes, in milliseconds. @default 300 */
  slowBodyMs?: number;
  /**
   * What the server does to kept connections without notice: `fin` closes them right after an answer, `reset-reused` resets
   * them when the next request comes, as a client sees it that wins the race against the `fin`. @default they are kept
   */
  keptConnections?: 'fin' | 'reset-reused';
  /** Status of `GET /health`. @default 200 */
  health?: number;
}
