import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import type { KubernetesObject } from '../../../src/constructs/kubernetes-object.js';
import { selfSigned } from '../../kube/self-signed.js';

/** One operation of a JSON patch. */
export interface WebhookPatch {
  readonly op: 'add' | 'replace' | 'remove';
  readonly path: string;
  readonly value?: unknown;
}

/** An admission webhook on a loopback port. An API server can reach it; a model of one need not. */
export class Webhook {
  readonly #pair = selfSigned();
  #server: Server | undefined;
  #port = 0;
  /** How many objects it was asked about. */
  asked = 0;

  /** @param patch what it makes of an object */
  constructor(private readonly patch: (object: KubernetesObject) => readonly WebhookPatch[]) {}

  /** Begins to answer; on the same port as before when it did so already. */
  async start(): Promise<this> {
    const { certificate: cert, key } = this.#pair;
    this.#server = createServer({ cert, key }, async (request, response) => {
      this.asked += 1;
      const review = (await json(request)) as { request: { uid: string; object: KubernetesObject } };
      const { uid, object } = review.request;
      const patch = this.patch(object);
      const changes =
        patch.length > 0 ? { patchType: 'JSONPatch', patch: base64(JSON.stringify(patch)) } : {};
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({
          apiVersion: 'admission.k8s.io/v1',
          kind: 'AdmissionReview',
          response: { uid, allowed: true, ...changes },
        }),
      );
    });
    await new Promise<void>((resolve) => {
      this.#server?.listen(this.#port, '127.0.0.1', resolve);
    });
    this.#port = (this.#server.address() as AddressInfo).port;
    return this;
  }

  /** Answers no more; what connects is refused. */
  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve));
  }

  /** What makes an API server ask it about the ConfigMaps of a namespace. */
  configuration(name: string, namespace: string): KubernetesObject {
    return {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'MutatingWebhookConfiguration',
      metadata: { name },
      webhooks: [
        {
          name: `${name}.example.com`,
          admissionReviewVersions: ['v1'],
          sideEffects: 'None',
          failurePolicy: 'Fail',
          timeoutSeconds: 5,
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
          clientConfig: {
            url: `https://127.0.0.1:${this.#port}/`,
            caBundle: base64(this.#pair.certificate),
          },
          rules: [
            {
              apiGroups: [''],
              apiVersions: ['v1'],
              operations: ['CREATE', 'UPDATE'],
              resources: ['configmaps'],
            },
          ],
          // The inventory of the set is none of its business.
          objectSelector: {
            matchExpressions: [{ key: 'applyset.kubernetes.io/id', operator: 'DoesNotExist' }],
          },
        },
      ],
    };
  }
}

const base64 = (text: string) => Buffer.from(text, 'utf8').toString('base64');
