/** LaTeX taken apart into what it says: equations, definitions, draws. */

import { parse } from './parse.ts';
import { keyOf, within, type Tree } from './tree.ts';
import type { Token } from './tokens.ts';
import { Unread } from './unread.ts';

export interface Statement {
  /** What stands left of the first sign of equality, where it can be read; null where there is none. */
  readonly left: Tree | null;
  /** The sides that can be read, the last first. */
  readonly sides: readonly Tree[];
  /** It is to be made large. */
  readonly isMaximised: boolean;
}

export interface Statements {
  /** What is stated, definitions of what it is made of left out. */
  readonly main: readonly Statement[];
  readonly definitions: ReadonlyMap<string, Tree>;
  readonly defining: readonly Statement[];
  readonly all: readonly Tree[];
  /** By name, from what it is drawn: "N(0,I)". */
  readonly draws: ReadonlyMap<string, string>;
}

const mostStatements = 12;

const relations: ReadonlySet<string> = new Set(
  'equiv approx triangleq coloneqq leftarrow gets le leq ge geq lesssim gtrsim propto simeq cong doteq Leftrightarrow iff'.split(' '),
);

const isRelation = ({ kind, text }: Token): boolean =>
  (kind === 'symbol' && (text === '=' || text === '≤' || text === '≥')) || (kind === 'command' && relations.has(text));

export function statementsOf(tokens: readonly Token[]): Statements {
  const equations: Statement[] = [];
  const draws = new Map<string, string>();
  const indices = summedIn(tokens);
  for (const piece of piecesOf(tokens)) {
    const bound = piece.some(({ text }) => text === 'sum') ? [] : indices;
    const read = (side: readonly Token[]): Tree | null => readSide(side, [...bound, ...freeIn(piece, indices)]);
    const sides = split(piece, isRelation).map((side) => (side.at(-1)?.text === ':' ? side.slice(0, -1) : side));
    const [names, from] = split(piece, ({ kind, text }) => kind === 'command' && (text === 'sim' || text === 'in'));
    if (sides.length === 1 && from) {
      const name = names && read(names);
      if (name?.kind === 'name' && piece.some(({ text }) => text === 'sim')) draws.set(keyOf(name), from.map(({ text }) => text).join(' '));
      continue;
    }
    const asked = sides.map(optimised);
    const isMaximised = asked.some(({ largest }) => largest);
    const trees = asked.map(({ rest }) => read(rest));
    const [left = null] = trees;
    const right = trees.slice(1).filter((tree) => tree !== null);
    const first = sides[0]!.length === 0 ? null : left;
    if (trees.length === 1) {
      if (first) equations.push({ left: null, sides: [first], isMaximised });
      else equations.push({ left: null, sides: [], isMaximised });
    } else equations.push({ left: first, sides: [...right.reverse(), ...(first ? [first] : [])], isMaximised });
  }
  return { ...apart(equations), all: equations.flatMap(({ sides }) => sides), draws };
}

/** Without `\min_G\max_D`, and whether the last of them asks for the largest. */
function optimised(side: readonly Token[]): { rest: readonly Token[]; largest: boolean } {
  let at = 0;
  let largest = false;
  for (;;) {
    const token = side[at];
    const name = token && (token.kind === 'command' || token.kind === 'word') ? token.text.replace(/_/g, '').toLowerCase() : '';
    if (!/^(?:arg|min|max|argmin|argmax|minimize|maximize)$/.test(name) || side[at + 1]?.text === '(' || side[at + 1]?.text === '{')
      return { rest: side.slice(at), largest };
    if (name !== 'arg') largest = name.includes('max');
    at++;
    if (side[at]?.text !== '_') continue;
    at++;
    if (side[at]?.text !== '{') at++;
    else {
      let depth = 0;
      do {
        if (side[at]?.text === '{') depth++;
        else if (side[at]?.text === '}') depth--;
        at++;
      } while (depth > 0 && at < side.length);
    }
  }
}

