import type { FormatTexts } from './format.js';
import type { Located, LocatedScalar } from './located.js';
import { quoted, shortened } from './path.js';
import { parseBytes } from './quantity.js';
import { holdsCredentials, holdsUserOrQuery, shownValue } from './secrets.js';
import type { BooleanShape, IntegerShape, Shape, TextShape } from './shape.js';
import { nearestSpelling } from './spelling.js';
import { nearest } from './suggest.js';
import type { Advice } from './syntax-messages.js';

/** Longest text that is held against a pattern; nothing that is meant comes near. */
const MAX_PATTERN_CHARS = 4096;

const OLD_BOOLEAN = /^(y|yes|on|n|no|off)$/i;
const OLD_TRUE = /^(y|yes|on)$/i;
const OLD_OCTAL = /^[-+]?0o?[0-9_]+$/;
const BASE_60 = /^[-+]?[0-9]+(:[0-5]?[0-9])+(\.[0-9]*)?$/;
const DATE = /^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ].*)?$/;
const WHOLE_NUMBER = /^-?(0|[1-9][0-9]*)$/;

/** What older YAML readers make of a value without quotes, where that differs from YAML 1.2. */
function oldMeaning(plain: string): string | undefined {
  if (OLD_BOOLEAN.test(plain)) return 'true or false';
  if (OLD_OCTAL.test(plain) && /\d{2}|o/.test(plain)) return 'an octal number';
  if (BASE_60.test(plain)) return 'a number in base 60';
  return DATE.test(plain) ? 'a date' : undefined;
}

const KINDS: Readonly<Record<Shape['kind'], string>> = {
  object: 'a map of settings',
  textMap: 'a map from text to text',
  any: 'a map',
  list: 'a list',
  text: 'text',
  integer: 'a whole number',
  boolean: 'true or false',
};

function kindOf(node: Located): string {
  if (node.kind !== 'scalar') return node.kind === 'map' ? 'a map' : 'a list';
  if (node.value === null) return 'nothing';
  return { string: 'text', number: 'a number', boolean: 'true or false' }[
    typeof node.value as 'string' | 'number' | 'boolean'
  ];
}

/** A value of another kind than expected. */
export function wrongKind(node: Located, shape: Shape): Advice {
  const fixes: Partial<Record<Shape['kind'], string>> = {
    list: 'write each item on a line of its own after "- "',
    object: `write its settings below it, indented${
      shape.kind === 'object' ? `: ${[...shape.properties.keys()].join(', ')}` : ''
    }`,
    textMap: 'write "key: value" lines below it, indented',
    any: 'write "key: value" lines below it, indented',
  };
  const fix = fixes[shape.kind] ?? `write ${expectation(shape)}`;
  return { message: `${KINDS[shape.kind]} is expected, found ${kindOf(node)}`, fix };
}

/** What is allowed at a place, in words. */
export function expectation(shape: Shape): string {
  if (shape.kind === 'text') {
    if (shape.values) return `one of ${shape.values.join(', ')}`;
    return shape.hint ?? 'text';
  }
  if (shape.kind !== 'integer') return KINDS[shape.kind];
  const { minimum, maximum } = shape;
  if (maximum === Number.MAX_SAFE_INTEGER) return `a whole number from ${minimum}`;
  return `a whole number from ${minimum} to ${maximum}`;
}

/** Why a single value does not fit; `undefined` when it does. */
export function explainScalar(
  node: LocatedScalar,
  shape: Shape,
  path: string,
  texts: FormatTexts,
): Advice | undefined {
  if (node.value === null) return { message: 'has no value', fix: `write ${expectation(shape)}` };
  if (shape.kind === 'boolean') return explainBoolean(node, shape);
  if (shape.kind === 'integer') return explainInteger(node, shape, path);
  return shape.kind === 'text' ? explainText(node, shape, path, texts) : wrongKind(node, shape);
}

function explainBoolean({ value, plain }: LocatedScalar, shape: BooleanShape): Advice | undefined {
  if (typeof value === 'boolean') return undefined;
  if (typeof value === 'string' && OLD_BOOLEAN.test(value) && plain !== undefined) {
    return { message: `${value} is text in YAML 1.2`, fix: `write ${OLD_TRUE.test(value)}` };
  }
  if (value === 'true' || value === 'false') {
    return { message: 'true or false is expected, found text', fix: `write ${value} without quotes` };
  }
  return wrongKind({ kind: 'scalar', offset: 0, value }, shape);
}

