import { type TestUser, TOKENS } from '../cluster/test-cluster.js';
import type { Json } from './fields/field-type.js';
import type { ModelApiServer } from './model-api-server.js';

/** Options of a request to the model. */
export interface AskOptions {
  readonly user?: TestUser;
  readonly contentType?: string;
  readonly accept?: string;
}

/** What the model answered. */
export interface Asked {
  readonly status: number;
  readonly body: Json & {
    readonly metadata: Json;
    readonly message: string;
    readonly reason: string;
    readonly details: Json & { readonly causes: readonly Json[] };
  };
  readonly headers: Readonly<Record<string, string>>;
}

/** Sends requests to a model without a network, for its own tests. */
export class ModelClient {
  constructor(private readonly server: ModelApiServer) {}

  async ask(method: string, path: string, body?: unknown, options: AskOptions = {}): Promise<Asked> {
    const [address = '', query = ''] = path.split('?');
    const { user = 'admin', contentType = 'application/json', accept } = options;
    const reply = await this.server.handle({
      method,
      path: address,
      query: new URLSearchParams(query),
      headers: {
        authorization: `Bearer ${TOKENS[user]}`,
        'content-type': contentType,
        'user-agent': 'curl/8',
        ...(accept ? { accept } : {}),
      },
      body: Buffer.from(body === undefined ? '' : JSON.stringify(body)),
    });
    return { status: reply.status, body: reply.body as Asked['body'], headers: reply.headers ?? {} };
  }

  get(path: string, options?: AskOptions): Promise<Asked> {
    return this.ask('GET', path, undefined, options);
  }

  post(path: string, body: unknown, options?: AskOptions): Promise<Asked> {
    return this.ask('POST', path, body, options);
  }

  /** Server-side apply. */
  apply(
    path: string,
    body: unknown,
    manager: string,
    options: AskOptions & { force?: boolean; dryRun?: boolean } = {},
  ) {
    const query = `fieldManager=${manager}${options.force ? '&force=true' : ''}${options.dryRun ? '&dryRun=All' : ''}`;
    return this.ask('PATCH', `${path}?${query}`, body, {
      ...options,
      contentType: 'application/apply-patch+yaml',
    });
  }

  merge(path: string, body: unknown, options?: AskOptions): Promise<Asked> {
    return this.ask('PATCH', path, body, { ...options, contentType: 'application/merge-patch+json' });
  }

  patch(path: string, body: unknown, options?: AskOptions): Promise<Asked> {
    return this.ask('PATCH', path, body, { ...options, contentType: 'application/json-patch+json' });
  }

  delete(path: string, body?: unknown, options?: AskOptions): Promise<Asked> {
    return this.ask('DELETE', path, body, options);
  }
}

/** Owners of the fields of an object, by name of the manager, in one way of writing. */
export function ownersOf(object: Json): Record<string, unknown> {
  const { managedFields = [] } = object['metadata'] as { readonly managedFields?: readonly Json[] };
  return Object.fromEntries(
    managedFields.map(({ manager, operation, subresource, fieldsV1 }) => [
      `${manager} ${operation}${subresource ? ` ${subresource}` : ''}`,
      fieldsV1,
    ]),
  );
}
