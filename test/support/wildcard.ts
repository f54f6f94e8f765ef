/**
 * Whether one text can fit both patterns, in which `*` stands for any text, also none.
 * With a plain text as one side this is an ordinary match.
 */
export function patternsMeet(a: string, b: string): boolean {
  if (a === '' || b === '') {
    return (a + b).replaceAll('*', '') === '';
  }
  if (a.startsWith('*')) {
    return patternsMeet(a.slice(1), b) || patternsMeet(a, b.slice(1));
  }
  if (b.startsWith('*')) {
    return patternsMeet(b, a);
  }
  return a[0] === b[0] && patternsMeet(a.slice(1), b.slice(1));
}
