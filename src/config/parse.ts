import { isAlias, isMap, isScalar, isSeq, type Node, type Pair } from 'yaml';
import type { Problem } from '../common/error.js';
import { CLUSTER_FORMAT } from './cluster-format.js';
import { composeDocument, type SyntaxFault } from './compose.js';
import type { FormatTexts } from './format.js';
import { deeperLine } from './indentation.js';
import type { Located, LocatedEntry, LocatedMap, LocatedScalar } from './located.js';
import { itemPath, keyPath, quoted, shortened } from './path.js';
import { SourceText } from './place.js';
import { shownKey } from './secrets.js';
import { type Advice, syntaxAdvice } from './syntax-messages.js';

/** A file that was read as YAML. */
export interface Parsed {
  /** The top map; absent when the text is no YAML that can be trusted. */
  readonly root?: LocatedMap;
  readonly problems: readonly Problem[];
}

/**
 * Reads YAML 1.2 (JSON is a part of it) into located nodes. Never throws for anything in the text: syntax errors,
 * duplicate keys, anchors, aliases, merge keys, tags and several documents are problems.
 *
 * @param file name that problems tell
 * @param texts how the file is spoken of. @default as a cluster's configuration
 */
export function parseConfigText(
  file: string,
  text: string,
  texts: FormatTexts = CLUSTER_FORMAT.texts,
): Parsed {
  const source = new SourceText(file, text);
  const { document, faults } = composeDocument(text);
  if (!document || faults.length > 0) return { problems: syntaxProblems(faults, source, text) };
  const converter = new Converter(source, text, texts);
  const top = document.contents;
  if (top === null || (isScalar(top) && top.value === null && !top.tag && !top.anchor)) {
    return { problems: [{ file, message: 'is empty', fix: texts.empty }] };
  }
  const root = converter.node(top, '');
  if (root.kind !== 'map') {
    converter.problem(root.offset, '', {
      message: 'is not a map of settings',
      fix: texts.noMap,
    });
    return { problems: converter.problems };
  }
  return { root, problems: converter.problems };
}

/** One problem a line: the parser stumbles on after the first. */
function syntaxProblems(
  faults: readonly SyntaxFault[],
  source: SourceText,
  text: string,
): readonly Problem[] {
  const tabs = [...text.matchAll(/^ *\t[ \t]*(?=[^\s#])/gm)].map(({ index }) => ({
    code: 'TAB_AS_INDENT',
    offset: text.indexOf('\t', index),
  }));
  const byLine = new Map<number, Problem>();
  const lines = text.split('\n');
  for (const { code, offset } of [...tabs, ...faults]) {
    const place = source.place(Math.min(offset, text.length));
    if (byLine.has(place.line)) continue;
    const { advice = syntaxAdvice(code), ...deeper } = deeperLine(lines, place.line, code) ?? {};
    const shown = { ...place, ...deeper };
    if (!byLine.has(shown.line)) byLine.set(shown.line, { ...shown, ...advice });
  }
  return [...byLine.values()].sort((a, b) => a.line! - b.line!);
}

class Converter {
  readonly problems: Problem[] = [];
  readonly #source: SourceText;
  readonly #text: string;

  constructor(
    source: SourceText,
    text: string,
    private readonly texts: FormatTexts,
  ) {
    this.#source = source;
    this.#text = text;
  }

  problem(offset: number, path: string, advice: Advice): void {
    this.problems.push({ ...this.#source.place(offset), ...(path && { path }), ...advice });
  }

  node(node: Node, path: string): Located {
    const offset = node.range?.[0] ?? 0;
    const base = { source: this.#source, offset };
    if (isAlias(node)) {
      this.problem(offset, path, { message: 'aliases ("*") are not supported', fix: this.texts.repeat });
      return { ...base, kind: 'scalar', value: null };
    }
    this.#refuseProperties(node, path, offset);
    if (isMap(node) || isSeq(node)) {
      if (isMap(node)) return { ...base, kind: 'map', entries: this.#entries(node.items, path) };
      const items = node.items.map((item, index) => this.node(item as Node, itemPath(path, index)));
      return { ...base, kind: 'list', items };
    }
    return isScalar(node) ? this.#scalar(node, base) : { ...base, kind: 'scalar', value: null };
  }

  #scalar(node: { value: unknown; type?: string; source?: string }, base: { offset: number }): LocatedScalar {
    const { value } = node;
    const known = value === null || ['string', 'number', 'boolean'].includes(typeof value);
    return {
      ...base,
      source: this.#source,
      kind: 'scalar',
      value: known ? (value as LocatedScalar['value']) : String(node.source),
      ...(node.type === 'PLAIN' && { plain: node.source ?? '' }),
    };
  }

  #entries(pairs: readonly Pair[], path: string): Map<string, LocatedEntry> {
    const entries = new Map<string, LocatedEntry>();
    for (const pair of pairs) {
      const keyNode = pair.key as Node | null;
      const keyOffset = keyNode?.range?.[0] ?? 0;
      const key = this.#key(keyNode, path, keyOffset);
      if (key === undefined) continue;
      const child = keyPath(path, shownKey(key, path));
      const first = entries.get(key);
      if (first) {
        const line = this.#source.place(first.keyOffset).line;
        this.problem(keyOffset, child, {
          message: `${quoted(shortened(shownKey(key, path), 64))} stands twice, first in line ${line}`,
          fix: 'keep one of them',
        });
        continue;
      }
      const node = pair.value as Node | null;
      const value: Located = node
        ? this.node(node, child)
        : { kind: 'scalar', value: null, plain: '', source: this.#source, offset: keyOffset };
      entries.set(key, { keyOffset, value });
    }
    return entries;
  }

  #key(node: Node | null, path: string, offset: number): string | undefined {
    if (isScalar(node)) {
      this.#refuseProperties(node, path, offset);
      const key = node.type === 'PLAIN' ? (node.source ?? '') : String(node.value);
      if (key === '<<' && node.type === 'PLAIN') {
        this.problem(offset, path, {
          message: 'merge keys ("<<") are not supported',
          fix: this.texts.repeat,
        });
        return undefined;
      }
      if (key !== '' || node.type !== 'PLAIN') return key;
    }
    this.problem(offset, path, { message: 'a key must be text', fix: 'write "key: value"' });
    return undefined;
  }

  #refuseProperties(node: { anchor?: string; tag?: string }, path: string, offset: number): void {
    // The node begins behind its anchor and tag.
    const wordWith = (mark: string): number => {
      let at = this.#text.lastIndexOf(mark, offset);
      while (at > 0 && !/[\s,[{]/.test(this.#text[at - 1]!)) at -= 1;
      return Math.max(at, 0);
    };
    if (node.anchor !== undefined) {
      const at = wordWith(`&${node.anchor}`);
      this.problem(at, path, { message: 'anchors ("&") are not supported', fix: this.texts.repeat });
    }
    if (node.tag !== undefined) {
      this.problem(wordWith('!'), path, {
        message: 'tags ("!") are not supported',
        fix: 'remove the tag; write text in quotes',
      });
    }
  }
}
