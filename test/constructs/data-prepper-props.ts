import type { PodSpec } from 'kubernetes-types/core/v1.js';
import { DataPrepper, type DataPrepperProps } from '../../src/constructs/data-prepper.js';
import type { KubernetesObject } from '../../src/constructs/kubernetes-object.js';
import { at, one } from '../stack/object-parts.js';
import { render } from './support.js';

/** The smallest Data Prepper. */
export const SHIPPER: DataPrepperProps = {
  name: 'opni-shipper',
  namespace: 'opni',
  image: 'docker.io/opensearchproject/data-prepper:2.16.0',
  opensearch: {
    url: 'https://opensearch.example.com:9200',
    username: 'logs-writer',
    passwordSecret: { name: 'opni-opensearch-auth', key: 'password' },
  },
};

/** A buffer in Kafka, with an account. */
export const KAFKA = {
  type: 'kafka',
  kafka: {
    bootstrapServers: ['kafka.example.com:9096'],
    topic: 'logs',
    encryption: 'ssl',
    auth: { mechanism: 'scram-sha-512', secretName: 'kafka-account' },
  },
} as const satisfies DataPrepperProps['buffer'];

/** The objects of a Data Prepper. */
export function shipper(props: Partial<DataPrepperProps> = {}): KubernetesObject[] {
  return render((scope) => new DataPrepper(scope, 'Shipper', { ...SHIPPER, ...props }));
}

/** Its pod. */
export function shipperPod(props: Partial<DataPrepperProps> = {}): PodSpec {
  return at(one(shipper(props), 'Deployment'), 'spec.template.spec') as PodSpec;
}
