/** Pieces of LaTeX that know how tightly they hold together, so that brackets stand where they are needed and nowhere else. */

/** How tightly a piece holds together: what stands higher needs no brackets within what stands lower. */
export const level = {
  list: 0,
  or: 1,
  and: 2,
  not: 3,
  comparison: 4,
  other: 5,
  sum: 6,
  product: 7,
  /** `\log x`: takes in what follows. */
  prefix: 8,
  power: 9,
  atom: 10,
} as const;

export interface Piece {
  readonly latex: string;
  readonly level: number;
  /** 0: as high as a letter; 1: has brackets in it; 2: a fraction, a big operator, or more brackets; 3: higher. */
  readonly height: number;
  /** Takes in the factors that follow it, as `\sum x` does. */
  readonly open?: boolean;
  /** What it is the negative of. */
  readonly negated?: Piece;
  /** Of a number that is written. */
  readonly value?: number;
  /** What it is the square root of. */
  readonly rootOf?: Piece;
  /** A number and what it is multiplied by. */
  readonly scaled?: { readonly by: number; readonly piece: Piece };
  /** Where it is the logarithm of something with a symbol: that to a power. */
  readonly exponential?: (power: number) => Piece;
  /** Of a distribution: its density at a value. */
  readonly density?: (value: Piece) => Piece;
  /** Of a draw: the distribution. */
  readonly drawnFrom?: Piece;
  /** An index would be its second. */
  readonly indexed?: boolean;
}

export const atom = (latex: string, height = 0): Piece => ({ latex, level: level.atom, height });

const sizes = ['', String.raw`\big`, String.raw`\Big`] as const;

/** In brackets that are as high as what they hold. */
export function fenced(open: string, inner: Piece, close: string): Piece {
  const size = sizes[inner.height];
  const latex =
    size === undefined
      ? String.raw`\left${open}${inner.latex}\right${close}`
      : size === ''
        ? `${open}${inner.latex}${close}`
        : `${size}l${open}${inner.latex}${size}r${close}`;
  return atom(latex, Math.min(inner.height + 1, 3));
}

export const bracketed = (piece: Piece): Piece => fenced('(', piece, ')');

/** The piece, in brackets if it does not hold together as tightly as that. */
export const at = (least: number, piece: Piece): Piece => (piece.level < least ? bracketed(piece) : piece);

const highest = (...pieces: readonly Piece[]): number => Math.max(0, ...pieces.map(({ height }) => height));

/** Two pieces with an operator between. */
export function joined(left: Piece, operator: string, right: Piece, own: number): Piece {
  return { latex: `${left.latex} ${operator} ${right.latex}`, level: own, height: highest(left, right), open: right.open ?? false };
}

export function sum(left: Piece, sign: '+' | '-', right: Piece): Piece {
  if (sign === '+' && left.value === 0) return right;
  if (sign === '+' && right.negated) return sum(left, '-', right.negated);
  // a + (b - c) needs no brackets, a + (-b - c) does.
  const least = sign === '-' || right.latex.startsWith('-') ? level.product : level.sum;
  return joined(at(level.sum, left), sign, at(least, right), level.sum);
}

export function negative(piece: Piece): Piece {
  const inner = at(level.product, piece);
  return { latex: `-${inner.latex}`, level: level.sum, height: inner.height, negated: inner, open: inner.open ?? false };
}

/** Numbers that are fractions to any reader. */
const fractions: Readonly<Record<number, string>> = { 0.5: String.raw`\tfrac{1}{2}`, 0.25: String.raw`\tfrac{1}{4}` };

export function product(left: Piece, right: Piece): Piece {
  if (left.negated && right.negated) return product(left.negated, right.negated);
  if (left.negated) return negative(product(left.negated, right));
  if (right.negated && left.value !== 1) return negative(product(left, right.negated));
  // A number goes first.
  if (right.value !== undefined && right.value >= 0 && left.value === undefined) return product(right, left);
  const { scaled: inner } = right;
  if (inner && right.level === level.product && left.value === undefined && !left.open)
    return product(number(inner.by), product(left, inner.piece));
  const first = factor(left.open ? bracketed(left) : at(level.product, left));
  const second = factor(right.negated ? bracketed(right) : at(level.product, right));
  const scaled = left.value !== undefined && right.value === undefined ? { scaled: { by: left.value, piece: right } } : {};
  return {
    latex: `${first.latex}${between(first.latex, second.latex)}${second.latex}`,
    level: level.product,
    height: highest(first, second),
    open: second.open ?? false,
    ...scaled,
  };
}

function factor(piece: Piece): Piece {
  const fraction = piece.value === undefined ? undefined : fractions[piece.value];
  return fraction === undefined ? piece : { ...piece, latex: fraction };
}

/** Before brackets a dot tells a product from the value of a function; after a number neither is needed. */
function between(left: string, right: string): string {
  if (/^[\d.]/.test(right) || right.startsWith(String.raw`\tfrac`)) return String.raw` \cdot `;
  if (/[\d.]$/.test(left) || left.endsWith(String.raw`\tfrac{1}{2}`) || left.endsWith(String.raw`\tfrac{1}{4}`)) return ' ';
  return /^(?:\\left|\\[bB]igl)?[([]/.test(right) && !/[)\]]$/.test(left) ? String.raw` \cdot ` : String.raw` \, `;
}

