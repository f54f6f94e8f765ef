import { createInterface } from 'node:readline/promises';
import type { CliContext } from './context.js';
import { canAsk } from './init-questions.js';
import { usageError } from './usage-error.js';

/**
 * Asks before something that cannot be taken back.
 *
 * @param question ends without a question mark
 * @returns false when the answer is not yes
 * @throws OpniLoggingError `usage` when there is nobody to ask
 */
export async function confirm(context: CliContext, question: string): Promise<boolean> {
  if (!canAsk(context)) {
    throw usageError(
      'there is nobody to ask whether this is meant',
      'add --yes; --dry-run shows what would happen',
    );
  }
  const ended = new AbortController();
  const signal = AbortSignal.any([context.signal, ended.signal]);
  const prompt = createInterface({ input: context.stdin, output: context.stderr });
  prompt.once('close', () => ended.abort());
  prompt.once('SIGINT', context.interrupt);
  try {
    const answer = await prompt.question(`${question}? Type yes to go on: `, { signal });
    return answer.trim().toLowerCase() === 'yes';
  } catch (error) {
    context.signal.throwIfAborted();
    if (ended.signal.aborted) return false;
    throw error;
  } finally {
    prompt.close();
  }
}
