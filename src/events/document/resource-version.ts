/**
 * Compares two resource versions of one resource. They are decimal numbers of up to 128 bits, so the longer is the
 * greater, and text decides among equals in length. (Kubernetes allows the comparison since 1.35, KEP-5504.)
 *
 * @returns below 0 when `a` is older, 0 when they are the same, above 0 when `a` is newer
 */
export function compareVersions(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Whether `version` is newer than `mark`; true without a mark. */
export const isNewer = (version: string, mark: string | undefined): boolean =>
  mark === undefined || compareVersions(version, mark) > 0;

/** Whether a text is a resource version that can be compared. */
export const isVersion = (text: unknown): text is string =>
  typeof text === 'string' && /^(?:0|[1-9][0-9]{0,38})$/.test(text);
