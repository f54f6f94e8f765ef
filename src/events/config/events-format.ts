import type { FileFormat } from '../../config/format.js';
import { type Rule, rule } from '../../config/rule.js';
import { EVENTS_SHAPE } from './events-schema.js';
import type { EventsSettings } from './events-settings.js';

const EXAMPLE_URL = 'http://opni-shipper.opni.svc.cluster.local:2021/log/ingest';
/** Largest body that a Kafka buffer takes in one piece: a record of 1 MiB, less its key and headers. */
const KAFKA_SAFE_BYTES = 1024 ** 2 - 1024;

const isHttps = (url: string | undefined): boolean => url?.startsWith('https:') === true;

const urlRequired = rule<EventsSettings>(['shipper.url'], ({ shipper }) => shipper.url === undefined, {
  path: 'shipper.url',
  message: 'is required but missing',
  fix: `write it into the file or give --shipper.url, such as ${EXAMPLE_URL}`,
});

const RULES: readonly Rule<EventsSettings>[] = [
  rule(['shipper.url'], ({ shipper }) => shipper.url !== undefined && !URL.canParse(shipper.url), {
    path: 'shipper.url',
    message: 'is no address',
    fix: `write http:// or https:// and the name or the IP address of a host, such as ${EXAMPLE_URL}`,
  }),
  rule(
    ['shipper.url', 'shipper.caFile'],
    ({ shipper: { url, caFile } }) => caFile !== undefined && url !== undefined && !isHttps(url),
    {
      path: 'shipper.caFile',
      message: 'is given but shipper.url is no https address',
      fix: 'write https:// in shipper.url, or remove caFile',
    },
  ),
  rule(
    ['queue.maxBytes', 'shipper.maxBatchBytes'],
    ({ queue, shipper }) => queue.maxBytes < 2 * shipper.maxBatchBytes,
    ({ queue, shipper }) => ({
      path: 'queue.maxBytes',
      message: `${queue.maxBytes} has no room for two requests of ${shipper.maxBatchBytes} bytes`,
      fix: `write ${2 * shipper.maxBatchBytes} or more, or lower shipper.maxBatchBytes`,
    }),
  ),
  rule(
    ['spool.folder', 'deadLetters.folder'],
    ({ spool, deadLetters }) => spool !== undefined && spool.folder === deadLetters?.folder,
    {
      path: 'deadLetters.folder',
      message: 'is the folder of the spool as well',
      fix: 'give each a folder of its own',
    },
  ),
];

/**
 * The format of `events.yaml`.
 *
 * @param needsUrl is `shipper.url` required?
 */
export const eventsFormat = (needsUrl: boolean): FileFormat<EventsSettings> => ({
  shape: EVENTS_SHAPE,
  rules: needsUrl ? [urlRequired, ...RULES] : RULES,
  texts: {
    empty: 'write shipper.url into it, or give no file and use flags',
    noMap: 'begin with "shipper:" and "url:" below it, indented',
    repeat: 'write the value out where it is needed',
    account: 'remove them; the account is set by shipper.basicAuth, which names files',
    secret: () => 'put it into a file and name that in shipper.basicAuth.passwordFile',
  },
});

/**
 * What the writer of accepted settings should know. Pure.
 *
 * @returns one sentence a note, without a full stop, in a fixed order; empty when there is nothing to say
 */
export function eventsNotes({ shipper }: EventsSettings): readonly string[] {
  const notes: string[] = [];
  if (shipper.maxBatchBytes > KAFKA_SAFE_BYTES) {
    notes.push(
      `with a Kafka buffer Data Prepper splits bodies above ${KAFKA_SAFE_BYTES} bytes and may lose a part; lower shipper.maxBatchBytes unless the buffer is in memory`,
    );
  }
  if (shipper.basicAuth && shipper.url !== undefined && !isHttps(shipper.url)) {
    notes.push('the password goes to the shipper in clear; write https:// in shipper.url');
  }
  return notes;
}