export function quotient(left: Piece, right: Piece): Piece {
  if (left.negated) return negative(quotient(left.negated, right));
  const scaled = right.value ? { scaled: { by: 1 / right.value, piece: left } } : {};
  return {
    latex: String.raw`\frac{${left.latex}}{${right.latex}}`,
    level: level.power,
    height: Math.min(Math.max(2, highest(left, right) + 1), 3),
    ...scaled,
  };
}

/** A power; the powers 1/2 and -1/2 are roots. */
export function power(base: Piece, exponent: Piece): Piece {
  if (exponent.value === 0.5) return root(base);
  if (exponent.negated?.value === 0.5) return quotient(number(1), root(base));
  const below = at(level.atom, base);
  return { latex: `${below.latex}^{${exponent.latex}}`, level: level.power, height: Math.min(highest(below, exponent), 3) };
}

export const root = (piece: Piece, degree?: string): Piece => ({
  ...atom(String.raw`\sqrt${degree === undefined ? '' : `[${degree}]`}{${piece.latex}}`, Math.min(piece.height + 1, 3)),
  ...(degree === undefined && { rootOf: piece }),
});

export const number = (value: number): Piece => ({ ...atom(String(value)), value });

/** `\log x`: what holds together less tightly than a letter with its indices and powers is put in brackets; `always`: anything. */
export function prefixed(command: string, argument: Piece, always = false): Piece {
  const isBracketed = always || argument.level < level.power || argument.open === true;
  const inner = isBracketed ? bracketed(argument) : argument;
  return { latex: `${command}${isBracketed ? '' : ' '}${inner.latex}`, level: level.prefix, height: inner.height, open: !isBracketed };
}

/** `\sum_{...}^{...}` and what is summed. */
export function big(command: string, below: string, above: string, body: Piece): Piece {
  const inner = at(level.product, body.negated ? bracketed(body) : body);
  const scripts = `${below === '' ? '' : `_{${below}}`}${above === '' ? '' : `^{${above}}`}`;
  return { latex: `${command}${scripts} ${inner.latex}`, level: level.product, height: Math.max(2, inner.height), open: true };
}

export function list(items: readonly Piece[]): Piece {
  return { latex: items.map(({ latex }) => latex).join(', '), level: level.list, height: highest(...items) };
}

/** A function's value: `f(a, b)`. */
export function applied(name: Piece, args: readonly Piece[]): Piece {
  const head = at(level.atom, name);
  const tail = bracketed(list(args));
  return atom(`${head.latex}${tail.latex}`, Math.max(head.height, tail.height));
}

/** By a name of letters. */
export const called = (name: string, ...args: readonly Piece[]): Piece => applied(atom(String.raw`\mathrm{${name}}`), args);

export function indexed(piece: Piece, indices: readonly Piece[]): Piece {
  if (indices.length === 0) return piece;
  const base = piece.indexed ? bracketed(piece) : at(level.atom, piece);
  return { ...atom(`${base.latex}_{${indexLatex(indices)}}`, base.height), indexed: true };
}

/** Single signs stand together, as in `a_{ij}`; anything longer needs commas. */
export function indexLatex(indices: readonly Piece[]): string {
  const plain = indices.every(({ latex }) => /^(?:[a-z]|\\term\{\w+\}\{[a-z]\})$/.test(latex));
  return indices.map(({ latex }) => latex).join(plain ? ' ' : ', ');
}

export interface Case {
  readonly value: Piece;
  /** null: otherwise. */
  readonly test: Piece | null;
}

/** One value where all are written alike. */
export function cases(rows: readonly Case[]): Piece {
  const [first] = rows;
  if (first && rows.every(({ value }) => value.latex === first.value.latex)) return first.value;
  const lines = rows.map(
    ({ value, test }) => `${value.latex} & ${test ? String.raw`\text{if } ${test.latex}` : String.raw`\text{otherwise}`}`,
  );
  return { latex: String.raw`\begin{cases} ${lines.join(String.raw` \\ `)} \end{cases}`, level: level.list, height: 3 };
}

export function matrix(rows: readonly (readonly Piece[])[]): Piece {
  const lines = rows.map((row) => row.map(({ latex }) => latex).join(' & '));
  return atom(String.raw`\begin{bmatrix} ${lines.join(String.raw` \\ `)} \end{bmatrix}`, 3);
}

/** e to a power; a logarithm's own symbol where that is what is undone. */
export function exponential(argument: Piece, hasE: boolean): Piece {
  const undone = argument.exponential?.(1) ?? argument.scaled?.piece.exponential?.(argument.scaled.by) ?? ofNegative(argument.negated);
  if (undone) return undone;
  if (!hasE || /\\(?:frac|sum|prod|begin|max|min)/.test(argument.latex) || argument.latex.length > 120)
    return prefixed(String.raw`\exp`, argument, true);
  return { latex: `e^{${argument.latex}}`, level: level.power, height: argument.height };
}

const ofNegative = (of: Piece | undefined): Piece | undefined => of?.exponential?.(-1) ?? of?.scaled?.piece.exponential?.(-of.scaled.by);
