import { DEFAULT_SCALAR_STYLE_RULES, dump, SCALAR_STYLE, type ScalarStyleRule } from 'js-yaml';

/**
 * Text that some reader of YAML 1.1 takes for a number although the specification does not: Go's readers drop every `_`
 * first, so that `01_9` becomes 19, and others see numbers in `._` and `e1`.
 */
const NUMBERLIKE = /^[-+.0-9e_][0-9a-fobx_.:+-]*$/i;

const quoteNumberlike: ScalarStyleRule = (layout) => {
  const { style, node, presenterOptions } = layout;
  const isText = node.tag === presenterOptions.schema.defaultScalarTag.tagName;
  if (!isText || style !== SCALAR_STYLE.PLAIN) return;
  if (NUMBERLIKE.test(node.value) && /[0-9._]/.test(node.value)) layout.style = SCALAR_STYLE.SINGLE_QUOTED;
};

/** Readers disagree on a block that ends in blanks. */
const quoteTrailingBlanks: ScalarStyleRule = (layout) => {
  if (layout.style === SCALAR_STYLE.PLAIN && /\n[ \t]+$/.test(layout.node.value)) {
    layout.style = SCALAR_STYLE.DOUBLE_QUOTED;
  }
};

const scalarStyleRules = [quoteNumberlike, quoteTrailingBlanks, ...Object.values(DEFAULT_SCALAR_STYLE_RULES)];

/**
 * A YAML document that readers of YAML 1.1, which Kubernetes tools and Data Prepper are, and of 1.2 understand alike. No
 * folding and no anchors: what stands there is what is meant. The same value always gives the same text.
 */
export function yamlText(value: unknown): string {
  return dump(value, { lineWidth: -1, noRefs: true, scalarStyleRules });
}
