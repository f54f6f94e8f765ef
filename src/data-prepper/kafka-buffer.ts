import type { KafkaBuffer } from './pipeline-model.js';
import type { KafkaBufferOptions } from './pipeline-options.js';
import { PLACEHOLDERS } from './placeholders.js';

/** Consumer group, when none is given. */
export const DEFAULT_KAFKA_GROUP = 'opni-shipper';

/** Time that a Kafka buffer is given to drain at shutdown, in seconds; the program's own default. */
export const KAFKA_DRAIN_SECONDS = 30;

/**
 * The `kafka` buffer. Offsets are committed only after OpenSearch has acknowledged (the program's default), so nothing
 * that the topic holds is lost with the pod.
 */
export function kafkaBuffer(options: KafkaBufferOptions): KafkaBuffer {
  const { encryption = {}, authentication } = options;
  return {
    bootstrap_servers: options.bootstrapServers,
    topics: [{ name: options.topic, group_id: options.groupId ?? DEFAULT_KAFKA_GROUP }],
    encryption:
      encryption.type === 'none'
        ? { type: 'none' }
        : { type: 'ssl', ...(encryption.caFile !== undefined && { certificate: encryption.caFile }) },
    ...(authentication && { authentication: { sasl: sasl(authentication) } }),
    drain_timeout: `${KAFKA_DRAIN_SECONDS}s`,
  };
}

type Sasl = NonNullable<KafkaBuffer['authentication']>['sasl'];

function sasl({ mechanism }: NonNullable<KafkaBufferOptions['authentication']>): Sasl {
  const login = { username: PLACEHOLDERS.kafkaUsername, password: PLACEHOLDERS.kafkaPassword };
  if (mechanism === 'plain') return { plaintext: login };
  return {
    scram: { ...login, mechanism: mechanism === 'scram-sha-256' ? 'SCRAM-SHA-256' : 'SCRAM-SHA-512' },
  };
}
