import type { Breach, Rule } from './rule.js';

const namespaceRules: readonly Rule[] = (['pods', 'events'] as const).map((what) => {
  const base = `collection.${what}`;
  return {
    reads: [`${base}.includeNamespaces`, `${base}.excludeNamespaces`],
    check: (config) => {
      const { includeNamespaces, excludeNamespaces } = config.collection[what];
      const included = new Set(includeNamespaces);
      return excludeNamespaces.flatMap((name, index) =>
        included.has(name)
          ? [
              {
                path: `${base}.excludeNamespaces[${index}]`,
                message: `"${name}" is included and excluded`,
                fix: 'keep it in one of the two lists',
              },
            ]
          : [],
      );
    },
  };
});

const tolerationRules: readonly Rule[] = (['tolerations', 'collectorTolerations'] as const).map((list) => ({
  reads: [`scheduling.${list}`],
  check: (config) =>
    config.scheduling[list].flatMap(
      ({ key, operator = 'Equal', value, effect, tolerationSeconds }, index) => {
        const path = `scheduling.${list}[${index}]`;
        const breach = (name: string, message: string, fix: string): Breach => ({
          path: `${path}.${name}`,
          message,
          fix,
        });
        const found: Breach[] = [];
        if (operator === 'Equal' && key === undefined) {
          found.push(breach('key', 'operator Equal needs a key', 'add the key, or write operator: Exists'));
        }
        if (operator === 'Exists' && value) {
          found.push(breach('value', 'operator Exists takes no value', 'remove the value, or write Equal'));
        }
        if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
          found.push(breach('tolerationSeconds', 'is for the effect NoExecute', 'write effect: NoExecute'));
        }
        return found;
      },
    ),
}));

/** The rules over lists of namespaces and of tolerations. */
export const LIST_RULES: readonly Rule[] = [...namespaceRules, ...tolerationRules];
