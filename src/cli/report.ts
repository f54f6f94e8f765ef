import { type ErrorCode, formatProblem, messageOf, OpniLoggingError, type Problem } from '../common/error.js';
import type { Terminal } from './terminal.js';

/** What a command ends with. Documented in `--help`; a new code is a new feature. */
export const EXIT = { ok: 0, refused: 1, usage: 2, interrupted: 130 } as const;

/** How an error looks with `--json`, beside `ok: false`. */
interface ErrorReport {
  /** A code of the error class, or `internal` for a defect of the program. */
  readonly code: ErrorCode | 'internal';
  readonly message: string;
  readonly problems: readonly Problem[];
}

/** Prints an error, on standard error as text or on standard output as JSON, and returns the exit code for it. */
export async function reportError(terminal: Terminal, thrown: unknown): Promise<number> {
  const report = describe(thrown);
  if (terminal.json) await terminal.result([], { ok: false, ...report });
  else for (const line of errorLines(report, terminal)) terminal.error(line);
  return report.code === 'usage' ? EXIT.usage : EXIT.refused;
}

/** Problems in the order of their files with a blank line between two files, then what it comes to. */
function errorLines({ message, problems }: ErrorReport, terminal: Terminal): string[] {
  const byFile = new Map<string | undefined, Problem[]>();
  for (const problem of problems) {
    byFile.set(problem.file, [...(byFile.get(problem.file) ?? []), problem]);
  }
  const groups = [...byFile.values()].map((group) => group.map(formatProblem).join('\n'));
  const headline = `${terminal.style('red', 'error:', 'stderr')} ${message}`;
  const [only] = problems;
  if (only && problems.length === 1 && message.includes(formatProblem({ ...only, fix: undefined }))) {
    return [only.fix ? `${headline}\n    fix: ${only.fix}` : headline];
  }
  return groups.length === 0 ? [headline] : [groups.join('\n\n'), '', headline];
}

/** Errors of the file system are the user's to mend; everything else that is not ours is a defect. */
function describe(thrown: unknown): ErrorReport {
  if (thrown instanceof OpniLoggingError) {
    const { code, message, problems } = thrown;
    return { code, message, problems };
  }
  const message = messageOf(thrown);
  if (thrown instanceof Error && 'syscall' in thrown) return { code: 'io', message, problems: [] };
  const stack = (thrown instanceof Error && thrown.stack) || message;
  return {
    code: 'internal',
    message: 'this is a defect of opni-logging',
    problems: [{ message: stack, fix: 'report it, with the lines above' }],
  };
}

/** A number with its noun, as in `1 file` and `2 files`. */
export function counted(count: number, noun: string): string {
  return `${numberText(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** A number as all of them are printed, as in `1,200`. */
export const numberText = (count: number): string => count.toLocaleString('en');
