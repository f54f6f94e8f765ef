import { failure, type StatusAnswer } from './api-status.js';

/** What a request is about. `watch` is also a streaming list. */
export type RequestKind = 'list' | 'watch' | 'namespace' | 'lease' | 'other';

/** What happens to a request instead of, or before, its regular answer. */
export interface Step {
  /** Requests that it is for. @default 1 */
  readonly times?: number;
  /** Waits before the request is looked at, in milliseconds. */
  readonly delayMs?: number;
  /** Waits after it was done, before the answer, in milliseconds. */
  readonly answerDelayMs?: number;
  /** Answers with a `Status` of this code. @default the regular answer */
  readonly status?: number;
  readonly reason?: string;
  readonly message?: string;
  /** Body instead of a `Status`. */
  readonly body?: string;
  /** Seconds, or a text. */
  readonly retryAfter?: number | string;
  /** Never answers, or closes the connection without an answer. */
  readonly instead?: 'hang' | 'reset' | 'fin';
  /** Cuts the body of the regular answer after so many bytes. */
  readonly break?: { readonly afterBytes: number; readonly how: 'reset' | 'fin' | 'stall' };
}

/** A right, as `<verb> <resource>`: `list events`, `watch events`, `get namespaces`, `get leases`, `update leases`… */
export type Right = `${string} ${string}`;

const VERBS: Readonly<Record<string, string>> = {
  GET: 'get',
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

/** Scripts of answers, accepted tokens and rights of a fake API server. */
export class ApiFaults {
  readonly #scripts = new Map<RequestKind, { readonly step: Step; left: number }[]>();
  readonly #missing = new Set<Right>();
  /** Accepted bearer tokens. @default undefined: no token is asked for */
  tokens: ReadonlySet<string> | undefined;

  /** Answers the next requests of a kind by these steps, after the steps that are still to come. */
  script(kind: RequestKind, ...steps: readonly Step[]): void {
    const queue = this.#scripts.get(kind) ?? [];
    queue.push(...steps.map((step) => ({ step, left: step.times ?? 1 })));
    this.#scripts.set(kind, queue);
  }

  /** Steps that are still to come. */
  pending(kind: RequestKind): number {
    return (this.#scripts.get(kind) ?? []).reduce((sum, { left }) => sum + left, 0);
  }

  /** Drops the steps of a kind, or all. */
  heal(kind?: RequestKind): void {
    if (kind) this.#scripts.delete(kind);
    else this.#scripts.clear();
  }

  /** Takes rights away. */
  forbid(...rights: readonly Right[]): void {
    for (const right of rights) this.#missing.add(right);
  }

  /** Gives rights back; all without an argument. */
  allow(...rights: readonly Right[]): void {
    if (rights.length === 0) this.#missing.clear();
    for (const right of rights) this.#missing.delete(right);
  }

  /** The step for a request, which is used up. */
  step(kind: RequestKind): Step | undefined {
    const queue = this.#scripts.get(kind);
    const entry = queue?.[0];
    if (!entry) return undefined;
    if (--entry.left <= 0) queue.shift();
    return entry.step;
  }

  /** Why a request is refused before it is looked at: no valid token, or no right. */
  refusal(
    authorization: string | undefined,
    kind: RequestKind,
    method: string,
    namespace: string | undefined,
    name: string | undefined,
  ): StatusAnswer | undefined {
    if (this.tokens && !this.tokens.has(/^Bearer (.*)$/.exec(authorization ?? '')?.[1] ?? '')) {
      return failure(401, 'Unauthorized');
    }
    if (kind === 'other') return undefined;
    const resource = kind === 'namespace' ? 'namespaces' : kind === 'lease' ? 'leases' : 'events';
    const verb = kind === 'list' || kind === 'watch' ? kind : (VERBS[method] ?? 'get');
    if (!this.#missing.has(`${verb} ${resource}`)) return undefined;
    const group = resource === 'leases' ? 'coordination.k8s.io' : '';
    const what = name ? `${resource} "${name}"` : resource;
    const where = namespace ? `in the namespace "${namespace}"` : 'at the cluster scope';
    const message = `${what} is forbidden: User "system:serviceaccount:opni:opni-events" cannot ${verb} resource "${resource}" in API group "${group}" ${where}`;
    return failure(403, message, { details: { name, group: group || undefined, kind: resource } });
  }
}

/** The failure that a step asks for. */
export function failureOf(step: Step & { readonly status: number }): StatusAnswer {
  const { status, reason, message = `scripted ${status}`, retryAfter } = step;
  return failure(status, message, { ...(reason !== undefined && { reason }), retryAfter });
}
