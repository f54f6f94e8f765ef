import { type Fault, statusReply } from '../../support/cluster/front.js';
import type { TestCluster } from '../../support/cluster/test-cluster.js';

/**
 * Makes one API group look like that of an extension server that does not answer: the cluster names it, and everything
 * below it is unavailable. To be used as a fault of the front.
 */
export function breakGroup(test: TestCluster, group: string): Fault {
  return async ({ path }) => {
    if (path === '/apis') {
      // Names only, so that the client asks for each group.
      const { body } = await test.send('GET', '/apis');
      return { status: 200, body };
    }
    if (!path.startsWith(`/apis/${group}/`)) return undefined;
    return statusReply(503, 'ServiceUnavailable', 'the server is currently unable to handle the request');
  };
}
