/** Words and strings of code as LaTeX that KaTeX and MathJax take alike. */

/** What neither takes within letters; as commands of mathematics they take it both. */
const commands: Readonly<Record<string, string>> = {
  '\\': String.raw`\backslash `,
  '{': String.raw`\{`,
  '}': String.raw`\}`,
  $: String.raw`\$`,
  '&': String.raw`\&`,
  '#': String.raw`\#`,
  '%': String.raw`\%`,
  _: String.raw`\_`,
  '^': String.raw`{\wedge}`,
  '~': String.raw`{\sim}`,
};

/** Letters of scripts that both have fonts for, digits, and signs that mean nothing to TeX. */
const plain = /[A-Za-z0-9\u0400-\u04ff\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7a3 .,:;!?'"()[\]/*+=<>|@-]/u;
/** UTF-16 units of a string that are shown. */
const longest = 60;

/** An identifier, upright. */
export function wordLatex(word: string): string {
  const pieces = [...simplified(word)].map((character) => commands[character] ?? (plain.test(character) ? character : '?'));
  const letters = pieces.join('');
  return /^[\x20-\x7e]*$/.test(letters) ? String.raw`\mathrm{${letters}}` : textLatex(word);
}

/** A string, as text. */
export function textLatex(text: string): string {
  const shown = text.length > longest ? `${text.slice(0, longest)}...` : text;
  return [...simplified(shown.replace(/\s+/g, ' ')).matchAll(/[\\{}$&#%_^~]|[^\\{}$&#%_^~]+/g)]
    .map(([run]) => {
      const command = commands[run];
      return command ?? String.raw`\text{${[...run].map((character) => (plain.test(character) ? character : '?')).join('')}}`;
    })
    .join('');
}

/** Without accents, where a letter is left without them. */
const simplified = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').normalize('NFC');
