import { isStringPrefix, keywords } from './pythonWords.ts';
import { holders, listTargets, type Targets, type TextToken } from './targetLists.ts';

/**
 * Identifiers of a text in any place, strings and comments too: longest runs of letters, digits and underscores, no digit first.
 * Keywords are none, nor are the prefixes of string literals.
 */
function identifiersOf(text: string): { word: string; start: number }[] {
  return [...text.matchAll(/\p{ID_Continue}+/gu)]
    .map((match) => ({ word: match[0], start: match.index }))
    .filter(({ word }) => /^[\p{ID_Start}_]/u.test(word) && !keywords.has(word))
    .filter(({ word, start }) => !(isStringPrefix(word) && /["']/.test(text[start + word.length] ?? '')));
}

/**
 * For a token of an identifier that occurred before: in each earlier occurrence the token that holds the character which is the token's
 * own first one in the identifier. However the two are cut into tokens, each occurrence has one such token. A token belongs to the first
 * identifier that it holds a character of.
 */
export function identifierTargets(tokens: readonly TextToken[], text: string): Targets {
  const holder = holders(tokens, text);
  const words = new Map<string, { starts: number[]; places: Set<number> }>();
  const placeOf = new Map<number, { word: string; place: number }>();
  for (const { word, start } of identifiersOf(text)) {
    let found = words.get(word);
    if (!found) words.set(word, (found = { starts: [], places: new Set() }));
    found.starts.push(start);
    for (let place = 0; place < word.length; place++) {
      const token = holder[start + place]!;
      if (token < 0 || placeOf.has(token)) continue;
      placeOf.set(token, { word, place });
      found.places.add(place);
    }
  }
  const lists: number[][] = [];
  const listAt = new Map<string, Map<number, number>>();
  for (const [word, { starts, places }] of words) {
    const ofWord = new Map<number, number>();
    listAt.set(word, ofWord);
    for (const place of places) {
      const keys = starts.map((start) => holder[start + place]!).filter((key) => key >= 0);
      // One token can hold several occurrences.
      ofWord.set(place, lists.push(keys.filter((key, i) => key !== keys[i - 1])) - 1);
    }
  }
  return listTargets(tokens.length, lists, (query) => {
    const own = placeOf.get(query);
    return own ? listAt.get(own.word)!.get(own.place)! : -1;
  });
}
