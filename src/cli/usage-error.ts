import { OpniLoggingError } from '../common/error.js';

/** A command line that cannot be obeyed, and how to mend it. */
export function usageError(message: string, fix: string): OpniLoggingError {
  return new OpniLoggingError('usage', message, { problems: [{ message, fix }] });
}
