/** Heads as code transformers grow them, made from a text's tokens alone: the pictures that the panel is for. */

import { causalMap, type WeightMap } from './maps.ts';

/** Splits like a tokenizer of code: words with the space before them, signs, line ends, indentation. */
export function tokenize(text: string): { text: string; start: number; end: number }[] {
  return [...text.matchAll(/\n| {2,}(?=\S)| ?[A-Za-z_]{1,8}| ?\d{1,3}| ?[^\sA-Za-z_\d]|\s/gu)].map((match) => ({
    text: match[0],
    start: match.index,
    end: match.index + match[0].length,
  }));
}

const open = '([{';
const close = ')]}';

/** The head's number picks its pattern and how sharp it is. */
export function patternMap(tokens: readonly { text: string }[], layer: number, head: number): WeightMap {
  const words = tokens.map((token) => token.text.trim() || token.text);
  const count = words.length;
  const sharp = 4 + ((layer * 5 + head * 3) % 5);
  const noise = (query: number, key: number): number => (hash(query, key, layer * 64 + head) - 0.5) * 1.5;
  const sink = (key: number): number => (key === 0 ? 3.5 : 0);
  const partners = bracketPartners(words);
  const scores: readonly ((query: number, key: number) => number)[] = [
    (q, k) => (k === q - 1 ? sharp + 3 : 0),
    (q, k) => (k > 0 && words[k - 1] === words[q] ? sharp + 1 : sink(k)),
    (q, k) => (partners[q] === k ? sharp + 4 : sink(k) + 1),
    (q, k) => -Math.abs(q - k) / (2 + 3 * (layer + 1)),
    (q, k) => (words[k] === words[q] && k !== q ? sharp : sink(k)),
    (q, k) => (words[k] === '\n' || words[k] === ':' ? sharp - 1 : -Math.abs(q - k) / 60),
    (_, k) => (k === 0 ? 8 : 0),
    () => 0,
  ];
  const score = scores[(head + layer * 3) % scores.length] ?? (() => 0);
  return causalMap(count, (query, key) => score(query, key) + noise(query, key));
}

function bracketPartners(words: readonly string[]): readonly (number | undefined)[] {
  const stack: number[] = [];
  return words.map((word, index) => {
    if (open.includes(word)) stack.push(index);
    else if (close.includes(word)) return stack.pop();
    return stack.at(-1);
  });
}

function hash(a: number, b: number, c: number): number {
  let h = (a * 0x9e3779b1) ^ (b * 0x85ebca6b) ^ (c * 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return ((h ^ (h >>> 15)) >>> 0) / 2 ** 32;
}
