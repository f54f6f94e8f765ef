import type { ApiCall, ApiReply } from '../../cluster/front.js';
import type { KindRegistry } from '../kinds/kind-registry.js';
import type { ServedKind } from '../kinds/kinds.js';
import type { Store, StoredObject } from '../objects/store.js';
import type { User } from '../rules/users.js';
import type { ObjectRequest, Verb } from './request.js';

/**
 * What a webhook would do: changes an object that is about to be written, or gives an answer of its own. It is asked
 * for each write of an object, dry runs included, once for each change.
 */
export type AdmissionHook = (object: StoredObject, call: ApiCall) => StoredObject | ApiReply;

/** What an account wants to do. */
export interface Access {
  readonly verb: Verb | 'escalate' | 'bind';
  readonly group: string;
  /** Plural name, with the subresource behind a slash. */
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly name: string;
}

/** What the parts of the server share. */
export interface World {
  readonly store: Store;
  readonly kinds: KindRegistry;
  readonly hooks: readonly AdmissionHook[];
  allows(user: User, access: Access): boolean;
  /** @throws Refusal when a role or a binding gives more than the account has */
  checkEscalation(request: ObjectRequest, object: StoredObject): void;
  /** Controllers look at what was written. */
  written(kind: ServedKind, object: StoredObject, before: StoredObject | undefined): void;
  /** What is to go goes, where nothing holds it any more. */
  settle(): void;
}

/** An answer that ends the work on a request. */
export class Answer extends Error {
  constructor(readonly reply: ApiReply) {
    super('answered');
  }
}
