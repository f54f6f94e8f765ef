#!/usr/bin/env node
import { fileURLToPath } from 'node:url';
import { run } from './program.js';
import { EXIT } from './report.js';

/** How long work may take to stop once it was interrupted, in milliseconds. */
const INTERRUPT_GRACE_MS = 2000;

const interrupted = new AbortController();
const interrupt = () => {
  if (interrupted.signal.aborted) process.exit(EXIT.interrupted);
  interrupted.abort();
  setTimeout(() => process.exit(EXIT.interrupted), INTERRUPT_GRACE_MS).unref();
};
process.on('SIGINT', interrupt);

// A reader such as `head` that has seen enough is no failure.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
}

process.exitCode = await run(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  cwd: process.cwd(),
  signal: interrupted.signal,
  interrupt,
  now: () => performance.now(),
  packageFolder: fileURLToPath(new URL('../../..', import.meta.url)),
});
