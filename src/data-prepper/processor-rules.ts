import type { Problem } from '../common/error.js';
import type { AddedEntry, DateProcessor } from './pipeline-model.js';
import { isDeadLetters, type NamedPipeline, type PipelineRule, sinksOf } from './rule.js';

/** Rules over processors. */
export const processorRules: readonly PipelineRule[] = [dates, entries, times, ids];

function* dates({ name, pipeline }: NamedPipeline): Iterable<Problem> {
  for (const [index, processor] of (pipeline.processor ?? []).entries()) {
    if (!('date' in processor)) continue;
    const { match, from_time_received } = processor.date;
    if ((match !== undefined) === (from_time_received === true)) {
      yield {
        path: `${name}.processor[${index}].date`,
        message: 'needs exactly one of match and from_time_received: true',
      };
    }
  }
}

const SOURCES_OF_VALUE = ['value', 'format', 'value_expression'] as const;

function* entries({ name, pipeline }: NamedPipeline): Iterable<Problem> {
  for (const [index, processor] of (pipeline.processor ?? []).entries()) {
    if (!('add_entries' in processor)) continue;
    for (const [position, entry] of processor.add_entries.entries.entries()) {
      yield* addedEntry(entry, `${name}.processor[${index}].add_entries.entries[${position}]`);
    }
  }
}

function* addedEntry(entry: AddedEntry, path: string): Iterable<Problem> {
  if ((entry.key === undefined) === (entry.metadata_key === undefined)) {
    yield { path, message: 'needs exactly one of key and metadata_key' };
  }
  if (SOURCES_OF_VALUE.filter((source) => entry[source] !== undefined).length !== 1) {
    yield { path, message: `needs exactly one of ${SOURCES_OF_VALUE.join(', ')}` };
  }
  if (entry.overwrite_if_key_exists && entry.append_if_key_exists) {
    yield { path, message: 'must not have both overwrite_if_key_exists and append_if_key_exists' };
  }
}

/** An index by the record's time needs one on every record, also on one whose own time is missing or unreadable. */
function* times(named: NamedPipeline): Iterable<Problem> {
  const fields = new Set(sinksOf(named).flatMap(({ sink }) => timeFields(sink.index ?? '')));
  for (const field of fields) {
    if (!dateProcessors(named).some((date) => isFallback(date, field))) {
      yield {
        path: `${named.name}.processor`,
        message: `has no date processor that gives ${field} to a record without a readable time`,
        fix: `add {date: {from_time_received: true, destination: '${field}', date_when: '/${field} == null'}}`,
      };
    }
  }
}

const timeFields = (index: string): string[] =>
  [...index.matchAll(/formatDateTime\(\/([^,\s]+),/g)].flatMap((match) => match[1] ?? []);

const dateProcessors = ({ pipeline }: NamedPipeline): DateProcessor[] =>
  (pipeline.processor ?? []).flatMap((processor) => ('date' in processor ? [processor.date] : []));

const isFallback = (date: DateProcessor, field: string): boolean =>
  date.from_time_received === true && (date.destination ?? '@timestamp') === field;

/** Data Prepper 2.16.0 sends an empty id when the field is missing, and OpenSearch refuses it (measured). */
function* ids(named: NamedPipeline): Iterable<Problem> {
  if (isDeadLetters(named)) return;
  const made = new Set(
    (named.pipeline.processor ?? []).flatMap((processor) =>
      'add_entries' in processor ? processor.add_entries.entries.map(({ key }) => key) : [],
    ),
  );
  for (const { path, sink } of sinksOf(named)) {
    const field = /^\$\{\/([^}]+)\}$/.exec(sink.document_id ?? '')?.[1];
    if (field !== undefined && !made.has(field)) {
      yield {
        path: `${path}.document_id`,
        message: `uses ${field}, which no processor gives to a record without one; such a record is refused`,
        fix: `add an add_entries entry with key ${field} and value_expression generateUuid()`,
      };
    }
  }
}