function explainInteger(node: LocatedScalar, shape: IntegerShape, path: string): Advice | undefined {
  const { value, plain } = node;
  const allowed = expectation(shape);
  if (typeof value !== 'number') {
    const written = String(value).trim();
    if (plain === undefined && typeof value === 'string' && WHOLE_NUMBER.test(written)) {
      return { message: 'a whole number is expected, found text', fix: `write ${written} without quotes` };
    }
    const bytes = shape.unit === 'bytes' ? bytesIn(written) : undefined;
    const fix = `write ${bytes ?? allowed}`;
    return { message: `a whole number is expected, found ${kindOf(node)}`, fix };
  }
  const shown = shownValue(plain ?? value, path)?.replace(/^"|"$/g, '') ?? 'this number';
  if (plain !== undefined && OLD_OCTAL.test(plain) && !WHOLE_NUMBER.test(plain)) {
    return {
      message: `${shown} is ${value} here but another number for older YAML readers`,
      fix: `write ${allowed} without a leading zero`,
    };
  }
  if (!Number.isSafeInteger(value))
    return { message: `${shown} is not a whole number`, fix: `write ${allowed}` };
  if (plain !== undefined && !WHOLE_NUMBER.test(plain)) {
    return { message: `${shown} is an unusual way to write ${value}`, fix: `write ${value}` };
  }
  if (value < shape.minimum) return { message: `${shown} is too small`, fix: `write ${allowed}` };
  return value > shape.maximum ? { message: `${shown} is too large`, fix: `write ${allowed}` } : undefined;
}

/** The number that was meant by a size such as `16Mi`. */
function bytesIn(written: string): number | undefined {
  try {
    return parseBytes(written);
  } catch {
    // It is no size either: what is allowed is told instead.
    return undefined;
  }
}

function explainText(
  node: LocatedScalar,
  shape: TextShape,
  path: string,
  texts: FormatTexts,
): Advice | undefined {
  const { value, plain } = node;
  const written = typeof value === 'string' ? value : (plain ?? String(value));
  const misfit = explainMisfit(written, shape, path, texts);
  if (misfit) return misfit;
  const shown = shownValue(written, path);
  const fix = shown ? `write ${shown} in quotes` : 'write it in quotes';
  if (typeof value !== 'string') {
    const meaning =
      typeof value === 'number' && String(value) !== plain ? `the number ${value}` : kindOf(node);
    return { message: `text is expected; without quotes this is ${shown ? meaning : kindOf(node)}`, fix };
  }
  const old = plain === undefined || shape.values ? undefined : oldMeaning(plain);
  return old ? { message: `without quotes this is ${old} for many YAML readers`, fix } : undefined;
}

function explainMisfit(text: string, shape: TextShape, path: string, texts: FormatTexts): Advice | undefined {
  if (holdsCredentials(text)) return { message: 'holds credentials', fix: texts.account };
  const shown = shownValue(text, path) ?? 'this value';
  if (shape.values) {
    if (shape.values.includes(text)) return undefined;
    const near = nearest(text, shape.values);
    const guess = near ? `did you mean ${quoted(near.name)}? ` : '';
    return { message: `${shown} is not allowed`, fix: `${guess}write ${expectation(shape)}` };
  }
  const chars = text.length > shape.maxLength ? [...text].length : text.length;
  if (chars < shape.minLength) return { message: 'must not be empty', fix: `write ${expectation(shape)}` };
  const most = Math.min(shape.maxLength, shape.pattern ? MAX_PATTERN_CHARS : Number.MAX_SAFE_INTEGER);
  if (chars > most)
    return { message: `is ${chars} characters long`, fix: `write at most ${most} characters` };
  if (!shape.pattern || shape.pattern.test(text)) return undefined;
  if (holdsUserOrQuery(text) && /[:/]/.test(text)) {
    const parts = shape.pattern.test('http://host/path') ? 'a user or query' : 'a user, path or query';
    return { message: `has ${parts}`, fix: `write ${expectation(shape)}` };
  }
  const port = shown === 'this value' ? undefined : wrongPort(text, shape.pattern);
  if (port) return { message: `port ${port} is not from 1 to 65535`, fix: `write ${expectation(shape)}` };
  const guess = shown === 'this value' ? undefined : nearestSpelling(text, shape);
  return {
    message: shape.unit && /^[0-9.]+$/.test(text) ? `${shown} has no unit` : `${shown} does not fit`,
    fix: `${guess ? `did you mean ${quoted(shortened(guess, 64))}? ` : ''}write ${expectation(shape)}`,
  };
}

/** The port of an address that would fit with another one. */
function wrongPort(text: string, pattern: RegExp): string | undefined {
  const port = /:([0-9]{1,20})(?=\/|$)/.exec(text)?.[1];
  return port !== undefined && pattern.test(text.replace(`:${port}`, ':1')) ? port : undefined;
}

/** Why a single value below an override is doubtful: the cluster reads YAML 1.1, where it means something else. */
export function explainFree({ value, plain }: LocatedScalar): Advice | undefined {
  if (plain === undefined || value === null || typeof value === 'boolean') return undefined;
  const old = oldMeaning(plain);
  return old
    ? {
        message: `without quotes this is ${old} for many YAML readers`,
        fix: 'write text in quotes, or what is meant',
      }
    : undefined;
}
