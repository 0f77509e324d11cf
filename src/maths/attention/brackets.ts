import { isStringPrefix, keywords } from './pythonWords.ts';
import { holders, listTargets, type Targets, type TextToken } from './targetLists.ts';

const closers = ')]}';
const openers = '([{';
/** Of at most nine characters: the longest keyword has eight. */
const wordEnd = /\p{ID_Continue}+$/u;

/** Whether a quote can open a string: after a word it is an apostrophe, unless the word is a string's prefix or a keyword. */
function mayOpen(text: string, quote: number): boolean {
  const word = wordEnd.exec(text.slice(Math.max(0, quote - 9), quote))?.[0];
  return word === undefined || isStringPrefix(word) || keywords.has(word);
}

/**
 * Reads the string that a quote opens, as Python does (a backslash takes the next character with it, also in raw strings): where it
 * ends, and whether it is one. A single quote that its line does not close opens no string; three quotes that nothing closes reach to
 * the end of the text.
 */
function readString(text: string, start: number): { end: number; closed: boolean } {
  const quote = text[start]!;
  const triple = text.startsWith(quote.repeat(3), start);
  const closing = triple ? quote.repeat(3) : quote;
  for (let unit = start + closing.length; unit < text.length; unit++) {
    if (text.startsWith(closing, unit)) return { end: unit + closing.length, closed: true };
    if (text[unit] === '\\') unit += text.startsWith('\r\n', unit + 1) ? 2 : 1;
    else if (!triple && (text[unit] === '\n' || text[unit] === '\r')) return { end: unit, closed: false };
  }
  return { end: text.length, closed: triple };
}

/**
 * Pairs of brackets ( ), [ ] and { } as offsets [opener, closer] in order of closers. Brackets in Python string literals (the fields of
 * an f-string among them) and comments do not count. A closer matches the nearest opener of its kind that is still open; openers between
 * the two stay without a partner, and so does a closer without an opener.
 */
export function bracketPairs(text: string): [number, number][] {
  const pairs: [number, number][] = [];
  const open: { kind: number; unit: number }[] = [];
  const waiting = [0, 0, 0];
  const spent = { '"': 0, "'": 0 };
  for (let unit = 0; unit < text.length; unit++) {
    const character = text[unit]!;
    if (character === '#') {
      while (unit + 1 < text.length && text[unit + 1] !== '\n' && text[unit + 1] !== '\r') unit++;
    } else if (character === '"' || character === "'") {
      if (unit < spent[character] || !mayOpen(text, unit)) continue;
      const { end, closed } = readString(text, unit);
      if (closed) unit = end - 1;
      // What is left of these quotes until there is escaped: to read on from each would take quadratic time.
      else spent[character] = end;
    } else if (openers.includes(character)) {
      const kind = openers.indexOf(character);
      waiting[kind]!++;
      open.push({ kind, unit });
    } else if (closers.includes(character)) {
      const kind = closers.indexOf(character);
      if (waiting[kind] === 0) continue;
      for (let last = open.pop()!; ; last = open.pop()!) {
        waiting[last.kind]!--;
        if (last.kind === kind) {
          pairs.push([last.unit, unit]);
          break;
        }
      }
    }
  }
  return pairs;
}

/** For a token that holds closing brackets: the earlier tokens that hold their openers. A pair within one token has no target. */
export function bracketTargets(tokens: readonly TextToken[], text: string): Targets {
  const holder = holders(tokens, text);
  const opened = new Map<number, Set<number>>();
  for (const [opener, closer] of bracketPairs(text)) {
    const [key, query] = [holder[opener]!, holder[closer]!];
    if (key < 0 || query < 0) continue;
    const keys = opened.get(query);
    if (keys) keys.add(key);
    else opened.set(query, new Set([key]));
  }
  const lists = new Map([...opened.keys()].map((query, list) => [query, list]));
  const rising = [...opened.values()].map((keys) => [...keys].sort((a, b) => a - b));
  return listTargets(tokens.length, rising, (query) => lists.get(query) ?? -1);
}
