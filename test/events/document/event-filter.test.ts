import { expect } from 'chai';
import type { EventsFilter } from '../../../src/events/config/events-settings.js';
import type { EventFields } from '../../../src/events/document/event-fields.js';
import { eventFilter, type FilterSettings } from '../../../src/events/document/event-filter.js';

const NOTHING: EventsFilter = { include: [], exclude: [] };
const ALL: FilterSettings = { namespaces: NOTHING, types: NOTHING, reasons: NOTHING, kinds: NOTHING };
const EVENT: EventFields = {
  uid: 'u',
  resourceVersion: '1',
  time: '2026-11-22T10:00:00Z',
  kind: 'Pod',
  namespace: 'shop',
  name: 'web',
  reason: 'BackOff',
  type: 'Warning',
  members: ['}'],
};
const FIELDS = { namespaces: 'namespace', types: 'type', reasons: 'reason', kinds: 'kind' } as const;
type Setting = keyof typeof FIELDS;
const SETTINGS = Object.keys(FIELDS) as Setting[];

describe('eventFilter', () => {
  it('takes all events when nothing is set', () => {
    expect(eventFilter(ALL)(EVENT)).to.equal(true);
    expect(eventFilter(ALL)({ ...EVENT, kind: '', namespace: '', reason: '', type: '' })).to.equal(true);
  });

  for (const setting of SETTINGS) {
    it(`takes the ${setting} that are included, and leaves those that are excluded`, () => {
      const takes = (value: string, filter: Partial<EventsFilter>) =>
        eventFilter({ ...ALL, [setting]: { ...NOTHING, ...filter } })({ ...EVENT, [FIELDS[setting]]: value });
      for (const [value, filter, expected] of [
        ['a', { include: ['a'] }, true],
        ['b', { include: ['a'] }, false],
        ['b', { include: ['a', 'b'] }, true],
        ['', { include: ['a'] }, false],
        ['a', { exclude: ['a'] }, false],
        ['b', { exclude: ['a'] }, true],
        ['', { exclude: ['a'] }, true],
        // What is excluded is left out, also when it is included.
        ['a', { include: ['a', 'b'], exclude: ['a'] }, false],
        ['b', { include: ['a', 'b'], exclude: ['a'] }, true],
        ['c', { include: ['a', 'b'], exclude: ['a'] }, false],
        // Nothing is guessed: names are taken as they are.
        ['A', { include: ['a'] }, false],
        ['ab', { include: ['a'] }, false],
        ['constructor', { include: ['a'] }, false],
      ] as const) {
        expect(takes(value, filter), `${value} ${JSON.stringify(filter)}`).to.equal(expected);
      }
    });
  }

  it('takes an event only when every filter takes it', () => {
    for (let chosen = 0; chosen < 16; chosen++) {
      const missing = SETTINGS.filter((_, index) => chosen & (1 << index));
      const settings = Object.fromEntries(
        SETTINGS.map((setting) => {
          const value = missing.includes(setting) ? 'other' : EVENT[FIELDS[setting]];
          return [setting, { include: [value], exclude: [] }];
        }),
      ) as object as FilterSettings;
      expect(eventFilter(settings)(EVENT), missing.join()).to.equal(missing.length === 0);
    }
  });
});
