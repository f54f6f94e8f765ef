import {
  choice,
  count,
  flag,
  list,
  objectName,
  optional,
  PORT,
  type SchemaNode,
  section,
  text,
} from '../../config/schema/parts.js';
import { type ObjectShape, shapeOf } from '../../config/shape.js';
import { EVENTS_FORWARDER_DEFAULTS as DEFAULTS } from '../../constructs/events-forwarder-config.js';

const KIB = 1024;
const MIB = 1024 ** 2;

const bytes = (title: string, description: string, minimum: number, extra: object): SchemaNode =>
  count(title, description, { minimum, unit: 'bytes', ...extra });

const filter = (title: string, what: string, item: SchemaNode): SchemaNode =>
  section(title, `Which ${what} are taken.`, {
    include: list('Include', `Only these ${what}; all when empty.`, item, { default: [] }),
    exclude: list('Exclude', `Not these ${what}, even when they are included.`, item, { default: [] }),
  });

/** Patterns would be taken for names, and then nothing be sent. */
const exactName: SchemaNode = {
  type: 'string',
  pattern: '^[^\\s*?]+$',
  patternHint: 'one name in full; patterns are not supported',
};

const source = section('Source', 'Which events are taken.', {
  namespaces: filter('Namespaces', 'namespaces', {
    type: 'string',
    pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$',
    patternHint: 'the name of a namespace; patterns are not supported',
    maxLength: 63,
  }),
  types: filter('Types', 'types', { type: 'string', enum: ['Normal', 'Warning'] }),
  reasons: filter('Reasons', 'reasons', exactName),
  kinds: filter('Kinds', 'kinds of objects', exactName),
  fieldSelector: text('Field selector', 'Field selector for the API server.', {
    examples: ['type=Warning'],
  }),
  labelSelector: text('Label selector', 'Label selector for the API server.'),
  updateIntervalSeconds: count(
    'Update interval',
    'Least time between two updates of one event, in seconds; 0 sends all.',
    { minimum: 0, maximum: 86_400, default: DEFAULTS.source.updateIntervalSeconds },
  ),
  replayPerSecond: count(
    'Replay rate',
    'Most documents a second while retained events are replayed; 0 sets no limit.',
    { minimum: 0, default: DEFAULTS.source.replayPerSecond },
  ),
});

const shipper = section('Shipper', 'The intake of the shipper, and how it is sent to.', {
  url: text('URL', 'Address of the intake.', {
    pattern: `^https?://([A-Za-z0-9.-]+|\\[[0-9A-Fa-f:.]+\\])(:${PORT})?(/[^\\s?#@]*)?$`,
    patternHint: 'http:// or https://, a host, and the path of the intake; without user and query',
    examples: ['http://opni-shipper.opni.svc.cluster.local:2021/log/ingest'],
  }),
  caFile: text('CA file', 'PEM file of the authority that signed the intake’s certificate.'),
  basicAuth: optional(
    'Basic authentication',
    'Files with the account of the intake.',
    {
      usernameFile: text('Username file', 'File with the user of the intake.'),
      passwordFile: text('Password file', 'File with the password of the intake.'),
    },
    { required: ['usernameFile', 'passwordFile'] },
  ),
  maxBatchDocuments: count('Batch documents', 'Most documents in a request.', {
    minimum: 1,
    maximum: 12_800,
    default: DEFAULTS.shipper.maxBatchDocuments,
  }),
  maxBatchBytes: bytes('Batch bytes', 'Largest body before compression, in bytes.', KIB, {
    maximum: 10 * MIB,
    default: DEFAULTS.shipper.maxBatchBytes,
  }),
  lingerMs: count(
    'Linger',
    'Longest wait for a batch to fill while another is on its way, in milliseconds.',
    {
      minimum: 0,
      maximum: 60_000,
      default: DEFAULTS.shipper.lingerMs,
    },
  ),
  inFlight: count('In flight', 'Most requests at a time.', {
    minimum: 1,
    maximum: 64,
    default: DEFAULTS.shipper.inFlight,
  }),
  requestTimeoutMs: count('Request timeout', 'Longest wait for an answer, in milliseconds.', {
    minimum: 100,
    maximum: 600_000,
    default: DEFAULTS.shipper.requestTimeoutMs,
  }),
  gzip: flag('Gzip', 'Compress bodies: less network, more processor time.', DEFAULTS.shipper.gzip),
});

const folder = (title: string, description: string, minimum: number, example: number): SchemaNode =>
  optional(
    title,
    description,
    {
      folder: text('Folder', `${title}: the folder.`, { examples: ['/var/lib/opni-logging/data'] }),
      maxBytes: bytes('Size', `${title}: most that the folder may hold, in bytes.`, minimum, {
        examples: [example],
      }),
    },
    { required: ['folder', 'maxBytes'] },
  );

/** Schema of `events.yaml`. Its defaults are those that the construct writes. */
const EVENTS_SCHEMA: SchemaNode = {
  type: 'object',
  title: 'Events forwarder',
  description: 'Configuration of the events forwarder.',
  additionalProperties: false,
  properties: {
    cluster: section('Cluster', 'Which cluster the events are of.', {
      id: text(
        'Cluster id',
        'Value of cluster_id in every document. The UID of the kube-system namespace when left out.',
        { maxLength: 253 },
      ),
      name: text('Name', 'Name of the cluster, in every line of the log.', { maxLength: 253 }),
    }),
    source,
    shipper,
    queue: section('Queue', 'Events that were read and not yet taken by the shipper.', {
      maxBytes: bytes('Size', 'Most memory for events that are not yet delivered, in bytes.', MIB, {
        default: DEFAULTS.queue.maxBytes,
      }),
    }),
    spool: folder('Spool', 'Disk for what the queue has no room for.', 16 * MIB, 1024 * MIB),
    deadLetters: folder(
      'Dead letters',
      'Where documents go that are refused for their content.',
      64 * KIB,
      16 * MIB,
    ),
    standby: section('Standby', 'The Lease that says who is active.', {
      leaseName: objectName('Lease name', 'Name of the Lease in the pod’s namespace.', {
        default: DEFAULTS.standby.leaseName,
      }),
      leaseSeconds: count('Lease time', 'How long a silent holder stays the holder, in seconds.', {
        minimum: 5,
        maximum: 300,
        default: DEFAULTS.standby.leaseSeconds,
      }),
    }),
    server: section('Server', 'Probes and metrics.', {
      port: count('Port', 'Port of /healthz, /readyz and /metrics; 0 takes any free one.', {
        minimum: 0,
        maximum: 65_535,
        default: DEFAULTS.server.port,
      }),
    }),
    drainSeconds: count('Drain', 'Time to deliver what is queued after a signal to stop, in seconds.', {
      minimum: 0,
      maximum: 3600,
      default: DEFAULTS.drainSeconds,
    }),
    logLevel: choice('Log level', 'How much is logged.', ['error', 'warn', 'info', 'debug'], {
      default: DEFAULTS.logLevel,
    }),
    firstStart: choice(
      'First start',
      'Events from before the first start: retained sends what the API server kept, now skips it.',
      ['retained', 'now'],
      { default: DEFAULTS.firstStart },
    ),
  },
};

/** What `events.yaml` may hold. */
export const EVENTS_SHAPE = shapeOf(EVENTS_SCHEMA, {}) as ObjectShape;

/** The settings that name files and folders. */
export const FILE_SETTINGS: ReadonlySet<string> = new Set([
  'shipper.caFile',
  'shipper.basicAuth.usernameFile',
  'shipper.basicAuth.passwordFile',
  'spool.folder',
  'deadLetters.folder',
]);
