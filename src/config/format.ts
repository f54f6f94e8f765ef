import type { Rule } from './rule.js';
import type { ObjectShape } from './shape.js';

/** What messages about one kind of file name as the fix; without a full stop. */
export interface FormatTexts {
  /** For a file without any setting. */
  readonly empty: string;
  /** For a file that is no map of settings. */
  readonly noMap: string;
  /** For anchors, aliases and merge keys. */
  readonly repeat: string;
  /** For an account in an address. */
  readonly account: string;
  /**
   * For a secret that stands in the file.
   *
   * @param parent path of the map that it stands in
   * @param shape what that map may hold, where that is known
   * @param layer path of the settings around it, such as `clusters[1]`; empty for the whole file
   */
  readonly secret: (parent: string, shape: ObjectShape | undefined, layer: string) => string;
}

/** One kind of configuration file: what it may hold, what must hold between its settings, and how it is spoken of. */
export interface FileFormat<Settings> {
  readonly shape: ObjectShape;
  readonly rules: readonly Rule<Settings>[];
  readonly texts: FormatTexts;
}
