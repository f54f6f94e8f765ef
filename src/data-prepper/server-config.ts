import { yamlText } from '../common/yaml.js';
import { formatByteCount } from './byte-count.js';
import { API_PORT } from './intake-rules.js';

/** Names of the files in Data Prepper's configuration folder. */
export const SERVER_FILES = {
  config: 'data-prepper-config.yaml',
  /** The start script names this file, so a console-only one must bear the same name. */
  logging: 'log4j2-rolling.properties',
} as const;

/** Folder that holds {@link SERVER_FILES} in the image. */
export const SERVER_CONFIG_FOLDER = '/usr/share/data-prepper/config';

/** Options of {@link serverConfig}. */
export interface ServerConfigOptions {
  /** Heap use, in bytes, from which the intake answers 408. See `circuitBreakerBytes`. */
  readonly circuitBreakerBytes: number;
  /** Longest time that processors get to drain the buffer at shutdown, in seconds. @default 30 */
  readonly processorShutdownSeconds?: number;
  /** Longest time that sinks get to finish at shutdown, in seconds. @default 30 */
  readonly sinkShutdownSeconds?: number;
}

/**
 * Text of `data-prepper-config.yaml`. The API speaks plain HTTP without login, for probes, metrics and the stop hook. It
 * shows the rendered pipelines with their passwords to anyone who asks (measured), so a NetworkPolicy must close it.
 */
export function serverConfig(options: ServerConfigOptions): string {
  const { processorShutdownSeconds = 30, sinkShutdownSeconds = 30 } = options;
  return yamlText({
    ssl: false,
    server_port: API_PORT,
    metric_registries: ['Prometheus'],
    processor_shutdown_timeout: `${processorShutdownSeconds}s`,
    sink_shutdown_timeout: `${sinkShutdownSeconds}s`,
    circuit_breakers: { heap: { usage: formatByteCount(options.circuitBreakerBytes) } },
  });
}

/** How much Data Prepper says about itself. `debug` may show parts of records. */
export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

/**
 * Text of the log4j2 properties: console only. The image's own file also writes below its work folder, which breaks a
 * read-only root and may fill the node's disk.
 *
 * @param level level of Data Prepper's own messages; libraries are heard from `warn`. @default 'info'
 */
export function loggingConfig(level: LogLevel = 'info'): string {
  return `status = error
name = opni-shipper

appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %p [%t] %c{1} - %m%n

rootLogger.level = ${level === 'error' ? 'error' : 'warn'}
rootLogger.appenderRef.console.ref = console

logger.shipper.name = org.opensearch.dataprepper
logger.shipper.level = ${level}
`;
}

/**
 * Value of `JAVA_OPTS`. The heap is stated, since the JVM alone takes a quarter of the memory limit; and the process ends
 * when memory runs out, where it would otherwise linger without doing anything.
 *
 * @param heapBytes largest heap, in bytes; see `heapBytes`
 */
export function javaOptions(heapBytes: number): string {
  return `-Xmx${Math.floor(heapBytes / 1024 ** 2)}m -XX:+ExitOnOutOfMemoryError`;
}
