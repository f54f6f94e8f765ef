import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { parseInventory } from '../../../src/apply/inventory/inventory.js';
import { parentId } from '../../../src/apply/set/apply-set.js';
import type { LiveObject } from '../../../src/kube/live-object.js';
import { thrownBy } from '../unit-support.js';
import { inventoryOf, member, parentOf, SET } from './members.js';

const ID = 'applyset.kubernetes.io/id';
const TOOLING = 'applyset.kubernetes.io/tooling';
const HASH = 'logging.opni.io/inventory-hash';

const parent = parentOf(inventoryOf([member('/ConfigMap/logs/a', { uid: 'u' })]));
const text = (parent['data'] as Record<string, string>)['inventory.json'] ?? '';
const sha = (content: string) => createHash('sha256').update(content).digest('hex');

const withLabels = (labels: Record<string, string> | undefined): LiveObject => ({
  ...parent,
  metadata: { ...parent.metadata, labels },
});
const withAnnotations = (change: Readonly<Record<string, string | undefined>>): LiveObject => {
  const all = Object.entries({ ...parent.metadata.annotations, ...change });
  const annotations = Object.fromEntries(
    all.filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  return { ...parent, metadata: { ...parent.metadata, annotations } };
};
const withData = (fields: object): LiveObject => {
  const { data: _, ...rest } = parent;
  return { ...rest, ...fields };
};
/** Somebody who edits the list and the hash alike. */
const rewritten = (content: string): LiveObject => ({
  ...withAnnotations({ [HASH]: sha(content) }),
  data: { 'inventory.json': content },
});
const document = (change: object) => JSON.stringify({ ...(JSON.parse(text) as object), ...change });
const packed = (content: string | Buffer) => ({
  binaryData: { 'inventory.json.gz': Buffer.from(content).toString('base64') },
});

const otherSet = parentId({ name: 'other', namespace: 'logs', kind: 'ConfigMap', group: '' });
const NOT_A_LIST = 'data.inventory.json is no list of members';
const DIFFERS = `annotation ${HASH} does not fit data.inventory.json: one of the two was edited`;

const EDITS: readonly (readonly [what: string, parent: LiveObject, message: string])[] = [
  ['no tooling', withAnnotations({ [TOOLING]: undefined }), `annotation ${TOOLING} is missing`],
  [
    'no annotations at all',
    { ...parent, metadata: { ...parent.metadata, annotations: undefined } } as LiveObject,
    `annotation ${TOOLING} is missing`,
  ],
  [
    'kubectl as tooling',
    withAnnotations({ [TOOLING]: 'kubectl/v1.30.0' }),
    `annotation ${TOOLING} says that it belongs to kubectl/v1.30.0`,
  ],
  [
    'a tool of a similar name',
    withAnnotations({ [TOOLING]: 'opni-logging-x/v1' }),
    `annotation ${TOOLING} says that it belongs to opni-logging-x/v1`,
  ],
  [
    'a tool with our name in its path',
    withAnnotations({ [TOOLING]: 'opni-logging/fork/v1' }),
    `annotation ${TOOLING} says that it belongs to opni-logging/fork/v1`,
  ],
  ['empty tooling', withAnnotations({ [TOOLING]: '' }), `annotation ${TOOLING} says that it belongs to `],
  ['no id', withLabels({}), `label ${ID} is missing`],
  ['no labels at all', withLabels(undefined), `label ${ID} is missing`],
  ['the id of another set', withLabels({ [ID]: otherSet }), `label ${ID} is the id of another set`],
  ['an id that is none', withLabels({ [ID]: 'mine' }), `label ${ID} is the id of another set`],
  ['no data', withData({}), 'data.inventory.json is missing'],
  ['other data', withData({ data: { 'other.json': text } }), 'data.inventory.json is missing'],
  ['no hash', withAnnotations({ [HASH]: undefined }), DIFFERS],
  ['another hash', withAnnotations({ [HASH]: sha('x') }), DIFFERS],
  ['another list', withData({ data: { 'inventory.json': text.replace('"a"', '"b"') } }), DIFFERS],
  ['one blank more', withData({ data: { 'inventory.json': `${text} ` } }), DIFFERS],
  ['an empty list', withData({ data: { 'inventory.json': '' } }), DIFFERS],
  ['no JSON', rewritten('{'), NOT_A_LIST],
  ['null', rewritten('null'), NOT_A_LIST],
  ['a list of nothing', rewritten('[]'), NOT_A_LIST],
  ['a schema of the future', rewritten(document({ schema: 2 })), NOT_A_LIST],
  ['a number that is none', rewritten(document({ generation: '3' })), NOT_A_LIST],
  ['a phase that is none', rewritten(document({ phase: 'pruning' })), NOT_A_LIST],
  ['no digest', rewritten(document({ digest: undefined })), NOT_A_LIST],
  ['no entries', rewritten(document({ entries: undefined })), NOT_A_LIST],
  ['a short row', rewritten(document({ entries: [['', 'v1', 'ConfigMap', 'logs', 'a', '']] })), NOT_A_LIST],
  [
    'a row of other things',
    rewritten(document({ entries: [['', 'v1', 'ConfigMap', null, 'a', '', '']] })),
    NOT_A_LIST,
  ],
  ['an entry that is no row', rewritten(document({ entries: [{}] })), NOT_A_LIST],
  [
    'packed data that is no gzip',
    withData(packed('nonsense')),
    'binaryData.inventory.json.gz cannot be unpacked',
  ],
  [
    'packed data that was cut',
    withData(packed(gzipSync(text).subarray(0, 60))),
    'binaryData.inventory.json.gz cannot be unpacked',
  ],
  [
    'packed data of another list',
    withData(packed(gzipSync(`${text} `))),
    DIFFERS.replace('data.inventory.json', 'binaryData.inventory.json.gz'),
  ],
];

describe('an inventory that somebody edited', () => {
  for (const [what, edited, message] of EDITS) {
    it(`45: is refused with ${what}`, () => {
      const error = thrownBy(() => parseInventory(SET, edited));
      expect(error.code).to.equal('cluster');
      expect(error.message).to.equal(`ConfigMap logs/main-inventory: ${message}. Nothing was changed.`);
      expect(error.problems).to.have.length(1);
      expect(error.problems[0]).to.include({ path: 'ConfigMap logs/main-inventory', message });
      expect(error.problems[0]?.fix).to.contain('delete it');
    });
  }

  it('45: is refused when it unpacks to more than memory should hold', () => {
    const bomb = withData(packed(gzipSync(Buffer.alloc(64 * 1024 * 1024 + 1, ' '))));
    expect(thrownBy(() => parseInventory(SET, bomb)).message).to.contain('cannot be unpacked');
  });

  it('45: is taken with labels, annotations and data that others added', () => {
    const touched: LiveObject = {
      ...withAnnotations({ 'example.com/note': 'x' }),
      data: { ...(parent['data'] as object), note: 'x' },
    };
    const labels = { ...parent.metadata.labels, team: 'x' };
    const { entries } = parseInventory(SET, { ...touched, metadata: { ...touched.metadata, labels } });
    expect(entries).to.have.length(1);
  });
});
