/** Tokens as a reader can see them: no invisible character stays invisible, and none can reorder or hide what is around it. */

/** A space inside a word is itself; a leading one is what tells two tokens apart, so it shows. */
const space = '·';

const glyphs: Readonly<Record<string, string>> = { '\n': '↵', '\r': '␍', '\t': '⇥', '\u00a0': '⍽', '\u00ad': '⟨00AD⟩' };

/** Characters that turn the direction of text or take no room; alone they show as their code. */
const formatting = /[\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/gu;
const joinersAlone = /^[\u200c\u200d\ufe0e\ufe0f]+$/u;
const control = /[\u0000-\u001f\u007f-\u009f\u00a0\u00ad]/g;

/** A token on one line, in full: `    return` is `····return`, a line's end `↵`. */
export function tokenLabel(text: string): string {
  if (text === '') return '∅';
  if (joinersAlone.test(text)) return [...text].map(code).join('');
  const leading = /^ */.exec(text)?.[0].length ?? 0;
  const trailing = leading === text.length ? 0 : (/ *$/.exec(text)?.[0].length ?? 0);
  const middle = text.slice(leading, text.length - trailing).replace(/(?<=\s) | (?=\s)/g, space);
  return (space.repeat(leading) + middle + space.repeat(trailing)).replace(control, controlGlyph).replace(formatting, code);
}

/** The same within `length` characters (grapheme clusters): long runs are counted, long words cut with an ellipsis. */
export function shortTokenLabel(text: string, length = 24): string {
  const label = tokenLabel(text).replace(/(·|↵|⇥|␍)\1{7,}/gu, (run, glyph: string) => `${glyph}×${run.length}`);
  if (label.length <= length) return label;
  const graphemes = Array.from(
    new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(label.slice(0, 16 * length)),
    (g) => g.segment,
  );
  return graphemes.length <= length ? label : `${graphemes.slice(0, length - 1).join('')}…`;
}

function controlGlyph(character: string): string {
  const known = glyphs[character];
  if (known !== undefined) return known;
  const point = character.codePointAt(0) ?? 0;
  if (point < 0x20) return String.fromCodePoint(0x2400 + point);
  return point === 0x7f ? '␡' : code(character);
}

function code(character: string): string {
  return `⟨${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`;
}
