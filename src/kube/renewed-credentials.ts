import type { Clock } from '../common/clock.js';
import { OpniLoggingError } from '../common/error.js';
import { rejectedBy } from '../common/rejected-by.js';
import type { Credential, Credentials } from './api-server.js';

/** A credential and how long it is good for. */
export interface TimedCredential {
  readonly credential: Credential;
  /** When to ask for another one, in milliseconds since 1970. @default never */
  readonly renewAtMs?: number;
}

/** Options of {@link renewedCredentials}. */
export interface RenewedCredentialsOptions {
  readonly clock: Clock;
  /** Longest time that the source may take, in milliseconds. */
  readonly timeoutMs: number;
  /** The source in words, for the message when it takes too long. */
  readonly source: string;
}

/** One question to the source, shared by all that wait for it. */
interface Run {
  readonly result: Promise<TimedCredential>;
  readonly controller: AbortController;
  waiting: number;
}

/**
 * Credentials out of a source that is asked again when they run out, and after the server refused them. However many
 * requests wait, the source is asked once; it is stopped when none of them waits any more.
 *
 * @param obtain asks the source
 */
export function renewedCredentials(
  obtain: (signal: AbortSignal) => Promise<TimedCredential>,
  { clock, timeoutMs, source }: RenewedCredentialsOptions,
): Credentials {
  let known: TimedCredential | undefined;
  let run: Run | undefined;

  const start = (): Run => {
    const controller = new AbortController();
    const timer = setTimeout(() => {
      controller.abort(new OpniLoggingError('cluster', `${source} took longer than ${timeoutMs / 1000} s`));
    }, timeoutMs);
    const started: Run = {
      controller,
      waiting: 0,
      result: rejectedBy(controller.signal, obtain(controller.signal))
        .then((timed) => {
          known = keepSame(known, timed);
          return known;
        })
        .finally(() => {
          clearTimeout(timer);
          if (run === started) run = undefined;
        }),
    };
    // Those who wait are told; nobody may be left.
    started.result.catch(() => undefined);
    return started;
  };

  const ask = async (signal: AbortSignal | undefined): Promise<TimedCredential> => {
    signal?.throwIfAborted();
    run ??= start();
    const joined = run;
    joined.waiting++;
    try {
      return await rejectedBy(signal, joined.result);
    } finally {
      joined.waiting--;
      if (joined.waiting === 0 && signal?.aborted) {
        if (run === joined) run = undefined;
        joined.controller.abort(signal.reason);
      }
    }
  };

  return {
    current: async (signal) => {
      if (known && (known.renewAtMs ?? Number.POSITIVE_INFINITY) > clock.wallMs()) return known.credential;
      return (await ask(signal)).credential;
    },
    renew: async (refused, signal) => {
      // Somebody else was refused too, and has asked already.
      if (known && known.credential !== refused) return true;
      return (await ask(signal)).credential !== refused;
    },
  };
}

/** The same credential stays the same object, so that its connections are kept and a refusal of it is final. */
function keepSame(known: TimedCredential | undefined, next: TimedCredential): TimedCredential {
  const same = known && JSON.stringify(known.credential) === JSON.stringify(next.credential);
  return same ? { ...next, credential: known.credential } : next;
}
