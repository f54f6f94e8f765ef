import { parseBytes } from './quantity.js';
import type { Advice } from './syntax-messages.js';
import type { ClusterConfig } from './types.js';

/** A rule that is broken, and where. */
export interface Breach extends Advice {
  /** Path of the setting to change. */
  readonly path: string;
}

/** A rule over several settings that a schema cannot say. */
export interface Rule<Settings = ClusterConfig> {
  /** All settings that `check` looks at; when one of them was refused already, the rule is not asked. */
  readonly reads: readonly string[];
  readonly check: (config: Settings) => readonly Breach[];
}

const NONE: readonly Breach[] = [];

/** A rule with one way to break it. */
export const rule = <Settings = ClusterConfig>(
  reads: readonly string[],
  broken: (config: Settings) => boolean,
  breach: Breach | ((config: Settings) => Breach),
): Rule<Settings> => ({
  reads,
  check: (config) => {
    if (!broken(config)) return NONE;
    return [typeof breach === 'function' ? breach(config) : breach];
  },
});

/** A size must be so large that something fits into it. */
export const atLeast = (
  path: string,
  least: string,
  of: (config: ClusterConfig) => string,
  what: string,
): Rule =>
  rule([path], (config) => parseBytes(of(config)) < parseBytes(least), {
    path,
    message: `is too small for ${what}`,
    fix: `write ${least} or more`,
  });
