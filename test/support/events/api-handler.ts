import { setTimeout as delay } from 'node:timers/promises';
import { Answer } from './api-answer.js';
import { type ApiFaults, failureOf, type Step } from './api-faults.js';
import type { SeenRequest } from './api-request.js';
import type { ApiSettings } from './api-settings.js';
import { failure } from './api-status.js';
import { listEvents } from './event-list.js';
import type { EventStore } from './event-store.js';
import { EventWatch } from './event-watch.js';
import type { LeaseBook } from './lease-book.js';
import type { OpenWatches } from './open-watches.js';
import type { RawConnection } from './raw-connection.js';
import { errorLine, WatchFeed } from './watch-feed.js';
import { isTrue, watchStart } from './watch-start.js';

/** Answers the requests of a fake API server. */
export class ApiHandler {
  constructor(
    private readonly store: EventStore,
    private readonly settings: ApiSettings,
    private readonly faults: ApiFaults,
    private readonly leases: LeaseBook,
    private readonly watches: OpenWatches,
    private readonly nowMs: () => number,
  ) {}

  /** Answers a request. @returns whether the connection can be used again */
  async handle(connection: RawConnection, request: SeenRequest): Promise<boolean> {
    const step = this.faults.step(request.kind);
    if (step?.delayMs) await delay(step.delayMs, undefined, { ref: false });
    if (step?.instead) {
      if (step.instead === 'hang') await new Promise<void>((resolve) => connection.onClosed(resolve));
      else connection[step.instead]();
      return false;
    }
    const answer = new Answer(connection, request, this.nowMs, step);
    if (step?.status !== undefined) {
      const { status, body } = step;
      if (body === undefined) return await answer.refuse(failureOf({ ...step, status }));
      return await answer.send(status, body);
    }
    const { headers, kind, method, namespace, name } = request;
    const refusal = this.faults.refusal(headers['authorization'], kind, method, namespace, name);
    if (refusal) return await answer.refuse(refusal);
    if (kind === 'watch') return await this.#watch(answer, connection, request, step);
    if (kind === 'lease') return await this.#lease(answer, request);
    if (method !== 'GET') return await answer.refuse(failure(405, 'the server does not allow this method'));
    if (kind === 'list') {
      const list = listEvents(this.store, namespace, request.query);
      if ('refusal' in list) return await answer.refuse(list.refusal);
      return await answer.sendList(list.body, this.settings.listChunking);
    }
    return await this.#other(answer, request);
  }

  async #watch(
    answer: Answer,
    connection: RawConnection,
    request: SeenRequest,
    step: Step | undefined,
  ): Promise<boolean> {
    const { query, namespace } = request;
    const { expiredAs, tooLargeAs } = this.settings;
    const begun = watchStart(this.store, namespace, query, this.settings);
    if ('refusal' in begun) return await answer.refuse(begun.refusal);
    const late = 'expired' in begun ? begun.expired : 'tooLarge' in begun ? begun.tooLarge : undefined;
    const lateAs = 'expired' in begun ? expiredAs : tooLargeAs;
    if (late && lateAs === 'status') return await answer.refuse(late);
    const out = await answer.open(() => this.settings.chunking);
    if (!('start' in begun)) return (await out.send([errorLine(late!)])) && (await out.end());
    const feed = new WatchFeed(this.store, begun.filter, begun.start);
    const watch = new EventWatch(
      feed,
      out,
      isTrue(query.get('allowWatchBookmarks')),
      () => connection.closed,
    );
    if (step?.break) watch.breakAfter(step.break);
    return await this.watches.run(watch, this.settings.secondMs * Number(query.get('timeoutSeconds') || '0'));
  }

  async #lease(answer: Answer, { method, namespace, name, headers, body }: SeenRequest): Promise<boolean> {
    const named = name ?? (JSON.parse(body || '{}') as { metadata?: { name?: string } }).metadata?.name;
    if (!named) return await answer.refuse(failure(405, 'the server does not allow this method'));
    const result = this.leases.answer(method, namespace!, named, headers['content-type'] ?? '', body);
    if ('refusal' in result) return await answer.refuse(result.refusal);
    return await answer.send(result.code, `${JSON.stringify(result.body)}\n`);
  }

  async #other(answer: Answer, { kind, path, name }: SeenRequest): Promise<boolean> {
    if (kind === 'namespace' && name === 'kube-system') {
      const metadata = { name, uid: this.settings.clusterUid, resourceVersion: '4' };
      const rest = { spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } };
      return await answer.send(
        200,
        JSON.stringify({ kind: 'Namespace', apiVersion: 'v1', metadata, ...rest }),
      );
    }
    if (path === '/version') {
      return await answer.send(200, JSON.stringify({ major: '1', minor: '37', gitVersion: 'v1.37.2' }));
    }
    if (/^\/(readyz|livez|healthz)$/.test(path))
      return await answer.send(200, 'ok', 'text/plain; charset=utf-8');
    const what =
      kind === 'namespace'
        ? `namespaces "${name}" not found`
        : 'the server could not find the requested resource';
    return await answer.refuse(failure(404, what));
  }
}
