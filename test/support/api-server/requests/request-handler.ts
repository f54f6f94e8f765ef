import type { ApiReply } from '../../cluster/front.js';
import { inVersion } from '../forms/object-form.js';
import { groupKind } from '../kinds/kinds.js';
import { deleteOptions, type ObjectDeleter } from '../objects/object-deleter.js';
import type { ObjectPatcher, Written } from '../objects/object-patcher.js';
import { type Lists, readObject } from '../objects/object-reader.js';
import { readScale, writeScale } from '../objects/scale.js';
import { fieldTest, labelTest } from '../objects/selectors.js';
import { noSuchPage, Refusal } from './refusal.js';
import type { ObjectRequest } from './request.js';
import type { World } from './world.js';

/** Answers requests for objects that are allowed. */
export class RequestHandler {
  constructor(
    private readonly world: World,
    private readonly patcher: ObjectPatcher,
    private readonly deleter: ObjectDeleter,
    private readonly lists: Lists,
  ) {}

  answer(request: ObjectRequest): ApiReply {
    const { warnings } = request;
    const { status, body } = this.#answer(request);
    const texts = warnings.map((text) => `299 - ${JSON.stringify(text)}`);
    return { status, body, ...(texts.length > 0 ? { headers: { warning: texts.join(', ') } } : {}) };
  }

  #answer(request: ObjectRequest): { readonly status: number; readonly body: unknown } {
    const { verb, kind, namespace, name, subresource } = request;
    if (kind.namespaced && namespace === undefined && verb !== 'list') throw noSuchPage();
    if (subresource === 'scale') {
      if (verb === 'get') return { status: 200, body: readScale(this.world, request) };
      return { status: 200, body: writeScale(this.world, this.patcher, request) };
    }
    switch (verb) {
      case 'get':
        return { status: 200, body: readObject(this.world.store, request) };
      case 'list':
        if (request.call.query.get('watch'))
          throw new Refusal(405, 'MethodNotAllowed', 'this server has no watches');
        return { status: 200, body: this.lists.read(request) };
      case 'create':
        if (name !== '')
          throw new Refusal(
            405,
            'MethodNotAllowed',
            'the server does not allow this method on the requested resource',
          );
        return { status: 201, body: this.patcher.create(request) };
      case 'update':
        return written(this.patcher.replace(request));
      case 'patch':
        return written(this.patcher.patch(request));
      case 'delete':
        return { status: 200, body: this.deleter.delete(kind, namespace, name, deleteOptions(request)) };
      case 'deletecollection':
        return { status: 200, body: this.#deleteAll(request) };
    }
  }

  #deleteAll(request: ObjectRequest): unknown {
    const { kind, namespace, call } = request;
    const tests = [labelTest(call.query.get('labelSelector')), fieldTest(call.query.get('fieldSelector'))];
    const objects = this.world.store
      .list(groupKind(kind), namespace)
      .filter((object) => tests.every((test) => test(object)));
    const { preconditions: _, ...options } = deleteOptions(request);
    for (const { metadata } of objects) this.deleter.delete(kind, metadata.namespace, metadata.name, options);
    const metadata = { resourceVersion: this.world.store.version };
    const items = objects.map((object) => inVersion(kind, object));
    return { kind: kind.listKind, apiVersion: `${objects[0]?.apiVersion ?? kind.version}`, metadata, items };
  }
}

const written = ({ object, created }: Written) => ({ status: created ? 201 : 200, body: object });
