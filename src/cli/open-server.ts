import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { ApiServer } from '../kube/api-server.js';
import type { CliContext } from './context.js';

/** Flags that say which API server is meant. */
export interface ServerFlags {
  readonly kubeconfig?: string;
  readonly context?: string;
}

/** Adds the flags of {@link ServerFlags}. */
export function addServerOptions(command: Command): Command {
  return command
    .option('--kubeconfig <file>', 'kubeconfig to use instead of KUBECONFIG or ~/.kube/config')
    .option('--context <name>', 'context of the kubeconfig to use instead of the current one');
}

/**
 * The API server that is meant; nothing is sent.
 *
 * @throws OpniLoggingError `cluster` when a kubeconfig cannot be read, or the context or what it names is missing
 */
export async function openServer(flags: ServerFlags, { env, cwd }: CliContext): Promise<ApiServer> {
  const { findApiServer } = await import('../kube/connect.js');
  const kubeconfig = flags.kubeconfig === undefined ? undefined : resolve(cwd, flags.kubeconfig);
  return findApiServer({ env, kubeconfig, context: flags.context });
}
