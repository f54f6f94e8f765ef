import { failure, type StatusAnswer } from './api-status.js';
import type { EventObject } from './event-object.js';
import type { StoredEvent } from './stored-event.js';

/** Whether a list or watch is about an event. */
export type EventFilter = (event: StoredEvent) => boolean;

/** A filter, whether it reads more than the namespace of the path, or why the selectors are refused. */
export type Selected =
  | { readonly filter: EventFilter; readonly selective: boolean }
  | { readonly refusal: StatusAnswer };

type Field = (event: EventObject) => string | undefined;

const FIELDS: Readonly<Record<string, Field>> = {
  'metadata.name': ({ metadata }) => metadata?.name,
  'metadata.namespace': ({ metadata }) => metadata?.namespace,
  'involvedObject.kind': ({ involvedObject }) => involvedObject?.kind,
  'involvedObject.namespace': ({ involvedObject }) => involvedObject?.namespace,
  'involvedObject.name': ({ involvedObject }) => involvedObject?.name,
  'involvedObject.uid': ({ involvedObject }) => involvedObject?.uid,
  'involvedObject.apiVersion': ({ involvedObject }) => involvedObject?.apiVersion,
  'involvedObject.resourceVersion': ({ involvedObject }) => involvedObject?.resourceVersion,
  'involvedObject.fieldPath': ({ involvedObject }) => involvedObject?.fieldPath,
  reason: ({ reason }) => reason,
  reportingComponent: ({ reportingComponent }) => reportingComponent,
  source: ({ source, reportingComponent }) => source?.component || reportingComponent,
  type: ({ type }) => type,
};

/** Reads the namespace of the path, `fieldSelector` and `labelSelector`: terms with `=`, `==` and `!=`. */
export function selected(namespace: string | undefined, query: URLSearchParams): Selected {
  const tests: ((event: EventObject) => boolean)[] = [];
  for (const term of termsOf(query.get('fieldSelector'))) {
    const parsed = parseTerm(term);
    const field = parsed && FIELDS[parsed.name];
    if (!parsed || !field)
      return { refusal: failure(400, `field label not supported: ${parsed?.name ?? term}`) };
    tests.push((event) => ((field(event) ?? '') === parsed.value) === parsed.equal);
  }
  for (const term of termsOf(query.get('labelSelector'))) {
    const parsed = parseTerm(term);
    if (!parsed) return { refusal: failure(400, `unable to parse requirement: ${term}`) };
    tests.push((event) => (event.metadata?.labels?.[parsed.name] === parsed.value) === parsed.equal);
  }
  const inNamespace = (event: StoredEvent) => namespace === undefined || event.namespace === namespace;
  if (tests.length === 0) return { filter: inNamespace, selective: false };
  const filter = (event: StoredEvent) => {
    if (!inNamespace(event)) return false;
    const object = JSON.parse(event.text) as EventObject;
    return tests.every((test) => test(object));
  };
  return { filter, selective: true };
}

const termsOf = (selector: string | null) => (selector ?? '').split(',').filter((term) => term !== '');

function parseTerm(term: string): { name: string; equal: boolean; value: string } | undefined {
  const found = /^\s*([^=!\s]+)\s*(==|!=|=)\s*(.*?)\s*$/.exec(term);
  if (!found) return undefined;
  return { name: found[1]!, equal: found[2] !== '!=', value: found[3]! };
}
