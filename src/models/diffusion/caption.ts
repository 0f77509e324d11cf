/** Captions of the bundled model of glyph pairs: two characters, then words of style, each at a place of its own. */

import { RpcError } from '../../protocol/rpc.ts';

export interface CaptionWords {
  /** By their ids. */
  words: readonly string[];
  /** Ids of a caption. */
  length: number;
}

const [PAD, START] = ['<pad>', '<start>'];
/** Of a caption, before the words of style. */
const CHARACTERS = 2;

export function charactersOf({ words }: CaptionWords): string[] {
  return words.filter((word) => [...word].length === 1);
}

export function stylesOf({ words }: CaptionWords): string[] {
  return words.filter((word) => [...word].length > 1 && word !== PAD && word !== START);
}

/**
 * Ids of a caption: of "A b bold" those of the start, A, b, and bold at its place, and of padding where no style is said. Of the empty text
 * they are the start's and padding.
 *
 * @throws RpcError 'bad-input' with the word that is wrong
 */
export function captionIds(caption: CaptionWords, text: string): number[] {
  const ids = new Array<number>(caption.length).fill(idOf(caption, PAD));
  ids[0] = idOf(caption, START);
  const given = text.split(/\s+/).filter((word) => word !== '');
  if (given.length === 0) return ids;
  const [characters, styles] = [charactersOf(caption), stylesOf(caption)];
  for (let at = 0; at < CHARACTERS; at++) {
    const word = given[at];
    if (word === undefined || !characters.includes(word))
      throw wrong(
        text,
        `${word === undefined ? 'a character is missing' : `"${word}" is none`}; it begins with two of ${characters.join('')}`,
      );
    ids[1 + at] = idOf(caption, word);
  }
  for (const word of given.slice(CHARACTERS)) {
    const place = styles.indexOf(word);
    if (place < 0) throw wrong(text, `"${word}" is no style; there are ${styles.join(', ')}`);
    ids[1 + CHARACTERS + place] = idOf(caption, word);
  }
  return ids;
}

/** What stands at each place of a caption, as a person reads it. */
export function captionOf({ words }: CaptionWords, ids: readonly number[]): string[] {
  return ids.map((id) => words[id] ?? String(id));
}

function idOf({ words }: CaptionWords, word: string): number {
  return words.indexOf(word);
}

function wrong(text: string, why: string): RpcError {
  return new RpcError('bad-input', `The prompt "${text}" is no caption of this model: ${why}. An example is "A b bold".`);
}
