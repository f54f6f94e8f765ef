import type { ApiCall } from '../../cluster/front.js';
import { TOKENS } from '../../cluster/test-cluster.js';
import { Refusal } from '../requests/refusal.js';

/** Who asks. */
export interface User {
  readonly name: string;
  readonly groups: readonly string[];
}

const AUTHENTICATED = 'system:authenticated';
const MASTERS = 'system:masters';

const USERS: ReadonlyMap<string, User> = new Map([
  [TOKENS.admin, { name: 'admin', groups: [MASTERS, AUTHENTICATED] }],
  [TOKENS.limited, { name: 'limited', groups: [AUTHENTICATED] }],
]);

/** Controllers of the cluster itself. */
export const SYSTEM: User = { name: 'system:kube-controller-manager', groups: [MASTERS] };

/** Whether nothing is forbidden to an account. */
export const isMaster = ({ groups }: User): boolean => groups.includes(MASTERS);

/**
 * Knows an account by its token.
 *
 * @throws Refusal 401 for any other
 */
export function userOf({ headers }: ApiCall): User {
  const token = /^Bearer (.+)$/.exec(headers['authorization'] ?? '')?.[1];
  const user = token === undefined ? undefined : USERS.get(token);
  if (!user) throw new Refusal(401, 'Unauthorized', 'Unauthorized');
  return user;
}