/** `\ell_i = ... \sum_j ...`: i counts examples on the right too. */
function freeIn(piece: readonly Token[], summed: readonly string[]): string[] {
  const equality = piece.findIndex(isRelation);
  const [base, below, index] = piece;
  if (equality !== 3 || !base || below?.text !== '_' || index?.kind !== 'letter' || summed.length === 0) return [];
  return /^(?:ell|L|l)$/.test(base.text) && /^[ijn]$/.test(index.text) && !summed.includes(index.text) ? [index.text] : [];
}

/** Letters that sums run over: in another statement they are indices too. */
function summedIn(tokens: readonly Token[]): string[] {
  const found: string[] = [];
  tokens.forEach(({ kind, text }, at) => {
    if (kind !== 'command' || text !== 'sum' || tokens[at + 1]?.text !== '_') return;
    const first = tokens[at + 2]?.text === '{' ? tokens[at + 3] : tokens[at + 2];
    if (first?.kind === 'letter') found.push(first.text);
  });
  return found;
}

function readSide(tokens: readonly Token[], bound: readonly string[]): Tree | null {
  try {
    return parse(tokens, bound);
  } catch (error) {
    if (error instanceof Unread) return null;
    throw error;
  }
}

/** What defines a symbol that another statement has is no statement of its own. */
function apart(equations: readonly Statement[]): Pick<Statements, 'main' | 'definitions' | 'defining'> {
  const definitions = new Map<string, Tree>();
  const main = equations.filter(({ left, sides }, place) => {
    const [right] = sides;
    if (left?.kind !== 'name' || !right || right === left) return true;
    const key = keyOf(left);
    if (uses(right, key)) return true;
    const isUsed = equations.some((other, at) => at !== place && other.sides.some((side) => side !== other.left && uses(side, key)));
    if (isUsed) definitions.set(key, right);
    return !isUsed;
  });
  const defining = equations.filter((equation) => !main.includes(equation));
  return { main, defining, definitions };
}

function uses(tree: Tree, key: string): boolean {
  for (const inner of within(tree)) if (inner.kind === 'name' && keyOf(inner) === key) return true;
  return false;
}

/** Lines and clauses; a line that goes on with the one before is joined to it. */
function piecesOf(tokens: readonly Token[]): Token[][] {
  const rows = split(tokens, ({ kind }) => kind === 'row').filter((row) => row.length > 0);
  const pieces: Token[][] = [];
  for (const row of rows) {
    const [first, ...clauses] = split(
      row,
      ({ kind, text }) => kind === 'gap' || (kind === 'symbol' && (text === ',' || text === ';')),
    ).filter((clause) => clause.length > 0);
    if (!first) continue;
    const before = pieces.at(-1);
    if (before && (isRelation(first[0]!) || (first[0]!.kind === 'symbol' && /^[-+:]$/.test(first[0]!.text)))) before.push(...first);
    else pieces.push([...first]);
    pieces.push(...clauses);
  }
  if (pieces.length > mostStatements) throw new Unread();
  return pieces.map(trimmed).filter((piece) => piece.length > 0);
}

/** Without the full stop of a sentence. */
function trimmed(piece: Token[]): Token[] {
  const last = piece.at(-1);
  return last?.kind === 'digit' && last.text === '.' ? piece.slice(0, -1) : piece;
}

/** Where a token parts, outside of all delimiters. */
function split(tokens: readonly Token[], parts: (token: Token) => boolean): Token[][] {
  const found: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    const { kind, text } = token;
    if ((kind === 'symbol' || kind === 'command') && (text === '(' || text === '[' || text === '{')) depth++;
    else if ((kind === 'symbol' || kind === 'command') && (text === ')' || text === ']' || text === '}')) depth--;
    if (depth < 0) throw new Unread();
    // Lines end what is open: `\left(...\right.\\`.
    if (parts(token) && (depth === 0 || kind === 'row')) {
      if (kind === 'row' && depth > 0) continue;
      found.push([]);
    } else if (kind !== 'gap' && kind !== 'row') found.at(-1)!.push(token);
    else if (depth === 0) found.at(-1)!.push(token);
  }
  if (depth !== 0) throw new Unread();
  return found;
}
