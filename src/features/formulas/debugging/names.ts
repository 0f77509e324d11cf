/** The names on a line of Python: what the editor itself would look for the values of. */

const keywords: ReadonlySet<string> = new Set(
  `False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda
   nonlocal not or pass raise return try while with yield`.split(/\s+/),
);

/** Each once, where it stands first; none of attributes, of what is called, of texts and comments. */
export function namesOn(line: string): { readonly name: string; readonly start: number }[] {
  // As long as before, so that places stay.
  const code = line.replace(/(['"])(?:\\.|(?!\1).)*\1|#.*$/g, (text) => ' '.repeat(text.length));
  const found = new Map<string, number>();
  for (const { 0: name, index } of code.matchAll(/(?<![.\w])[\p{L}_][\p{L}\p{N}_]*(?!\w|\s*\()/gu))
    if (!keywords.has(name) && !found.has(name)) found.set(name, index);
  return [...found].map(([name, start]) => ({ name, start }));
}
