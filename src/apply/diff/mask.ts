import { groupKindOf, type KubernetesObject } from '../../constructs/kubernetes-object.js';
import { LAST_APPLIED } from '../fields/takeover-patch.js';

/** Shorter values stand in too many words to be replaced in a text. */
const MIN_REPLACEABLE = 4;

/** Hides values; equal values look equal, and nothing of their length or content shows. */
export class Mask {
  readonly #numbers = new Map<string, number>();

  /** The text that stands for a value. */
  text(value: string): string {
    const number = this.#numbers.get(value) ?? this.#numbers.size + 1;
    this.#numbers.set(value, number);
    return `*** (${number})`;
  }

  /** The object without secret values: those of a Secret, and what `kubectl apply` kept of it. */
  object<Any extends KubernetesObject>(object: Any): Any {
    if (groupKindOf(object) !== 'Secret') return object;
    const { data, stringData } = object as Readonly<
      Record<string, Readonly<Record<string, string>> | undefined>
    >;
    const { annotations } = object.metadata;
    const maskedAnnotations =
      annotations?.[LAST_APPLIED] === undefined
        ? annotations
        : { ...annotations, [LAST_APPLIED]: this.text(annotations[LAST_APPLIED]) };
    return {
      ...object,
      metadata: { ...object.metadata, ...(annotations ? { annotations: maskedAnnotations } : {}) },
      ...(data ? { data: this.#values(data, (value) => value) } : {}),
      ...(stringData ? { stringData: this.#values(stringData, base64) } : {}),
    };
  }

  #values(
    values: Readonly<Record<string, string>>,
    spell: (value: string) => string,
  ): Record<string, string> {
    return Object.fromEntries(
      Object.entries(values).map(([key, value]) => [key, this.text(spell(String(value)))]),
    );
  }
}

/**
 * A message of the API server without the values of Secrets, which it may quote, plain or in base64.
 *
 * @param objects what was sent
 */
export function maskMessage(text: string, objects: readonly KubernetesObject[]): string {
  const values = objects.flatMap(secretValues);
  if (values.some((value) => value.length > 0 && value.length < MIN_REPLACEABLE && text.includes(value))) {
    return 'the API server refused it; its message is not shown, since it may quote the Secret';
  }
  // Longer ones first: one value may be part of another.
  const spellings = values.filter((value) => value.length >= MIN_REPLACEABLE).flatMap(spellingsOf);
  return spellings
    .sort((a, b) => b.length - a.length)
    .reduce((masked, value) => masked.replaceAll(value, '***'), text);
}

function secretValues(object: KubernetesObject): string[] {
  if (groupKindOf(object) !== 'Secret') return [];
  const { data = {}, stringData = {} } = object as Readonly<
    Record<string, Readonly<Record<string, string>> | undefined>
  >;
  const encoded = Object.values(data).map(String);
  const plain = [
    ...encoded.map((value) => Buffer.from(value, 'base64').toString('utf8')),
    ...Object.values(stringData).map(String),
  ];
  return [...encoded, ...plain, ...Object.values(stringData).map((value) => base64(String(value)))].filter(
    (value) => value !== '',
  );
}

/** As it is, and as it stands in quotes, where Go writes some signs as numbers. */
function spellingsOf(value: string): string[] {
  const quoted = JSON.stringify(value).slice(1, -1);
  const asNumber = (sign: string) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return [value, quoted, quoted.replace(/[<>&\u2028\u2029]/g, asNumber)];
}

const base64 = (text: string) => Buffer.from(text, 'utf8').toString('base64');
