import { expect } from 'chai';
import { DeliveryLedger } from './delivery-ledger.js';
import { checkDelivered } from './invariant.js';

const ledgerOf = (...ids: readonly string[]) => {
  const ledger = new DeliveryLedger();
  ledger.take(ids.map((id) => ({ event_id: id })));
  return ledger;
};

describe('the check of what was delivered', () => {
  it('is content when everything came once', () => {
    checkDelivered({ shown: ['a-1', 'a-2'], ledger: ledgerOf('a-2', 'a-1') });
  });

  it('names the first events that are missing', () => {
    const shown = Array.from({ length: 9 }, (_, index) => `a-${index}`);
    expect(() => checkDelivered({ shown, ledger: ledgerOf('a-0', 'a-8') })).to.throw(
      /^7 events of 9 shown are missing: a-1, a-2, a-3, a-4, a-5, …$/,
    );
  });

  it('excuses what it is told to', () => {
    const ledger = ledgerOf('a-1');
    checkDelivered({ shown: ['a-1', 'a-2'], ledger, excused: ['a-2'] });
    checkDelivered({ shown: ['a-1', 'a-2'], ledger, excused: (id) => id.endsWith('2') });
    expect(() => checkDelivered({ shown: ['a-1', 'a-2', 'a-3'], ledger, excused: ['a-2'] })).to.throw('a-3');
  });

  it('counts what came again, up to a bound', () => {
    const ledger = ledgerOf('a-1', 'a-1', 'a-1', 'a-2', 'a-2');
    const shown = ['a-1', 'a-2'];
    checkDelivered({ shown, ledger, maxDuplicates: 3 });
    expect(() => checkDelivered({ shown, ledger, maxDuplicates: 2 })).to.throw(
      /^3 events were received again \(at most 2 may\): a-1 ×3, a-2 ×2$/,
    );
  });

  it('refuses what was never shown, unless others are allowed', () => {
    const delivery = { shown: ['a-1'], ledger: ledgerOf('a-1', 'b-1') };
    expect(() => checkDelivered(delivery)).to.throw('1 events were received that were never shown: b-1');
    checkDelivered({ ...delivery, allowOthers: true });
  });
});
