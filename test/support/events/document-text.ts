import type { EventDocument } from '../../../src/events/document/document.js';
import type { JsonObject } from '../../../src/events/document/event-object.js';

/** The text of a document. @throws Error when there is none */
export function documentText(document: EventDocument | string | undefined): string {
  if (typeof document !== 'object') throw new Error(`there is no document: ${document}`);
  const bytes = Buffer.from(document.pieces.join(''), 'latin1');
  if (bytes.length !== document.bytes)
    throw new Error(`${document.bytes} bytes are told, not ${bytes.length}`);
  return bytes.toString('utf8');
}

/** What a document says. */
export const documentValue = (document: EventDocument | string | undefined): JsonObject =>
  JSON.parse(documentText(document));
