import { readFileSync } from 'node:fs';
import { repositoryPath } from '../../repository.js';
import { type FieldType, type MapType, OPEN } from './field-type.js';

/** Types of built-in kinds, by their short names, as in `apps.v1.Deployment`. */
export type FieldTypes = ReadonlyMap<string, MapType>;

interface MutableMap extends MapType {
  readonly fields: Map<string, FieldType>;
  readonly required: Set<string>;
  rest: FieldType | undefined;
}

/**
 * Reads field-types.txt; its notation is described in make-field-types.mjs.
 *
 * @throws Error for a line that does not follow the notation
 */
export function readFieldTypes(): FieldTypes {
  const lines = readFileSync(repositoryPath('test/support/api-server/field-types.txt'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(' '));
  const types = new Map<string, MutableMap>();
  // All names first, since types refer to each other in circles.
  for (const [head = ''] of lines) {
    const atomic = head.endsWith('~');
    types.set(head.replace('~', ''), {
      kind: 'map',
      fields: new Map(),
      required: new Set(),
      rest: undefined,
      atomic,
    });
  }
  for (const [head = '', ...fields] of lines) {
    const type = types.get(head.replace('~', ''))!;
    for (const field of fields) {
      const colon = field.indexOf(':');
      const name = field.slice(0, colon).replace('!', '');
      const parsed = new Notation(field.slice(colon + 1), types).read();
      if (name === '*') type.rest = parsed;
      else type.fields.set(name, parsed);
      if (field[colon - 1] === '!') type.required.add(name);
    }
  }
  return types;
}

/** Reads one type. */
class Notation {
  #at = 0;

  constructor(
    private readonly text: string,
    private readonly types: FieldTypes,
  ) {}

  read(): FieldType {
    const type = this.#type();
    if (this.#at !== this.text.length) throw this.#error();
    return type;
  }

  #type(): FieldType {
    switch (this.text[this.#at]) {
      case '[': {
        this.#at += 1;
        const items = this.#type();
        this.#expect(']');
        const word = this.#word(/[\w,]/);
        if (word === '') return { kind: 'list', items, relation: 'atomic', keys: [] };
        if (word === 'set') return { kind: 'list', items, relation: 'set', keys: [] };
        return { kind: 'list', items, relation: 'keyed', keys: word.split(',') };
      }
      case '{': {
        this.#at += 1;
        const rest = this.#type();
        this.#expect('}');
        const atomic = this.#word(/~/) !== '';
        return { kind: 'map', fields: new Map(), required: new Set(), rest, atomic };
      }
      case '&': {
        this.#at += 1;
        const target = this.types.get(this.#word(/[\w.-]/));
        if (!target) throw this.#error();
        // The fields are filled in later, so the map itself is shared.
        return this.#word(/~/) === '' ? target : { ...target, atomic: true };
      }
      default:
        return this.#scalar();
    }
  }

  #scalar(): FieldType {
    const word = this.#word(/\w/);
    if (word === 'open') return OPEN;
    if (word === 'string' || word === 'number' || word === 'boolean' || word === 'any') {
      return { kind: 'scalar', of: word };
    }
    throw this.#error();
  }

  #word(letter: RegExp): string {
    const start = this.#at;
    while (this.#at < this.text.length && letter.test(this.text[this.#at]!)) this.#at += 1;
    return this.text.slice(start, this.#at);
  }

  #expect(letter: string): void {
    if (this.text[this.#at] !== letter) throw this.#error();
    this.#at += 1;
  }

  #error(): Error {
    return new Error(`field-types.txt: cannot read ${this.text} at ${this.#at}`);
  }
}
