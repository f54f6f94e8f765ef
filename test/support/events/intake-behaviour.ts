import type { SelfSigned } from '../../kube/self-signed.js';
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
  | StatusAnswer
  | 'take'
  | 'take-and-drop'
  | 'take-and-hang'
  | 'drop'
  | 'hang'
  | 'reset'
  | 'slow-body'
  | 'cut-body';

/** An answer with a status. */
export interface StatusAnswer {
  readonly status: number;
  /** @default none but `content-length` */
  readonly headers?: Readonly<Record<string, string>>;
  /** @default '' */
  readonly body?: string;
}

/** How an intake behaves. May be changed while it runs. */
export interface IntakeBehaviour extends IntakeRules {
  /** What happens to requests for which no script is left. @default 'take' */
  answer?: IntakeAnswer | ((request: ReadRequest) => IntakeAnswer);
  /** Documents that leave the buffer per second; requests wait until there is room for all of theirs. @default no limit */
  documentsPerSecond?: number;
  /** Documents that have room in the buffer. @default 0: an answer comes when its documents have left */
  bufferRecords?: number;
  /** Longest wait for room, in milliseconds; above it 408, and nothing is taken. Data Prepper's is 8000. @default no limit */
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

/** Options of a stand-in for Data Prepper. */
export interface FakeDataPrepperOptions extends IntakeBehaviour {
  /** Serves TLS with this certificate. @default plain HTTP */
  readonly tls?: SelfSigned;
  /** How many documents the ledger keeps. @default 1000 */
  readonly keepDocuments?: number;
}
