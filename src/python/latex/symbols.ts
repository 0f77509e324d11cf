/** Names of variables as symbols. */

import { accents, baseOf, estimates, exponents, heads, indexOf, loss } from './names.ts';
import { atom, indexed, number, power, prefixed, quotient, root, sum, type Piece } from './pieces.ts';
import { wordLatex } from './text.ts';

type Wrapper = 'log' | 'sqrt' | 'oneMinus' | 'reciprocal' | 'reciprocalMinusOne';

export interface Symbol {
  /** What carries the indices. */
  readonly base: string;
  readonly indices: readonly string[];
  readonly exponent: string;
  /** What the value is of that, the outermost first. */
  readonly wrappers: readonly Wrapper[];
  /** How strong the name's claim to it is: 0 is the strongest. */
  readonly rank: number;
}

/** Words that begin a name of something computed of what follows. */
const beginnings: readonly (readonly [words: readonly string[], wrappers: readonly Wrapper[]])[] = [
  [['sqrt'], ['sqrt']],
  [['rsqrt'], ['reciprocal', 'sqrt']],
  [['one', 'minus'], ['oneMinus']],
  [['recip'], ['reciprocal']],
  [['recipm1'], ['reciprocalMinusOne']],
  [['log'], ['log']],
];

/** The symbol that a name suggests; null where it suggests none. */
export function symbolOf(name: string): Symbol | null {
  const primes = /'*$/.exec(name)![0];
  const words = wordsOf(name.slice(0, name.length - primes.length));
  const symbol = words.length > 0 && words.length <= 8 ? symbolOfWords(words) : null;
  // In braces, so that a power may follow.
  return symbol && primes !== '' ? { ...symbol, base: `{${symbol.base}${primes}}` } : symbol;
}

function symbolOfWords(words: readonly string[]): Symbol | null {
  const plain = plainSymbol(words);
  if (plain) return plain;
  for (const [first, wrappers] of beginnings) {
    if (!first.every((word, at) => words[at] === word)) continue;
    const inner = words.length > first.length ? symbolOfWords(words.slice(first.length)) : null;
    return inner && { ...inner, wrappers: [...wrappers, ...inner.wrappers], rank: Math.max(inner.rank, 1) };
  }
  return null;
}

/** A letter with what the other words put on it. */
function plainSymbol(words: readonly string[]): Symbol | null {
  if (beginnings.some(([[first]]) => first !== 'log' && words[0] === first)) return null;
  const found = baseOf(words.map((word) => withoutDigits(word) ?? word));
  if (!found || (words[0] === 'log' && found.from > 0)) return null;
  const { base, from, length } = found;
  const others = [...words.slice(0, from), ...words.slice(from + length)];
  // `n_steps` and `d_model` count what the word says.
  const counts = from === 0 && /^[nNdD]$/.test(base.latex);
  if (!counts && others.some((word) => heads.has(word))) return null;
  // `x1` is x with an index; as an index itself, `l1` is one.
  const digits = /\d*$/.exec(words[from + length - 1]!)![0];
  let latex = base.latex;
  let exponent = base.exponent ?? '';
  let rank = base.rank;
  let hasAccent = /^\\(?:bar|hat|tilde)\{/.test(latex);
  const indices: string[] = digits === '' ? [] : [digits];
  for (let at = 0; at < others.length; at++) {
    const word = others[at]!;
    const isEstimate = estimates.has(word) && base.latex !== loss;
    const accent = Object.hasOwn(accents, word) ? accents[word] : isEstimate ? accents['hat'] : undefined;
    const raised = Object.hasOwn(exponents, word) ? exponents[word] : undefined;
    if (accent !== undefined && !hasAccent) {
      latex = `${accent}{${latex}}`;
      hasAccent = true;
      if (isEstimate) rank = Math.max(rank, 2);
    } else if (raised !== undefined && exponent === '') exponent = raised;
    else if ((word === 'minus' || word === 'plus') && at + 1 < others.length && /^\w$/.test(indices.at(-1) ?? '')) {
      indices.push(`${indices.pop()}${word === 'minus' ? '-' : '+'}${others[++at]}`);
    } else if (word === 'true' && others.length === 1) rank = Math.max(rank, 1);
    else {
      const index = indexOf(word);
      if (index === null) return null;
      indices.push(index);
    }
  }
  return indices.length > 3 ? null : { base: latex, indices, exponent, wrappers: base.log ? ['log'] : [], rank };
}

/** Words of a name, in lower case but for those that are a letter or begin with a capital Greek one. */
function wordsOf(name: string): string[] {
  return name
    .split('_')
    .flatMap((part) =>
      part.split(/(?<=[a-z\d])(?=[A-Z])/).map((word, at) => (at > 0 && word.length > 1 ? word.toLowerCase() : lowered(word))),
    )
    .filter((word) => word !== '');
}

/** `x` of `x1`, where that is a symbol. */
function withoutDigits(word: string): string | null {
  const letters = /^(\p{L}+)\d+$/u.exec(word)?.[1];
  return letters !== undefined && baseOf([letters]) ? letters : null;
}

/** `Sigma` is a letter, `Loss` is a word. */
function lowered(word: string): string {
  if (/^.\d*$/u.test(word)) return word;
  const lower = word.toLowerCase();
  const isCapital = /^\p{Lu}\p{Ll}+$/u.test(word) && baseOf([word]) !== null;
  return isCapital ? word : lower;
}

/** A name as a word. */
export const wordSymbol = (name: string): Symbol => ({ base: wordLatex(name), indices: [], exponent: '', wrappers: [], rank: 9 });

/** The symbol, with further indices, as a piece; `mark` goes around all of it. */
export function symbolPiece(symbol: Symbol, more: readonly string[], mark: (latex: string) => string): Piece {
  const { base, exponent, wrappers } = symbol;
  const indices = [...symbol.indices, ...more];
  const core = (raised: string): Piece => {
    const letter = indexed(
      atom(base),
      indices.map((index) => atom(index)),
    );
    return raised === '' ? letter : power({ ...letter, level: 10 }, atom(raised));
  };
  const piece = wrappers.reduceRight(wrapped, core(exponent));
  const marked = { ...piece, latex: mark(piece.latex) };
  const [outer, ...inner] = wrappers;
  if (outer !== 'log') return marked;
  const undone = inner.reduceRight(wrapped, core(exponent));
  return {
    ...marked,
    exponential: (times) => {
      const raised = Number(exponent || 1) * times;
      if (inner.length > 0 || !Number.isInteger(2 * raised)) {
        const plain = { ...undone, latex: mark(undone.latex) };
        return times === 1 ? plain : power(plain, powerNumber(times));
      }
      const whole = core(raised === 1 || raised === 0.5 ? '' : String(raised));
      return raised === 0.5 ? root({ ...whole, latex: mark(whole.latex) }) : { ...whole, latex: mark(whole.latex) };
    },
  };
}

const powerNumber = (times: number): Piece => (times < 0 ? atom(`-${-times}`) : number(times));

function wrapped(piece: Piece, wrapper: Wrapper): Piece {
  switch (wrapper) {
    case 'log':
      return prefixed(String.raw`\log`, piece);
    case 'sqrt':
      return root(piece);
    case 'oneMinus':
      return sum(number(1), '-', piece);
    case 'reciprocal':
      return quotient(number(1), piece);
    case 'reciprocalMinusOne':
      return sum(quotient(number(1), piece), '-', number(1));
  }
}
