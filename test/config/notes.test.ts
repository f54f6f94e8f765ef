import { expect } from 'chai';
import { applyDefaults } from '../../src/config/defaults.js';
import { notesOf } from '../../src/config/notes.js';
import type { ClusterInput } from '../../src/config/types.js';

const notes = (settings: Partial<ClusterInput>) =>
  notesOf(
    applyDefaults({
      apiVersion: 'opni-logging/v1',
      cluster: { name: 'a', distribution: 'rke2' },
      ...settings,
    }),
  );
const NO_EVENTS = { events: { enabled: false } };
const opensearch = { url: 'https://x:9200', username: 'u' };

describe('notesOf', () => {
  it('has nothing to say about a configuration without surprises', () => {
    expect(notes({ opensearch, collection: NO_EVENTS })).to.deep.equal([]);
  });

  it('tells that the default image of the events forwarder is not published', () => {
    expect(notes({ opensearch })).to.deep.equal([
      'the image of the events forwarder is not published yet: build one and name it in images.references.opniLogging, or write collection.events.enabled: false',
    ]);
  });

  for (const images of [
    { references: { opniLogging: 'registry.example.com/opni-logging:0.1.0' } },
    { registry: 'registry.example.com' },
  ]) {
    it(`trusts in an image from elsewhere: ${JSON.stringify(images)}`, () => {
      expect(notes({ opensearch, images })).to.deep.equal([]);
    });
  }

  it('tells that the agent cannot start, and not of events, which it does not write', () => {
    const agent = { bootstrapTokenSecret: { name: 'a', key: 'b' }, gateway: { address: 'a:1' } };
    expect(notes({ agent })).to.deep.equal(['the agent is not built yet: its Deployment cannot start']);
  });

  it('tells what is not protected on the way to OpenSearch', () => {
    const open = { ...opensearch, url: 'http://x:9200', insecureSkipVerify: true };
    expect(notes({ opensearch: open, collection: NO_EVENTS })).to.deep.equal([
      'the password goes to OpenSearch in clear; write https:// in opensearch.url',
      "OpenSearch's certificate is not verified; remove opensearch.insecureSkipVerify",
    ]);
  });
});
