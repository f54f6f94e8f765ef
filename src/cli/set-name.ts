import type { ApplySet } from '../apply/set/apply-set.js';

/** The name of a set, as `--set` takes it. */
export const nameOfSet = ({ namespace, inventory }: ApplySet): string =>
  `${namespace}/${inventory.replace(/-inventory$/, '')}`;
