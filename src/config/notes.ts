import type { ClusterConfig } from './types.js';

/** Something that holds for an accepted configuration, and that its writer should know. */
interface Note {
  readonly holds: (config: ClusterConfig) => boolean;
  readonly text: string;
}

const NOTES: readonly Note[] = [
  {
    // With an agent only the agent is written. A registry of one's own may hold the image.
    holds: ({ agent, collection, images }) =>
      agent === undefined &&
      collection.events.enabled &&
      images.references.opniLogging === undefined &&
      images.registry === undefined,
    text: 'the image of the events forwarder is not published yet: build one and name it in images.references.opniLogging, or write collection.events.enabled: false',
  },
  {
    holds: ({ agent }) => agent !== undefined,
    text: 'the agent is not built yet: its Deployment cannot start',
  },
  {
    holds: ({ opensearch }) => opensearch?.url.startsWith('http://') === true,
    text: 'the password goes to OpenSearch in clear; write https:// in opensearch.url',
  },
  {
    holds: ({ opensearch }) => opensearch?.insecureSkipVerify === true,
    text: "OpenSearch's certificate is not verified; remove opensearch.insecureSkipVerify",
  },
];

/**
 * What the writer of an accepted configuration should know. Pure.
 *
 * @returns one sentence a note, without a full stop, in a fixed order; empty when there is nothing to say
 */
export const notesOf = (config: ClusterConfig): readonly string[] =>
  NOTES.filter(({ holds }) => holds(config)).map(({ text }) => text);
