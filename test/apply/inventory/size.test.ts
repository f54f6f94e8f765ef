import { createHash } from 'node:crypto';
import { expect } from 'chai';
import {
  COMPRESS_ABOVE_BYTES,
  type Inventory,
  inventoryObject,
  MAX_INVENTORY_BYTES,
  parseInventory,
} from '../../../src/apply/inventory/inventory.js';
import { compareRefs } from '../../../src/apply/set/object-ref.js';
import { thrownBy } from '../unit-support.js';
import { inventoryOf, member, SET, stored } from './members.js';

interface Content {
  readonly data?: Readonly<Record<string, string>>;
  readonly binaryData?: Readonly<Record<string, string>>;
}
const contentOf = (inventory: Inventory): Content => inventoryObject(SET, inventory) as Content;
const plainBytes = (inventory: Inventory) =>
  Buffer.byteLength(contentOf(inventory).data?.['inventory.json'] ?? '');

/** An inventory whose list takes just so many bytes; the hash of a set makes up for the rest. */
function inventoryOfBytes(bytes: number): Inventory {
  const empty = plainBytes(inventoryOf([], { digest: '' }));
  return inventoryOf([], { digest: 'x'.repeat(bytes - empty) });
}

/** Text that hardly gets smaller, the same in every run. */
function noise(length: number): string {
  const blocks = Array.from({ length: Math.ceil(length / 43) }, (_, index) =>
    createHash('sha256').update(String(index)).digest('base64url'),
  );
  return blocks.join('').slice(0, length);
}

const NOISE = noise(2 * MAX_INVENTORY_BYTES);
const noisy = (length: number) => inventoryOf([], { digest: NOISE.slice(0, length) });
const fits = (length: number) => {
  try {
    return inventoryObject(SET, noisy(length)) !== undefined;
  } catch {
    return false;
  }
};

/** The longest noise that still fits. */
function longestNoise(): number {
  let [low, high] = [MAX_INVENTORY_BYTES / 2, NOISE.length];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return low;
}

describe('the size of an inventory', () => {
  it('leaves the list readable up to the limit, and packs it above', () => {
    const last = inventoryOfBytes(COMPRESS_ABOVE_BYTES);
    expect(plainBytes(last)).to.equal(COMPRESS_ABOVE_BYTES);
    expect(contentOf(last)).to.have.property('data').that.has.all.keys('inventory.json');
    expect(contentOf(last)).to.not.have.property('binaryData');
    const next = contentOf(inventoryOfBytes(COMPRESS_ABOVE_BYTES + 1));
    expect(next).to.have.property('binaryData').that.has.all.keys('inventory.json.gz');
    expect(next).to.not.have.property('data');
  });

  it('counts bytes and not letters', () => {
    const { digest } = inventoryOfBytes(COMPRESS_ABOVE_BYTES);
    expect(contentOf(inventoryOf([], { digest: `${digest.slice(1)}é` }))).to.have.property('binaryData');
  });

  it('holds ten thousand members, packed, and gives them back', () => {
    const entries = Array.from({ length: 10_000 }, (_, index) =>
      member(`apps/Deployment/logs/collector-${index}`, {
        uid: createHash('sha256').update(`${index}`).digest('hex'),
      }),
    );
    const object = inventoryObject(SET, inventoryOf(entries));
    expect((object as Content).binaryData).to.have.all.keys('inventory.json.gz');
    const read = parseInventory(SET, stored(object)).entries;
    expect([...read].sort(compareRefs)).to.deep.equal(entries.sort(compareRefs));
  });

  it('refuses what does not fit into an object, at the boundary', () => {
    const longest = longestNoise();
    const packed = contentOf(noisy(longest)).binaryData?.['inventory.json.gz'] ?? '';
    // A byte of noise takes less than the four letters of base64 that are counted in.
    expect(packed.length).to.equal(MAX_INVENTORY_BYTES);
    const { code, message } = thrownBy(() => inventoryObject(SET, noisy(longest + 1)));
    expect(code).to.equal('cluster');
    expect(message).to.equal(
      `ConfigMap logs/main-inventory: the list of members takes ${MAX_INVENTORY_BYTES + 4} bytes, ` +
        `and at most ${MAX_INVENTORY_BYTES} fit; divide the set`,
    );
  });
});
