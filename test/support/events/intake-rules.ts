import type { IncomingHttpHeaders } from 'node:http';
import { gunzipSync } from 'node:zlib';
import type { LedgerDocument } from './delivery-ledger.js';

/** What an intake asks of a request. May be changed while it runs. */
export interface IntakeRules {
  /** @default '/log/ingest' */
  path?: string;
  /** User and password that requests need. @default none */
  basicAuth?: { readonly username: string; readonly password: string };
  /** Whether gzip is understood; refused with 400 otherwise. @default false */
  gzip?: boolean;
  /** Largest body on the wire, in bytes; refused with 413 above. @default 10485760 (10 MiB) */
  maxBytes?: number;
  /** Most documents in a request; refused with 413 above. @default 12800 */
  maxRecords?: number;
  /** Documents for which the whole request is refused with 400. @default none */
  poison?: (document: LedgerDocument) => boolean;
}

/** A request that was read. */
export interface ReadRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** What the rules say: the documents, or the answer of a refusal. */
export type Judgement =
  | { readonly documents: readonly LedgerDocument[] }
  | { readonly status: number; readonly message: string; readonly count?: number };

/** Judges a request as the `http` source of Data Prepper does: it is taken as a whole or not at all. */
export function judge({ method, path, headers, body }: ReadRequest, rules: IntakeRules): Judgement {
  const { maxBytes = 10 * 1024 ** 2, maxRecords = 12_800, poison } = rules;
  if (path !== (rules.path ?? '/log/ingest')) return { status: 404, message: 'Not Found' };
  if (method !== 'POST') return { status: 405, message: 'Method Not Allowed' };
  if (rules.basicAuth && headers.authorization !== basicHeader(rules.basicAuth)) {
    return { status: 401, message: 'Unauthorized' };
  }
  if (body.length > maxBytes) return { status: 413, message: 'content length exceeded' };
  const documents = parse(body, headers, rules);
  if (documents === undefined)
    return { status: 400, message: 'Bad request data format. Needs to be json array.' };
  const count = documents.length;
  if (count > maxRecords) return { status: 413, message: 'The number of records exceeds the buffer.', count };
  if (poison && documents.some(poison)) return { status: 400, message: 'A document was refused.', count };
  return { documents };
}

/** The value of `Authorization` for a user and password. */
export function basicHeader({ username, password }: { username: string; password: string }): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

/** The documents of a body; undefined when it is not a JSON array of objects. */
function parse(body: Buffer, headers: IncomingHttpHeaders, rules: IntakeRules): LedgerDocument[] | undefined {
  try {
    // Without decompression Data Prepper reads the compressed bytes as JSON, and fails.
    const isGzip = headers['content-encoding'] === 'gzip';
    if (isGzip && !rules.gzip) return undefined;
    const value: unknown = JSON.parse((isGzip ? gunzipSync(body) : body).toString());
    return Array.isArray(value) && value.every(isObject) ? value : undefined;
  } catch {
    // Not gzip, or not JSON: refused by the caller.
    return undefined;
  }
}

function isObject(value: unknown): value is LedgerDocument {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
