import type { ApiServer } from './api-server.js';
import { Cluster } from './cluster.js';
import { inClusterServer } from './in-cluster.js';
import { type KubeconfigOptions, kubeconfigFiles, openKubeconfig } from './kubeconfig.js';

/**
 * The API server that is meant: that of the kubeconfig; in a pod without one, that of the pod's own cluster.
 *
 * @throws OpniLoggingError `cluster` when a file cannot be read, or the context or what it names is missing
 */
export function findApiServer(options: KubeconfigOptions): ApiServer {
  const within = kubeconfigFiles(options).length === 0 ? inClusterServer({ env: options.env }) : undefined;
  return within ?? openKubeconfig(options);
}

/**
 * Connects as `kubectl` would. Nothing is sent before the first request.
 *
 * @param options `env` @default that of this process; `kubeconfig` @default `KUBECONFIG`, then `~/.kube/config`;
 *   `context` @default the current one
 * @throws OpniLoggingError as {@link findApiServer}
 */
export function connectToCluster(options: Partial<KubeconfigOptions> = {}): Cluster {
  return Cluster.connect(findApiServer({ env: process.env, ...options }));
}
