/** Python 3.14's keywords (keyword.kwlist); soft ones such as `match` are names elsewhere and stay out. */
export const keywords: ReadonlySet<string> = new Set(
  (
    'False None True and as assert async await break class continue def del elif else except finally for from global if import in is ' +
    'lambda nonlocal not or pass raise return try while with yield'
  ).split(' '),
);

const prefixes = new Set(['r', 'b', 'u', 'f', 't', 'rb', 'br', 'rf', 'fr', 'rt', 'tr']);

/** Whether a word may stand right before a string literal's quote as its prefix, in any case (language reference, 2.7 Literals). */
export function isStringPrefix(word: string): boolean {
  return prefixes.has(word.toLowerCase());
}
