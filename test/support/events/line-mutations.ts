import fc from 'fast-check';
import { DECOYS } from './event-arbitraries.js';

/** What is done to a line; places are fractions of its length. */
type Mutation = (line: string) => string;

// Not `fc.double`: nearly all of its numbers are next to 0.
const place = fc.integer({ min: 0, max: 9999 }).map((number) => number / 10_000);
const at = (line: string, where: number) => Math.floor(line.length * where);

/** Any byte, and more often those that mean something in JSON. */
const byte = fc.oneof(
  fc.constantFrom(...'{}[]":,\\ 0-9.eunlt'),
  fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
);

/** Pieces that leave a line valid JSON when they are put behind a member. */
const MEMBERS: readonly string[] = [
  ',"resourceVersion":"7"',
  ',"uid":"decoy"',
  ',"metadata":{"resourceVersion":"7"}',
  ',"managedFields":[]',
  ',"managedFields":[[]]',
  ',"managedFields":null',
  ',"finalizers":["x"]',
  ',"ownerReferences":[{"kind":"Pod"}]',
  ',"involvedObject":{"kind":"Pod","name":"decoy"}',
  ',"lastTimestamp":"2001-01-01T00:00:00Z"',
  ',"lastTimestamp":"soon"',
  ',"message":null',
  ',"count":-0',
  ',"count":1e3',
  ',"time":"2001-01-01T00:00:00Z"',
  ',"cluster_id":"decoy"',
  ',"kind":"Other"',
  ',"type":"DELETED"',
  ',"object":{}',
  ',"unknown":[{"a":[]},{"involvedObject":{}}]',
];

const flip = fc.tuple(place, fc.integer({ min: 0, max: 7 })).map(
  ([where, bit]): Mutation =>
    (line) => {
      const index = at(line, where);
      const flipped = String.fromCharCode(line.charCodeAt(index) ^ (1 << bit));
      return line.slice(0, index) + flipped + line.slice(index + 1);
    },
);

const set = fc.tuple(place, byte).map(
  ([where, char]): Mutation =>
    (line) =>
      line.slice(0, at(line, where)) + char + line.slice(at(line, where) + 1),
);

const remove = fc.tuple(place, fc.integer({ min: 1, max: 40 })).map(
  ([where, length]): Mutation =>
    (line) =>
      line.slice(0, at(line, where)) + line.slice(at(line, where) + length),
);

const insert = fc.tuple(place, fc.oneof(byte, fc.constantFrom(...DECOYS))).map(
  ([where, text]): Mutation =>
    (line) =>
      line.slice(0, at(line, where)) + Buffer.from(text).toString('latin1') + line.slice(at(line, where)),
);

const cutOff = place.map(
  (where): Mutation =>
    (line) =>
      line.slice(0, at(line, where)),
);

const duplicate = fc.tuple(place, place, place).map(
  ([a, b, where]): Mutation =>
    (line) => {
      const [from, to] = [at(line, Math.min(a, b)), at(line, Math.max(a, b))];
      return line.slice(0, at(line, where)) + line.slice(from, to) + line.slice(at(line, where));
    },
);

/** Where members end, anywhere, or behind a list. */
const ENDS = [/(?=[,}])/g, /(?<=\])(?=[,}])/g];

const member = fc.tuple(fc.constantFrom(...ENDS), place, fc.constantFrom(...MEMBERS)).map(
  ([ends, where, text]): Mutation =>
    (line) => {
      const places = [...line.matchAll(ends)].map(({ index }) => index);
      const index = places[Math.floor(places.length * where)] ?? 0;
      return line.slice(0, index) + text + line.slice(index);
    },
);

/** Members of an object change places, a whole one with its neighbour. */
const swap = place.map(
  (where): Mutation =>
    (line) => {
      const members = [
        ...line.matchAll(
          /("[a-zA-Z]+":(?:"[^"\\]*"|null|-?\d+|\{[^{}]*\}))(,)("[a-zA-Z]+":(?:"[^"\\]*"|null|-?\d+|\{[^{}]*\}|\[.*?\]))/g,
        ),
      ];
      const found = members[Math.floor(members.length * where)];
      if (!found) return line;
      const [both, first, comma, second] = found;
      return line.slice(0, found.index) + second + comma + first + line.slice(found.index + both.length);
    },
);

/** The value of a member becomes another one of JSON. */
const value = fc
  .tuple(
    place,
    fc.constantFrom('null', '0', '-0', 'true', '[]', '{}', '""', '"\\ud800"', '"\\u0000"', '1e400'),
  )
  .map(
    ([where, text]): Mutation =>
      (line) => {
        const members = [...line.matchAll(/(?<=":)(?:"[^"\\]*"|null|-?\d+|\{[^{}]*\})/g)];
        const found = members[Math.floor(members.length * where)];
        if (!found) return line;
        return line.slice(0, found.index) + text + line.slice(found.index + found[0].length);
      },
  );

/** Changes that mostly break a line. */
const breaking = fc.oneof(flip, set, remove, insert, cutOff, duplicate);
/** Changes after which a line mostly still is JSON. */
const keeping = fc.oneof(member, swap, value);

const all = (mutation: fc.Arbitrary<Mutation>, most: number): fc.Arbitrary<Mutation> =>
  fc
    .array(mutation, { minLength: 1, maxLength: most })
    .map((mutations) => (line) => mutations.reduce((text, mutate) => mutate(text), line));

/** One change or a few of any kind. */
export const anyMutation: fc.Arbitrary<Mutation> = fc.oneof(all(breaking, 2), all(keeping, 3));

/** Changes that bring no member to a place where one of its name is already. */
export const plainMutation: fc.Arbitrary<Mutation> = all(fc.oneof(flip, set, cutOff), 2);
