/** LaTeX's tokens as a tree, by the precedence that mathematics is written with. */

import { Cursor } from './cursor.ts';
import { isFunctionName, labelsOf, type Label } from './labels.ts';
import type { Token } from './tokens.ts';
import { apply, number, within, type Name, type Tree } from './tree.ts';
import { Unread } from './unread.ts';

const greek: ReadonlySet<string> = new Set(
  `alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi varpi rho varrho sigma varsigma tau upsilon
   phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega ell varnothing emptyset`.split(/\s+/),
);
const sameLetter: Readonly<Record<string, string>> = {
  varepsilon: 'epsilon',
  vartheta: 'theta',
  varphi: 'phi',
  varrho: 'rho',
  varsigma: 'sigma',
  emptyset: 'varnothing',
};
const accents: Readonly<Record<string, string>> = {
  bar: 'bar',
  overline: 'bar',
  hat: 'hat',
  widehat: 'hat',
  tilde: 'tilde',
  widetilde: 'tilde',
  vec: '',
  dot: 'dot',
  check: 'check',
};
/** Functions of one number, by command or word. */
const functions: Readonly<Record<string, string>> = {
  log: 'log',
  ln: 'log',
  exp: 'exp',
  sin: 'sin',
  cos: 'cos',
  tan: 'tan',
  tanh: 'tanh',
  det: 'determinant',
  tr: 'trace',
  Tr: 'trace',
  trace: 'trace',
  softmax: 'softmax',
  sigmoid: 'sigmoid',
  softplus: 'softplus',
  relu: 'relu',
  ReLU: 'relu',
  Var: 'variance',
  sg: 'detach',
  stopgrad: 'detach',
  stop_gradient: 'detach',
  logsigmoid: 'logSigmoid',
};

/**
 * @param bound indices that sums elsewhere run over
 * @throws Unread
 */
export function parse(tokens: readonly Token[], bound: readonly string[] = []): Tree {
  const cursor = new Cursor(tokens);
  cursor.bound.push(...bound);
  const tree = sum(cursor);
  if (!cursor.done) throw new Unread();
  return tree;
}

function parseWithin(tokens: readonly Token[], outer: Cursor): Tree {
  const cursor = new Cursor(tokens);
  cursor.bound.push(...outer.bound);
  cursor.depth = outer.depth;
  return cursor.within(() => {
    const tree = sum(cursor);
    if (!cursor.done) throw new Unread();
    return tree;
  });
}

const isMinus = (cursor: Cursor): boolean => cursor.isSymbol('-') || cursor.isSymbol('−') || cursor.isCommand('minus');

function sum(cursor: Cursor): Tree {
  return cursor.within(() => {
    let negative = false;
    if (isMinus(cursor)) {
      cursor.next();
      negative = true;
    } else cursor.takeSymbol('+');
    let tree = product(cursor);
    if (negative) tree = apply('negate', tree);
    while (!cursor.done) {
      if (cursor.takeSymbol('+')) tree = apply('add', tree, product(cursor));
      else if (isMinus(cursor)) {
        cursor.next();
        tree = apply('subtract', tree, product(cursor));
      } else break;
    }
    return tree;
  });
}

const products: ReadonlySet<string> = new Set(['cdot', 'times', 'odot', 'ast', 'circ', 'otimes']);

/** What is multiplied, also where nothing stands between; `stop` says where what a function is applied to ends. */
function product(cursor: Cursor): Tree {
  let tree = signed(cursor);
  for (;;) {
    const token = cursor.peek();
    if (!token) return tree;
    if ((token.kind === 'command' && products.has(token.text)) || (token.kind === 'symbol' && token.text === '*')) {
      if (token.text === 'circ' || token.text === 'otimes') throw new Unread();
      cursor.next();
      tree = apply(token.text === 'cdot' ? 'dot' : 'multiply', tree, signed(cursor));
    } else if (cursor.takeSymbol('/')) tree = apply('divide', tree, signed(cursor));
    else if (begins(cursor)) tree = apply('multiply', tree, factor(cursor));
    else return tree;
  }
}

function signed(cursor: Cursor): Tree {
  if (!isMinus(cursor)) return factor(cursor);
  cursor.next();
  return apply('negate', factor(cursor));
}

const beginning: ReadonlySet<string> = new Set(
  `frac tfrac dfrac cfrac sqrt sum nabla max min { | lvert lVert Vert sigma partial operatorname inf infty ${Object.keys(functions).join(' ')} ${Object.keys(accents).join(' ')}`.split(
    ' ',
  ),
);

/** Whether a factor begins here. */
function begins(cursor: Cursor): boolean {
  const token = cursor.peek()!;
  switch (token.kind) {
    case 'letter':
    case 'digit':
    case 'word':
      return true;
    case 'symbol':
      if (token.text === '|') return opensBar(cursor, '|');
      return token.text === '(' || token.text === '[' || token.text === '{';
    case 'command':
      if (token.text === '|' || token.text === 'Vert') return opensBar(cursor, '‖');
      if (token.text === 'vert') return opensBar(cursor, '|');
      return greek.has(token.text) || beginning.has(token.text);
    default:
      return false;
  }
}

/** After a factor, a bar closes what such a bar opened, parts arguments, or opens. */
function opensBar(cursor: Cursor, bar: string): boolean {
  const innermost = cursor.bars.at(-1);
  return innermost !== bar && innermost !== 'arguments';
}

function factor(cursor: Cursor): Tree {
  return cursor.within(() => powered(cursor, primary(cursor)));
}

/** With what stands above and below it on its right. */
function powered(cursor: Cursor, tree: Tree): Tree {
  let found = tree;
  for (;;) {
    if (cursor.takeSymbol('_')) {
      const below = cursor.argument();
      if (below.length === 1 && below[0]!.text === '+') found = apply('relu', found);
      else if (found.kind === 'norm' && below.length === 1) found = { ...found, p: normOf(below[0]!.text) };
      else throw new Unread();
    } else if (cursor.takeSymbol('^')) found = raised(cursor, found, cursor.argument());
    else if (cursor.isSymbol("'")) throw new Unread();
    else return found;
  }
}

function normOf(text: string): number {
  if (text === '1') return 1;
  if (text === '2' || text === 'F') return 2;
  throw new Unread();
}

function raised(cursor: Cursor, tree: Tree, above: readonly Token[]): Tree {
  const [first] = above;
  if (above.length === 1 && first) {
    if (first.text === 'top' || first.text === 'intercal' || (first.text === 'T' && isArray(tree))) return apply('transpose', tree);
    if (first.text === '+' || first.text === '-' || first.text === '*' || first.text === 'star' || first.text === 'dagger')
      throw new Unread();
  }
  return apply('power', tree, parseWithin(above, cursor));
}

/** What may be transposed: a capital, or a group of such. */
function isArray(tree: Tree): boolean {
  if (tree.kind === 'name') return /^[A-Za-z]$|^Sigma$|^Delta$/.test(tree.base);
  return tree.kind === 'apply' && tree.args.some(isArray);
}

function primary(cursor: Cursor): Tree {
  const token = cursor.peek();
  if (!token) throw new Unread();
  switch (token.kind) {
    case 'digit':
      return digits(cursor);
    case 'letter':
      if (token.text === 'E' && (token.style === 'double' || isExpectation(cursor))) return expectation(cursor);
      if (token.text === 'e' && token.style === undefined && cursor.isSymbol('^', 1)) {
        cursor.at += 2;
        return apply('exp', parseWithin(cursor.argument(), cursor));
      }
      return named(cursor);
    case 'word':
      return word(cursor);
    case 'command':
      return command(cursor);
    case 'symbol':
      if (token.text === '|') return bars(cursor, '|');
      if (token.text === '{' && isBracedName(cursor)) return named(cursor);
      if (token.text === '(' || token.text === '[' || token.text === '{') return group(cursor);
      throw new Unread();
    default:
      throw new Unread();
  }
}

/** `{x}_t`, `{\bar\alpha}_t`, `{G}(z)`. */
function isBracedName(cursor: Cursor): boolean {
  const end = cursor.closing();
  const inner = cursor.tokens.slice(cursor.at + 1, end);
  const after = cursor.tokens[end + 1];
  const follows = after?.kind === 'symbol' && ['_', '(', "'", '[', '^'].includes(after.text);
  return (
    follows &&
    inner.length > 0 &&
    inner.length < 8 &&
    inner.every(
      ({ kind, text }) => kind === 'letter' || kind === 'word' || text in accents || greek.has(text) || ['{', '}', '_'].includes(text),
    )
  );
}

function digits(cursor: Cursor): Tree {
  let text = '';
  while (cursor.peek()?.kind === 'digit') text += cursor.next().text;
  const value = Number(text);
  if (!Number.isFinite(value)) throw new Unread();
  return number(value);
}

/** `E[`, `E_x[`. */
function isExpectation(cursor: Cursor): boolean {
  if (cursor.isSymbol('[', 1)) return true;
  if (!cursor.isSymbol('_', 1)) return false;
  const after = cursor.isSymbol('{', 2) ? cursor.closing(cursor.at + 2) + 1 : cursor.at + 3;
  const token = cursor.tokens[after];
  return token?.kind === 'symbol' && token.text === '[';
}

function group(cursor: Cursor): Tree {
  const open = cursor.next();
  cursor.bars.push(open.text);
  const items = [sum(cursor)];
  while (cursor.takeSymbol(',') || cursor.takeSymbol(';')) items.push(sum(cursor));
  cursor.bars.pop();
  const close = cursor.next();
  const braces = open.text === '{';
  if (!(braces ? close.text === '}' : close.text === ')' || close.text === ']')) throw new Unread();
  return items.length === 1 ? items[0]! : { kind: 'list', items };
}

function bars(cursor: Cursor, bar: string): Tree {
  cursor.next();
  cursor.bars.push(bar);
  const body = sum(cursor);
  cursor.bars.pop();
  const close = cursor.next().text;
  const closes = bar === '|' ? ['|', 'rvert', 'vert', 'mid'] : ['|', 'rVert', 'Vert'];
  if (!closes.includes(close)) throw new Unread();
  if (bar === '‖') return { kind: 'norm', p: 2, body };
  return apply('abs', body);
}

function command(cursor: Cursor): Tree {
  const { text } = cursor.peek()!;
  if (text === 'sigma') return sigma(cursor);
  const braced = cursor.isSymbol('{', 1) ? 2 : 1;
  if (text in accents && cursor.peek(braced)?.text === 'E' && cursor.peek(braced)?.style === 'double') {
    // An average over a sample.
    cursor.at++;
    cursor.argument();
    cursor.at--;
    return expectation(cursor);
  }
  if (greek.has(text) || text in accents) return named(cursor);
  if (text in functions) {
    cursor.next();
    return applied(cursor, functions[text]!);
  }
  cursor.next();
  switch (text) {
    case 'frac':
    case 'tfrac':
    case 'dfrac':
    case 'cfrac': {
      const [above, below] = [cursor.argument(), cursor.argument()];
      if (above[0]?.text === 'partial') {
        if (below[0]?.text !== 'partial' || above.length < 2) throw new Unread();
        return { kind: 'gradient', body: parseWithin(above.slice(1), cursor) };
      }
      return apply('divide', parseWithin(above, cursor), parseWithin(below, cursor));
    }
    case 'sqrt': {
      if (cursor.isSymbol('[')) throw new Unread();
      return apply('sqrt', parseWithin(cursor.argument(), cursor));
    }
    case 'sum':
      return summation(cursor);
    case 'max':
    case 'min': {
      if (cursor.isSymbol('_') || cursor.isSymbol('^')) throw new Unread();
      const items = argumentsOf(cursor);
      if (items.length !== 2) throw new Unread();
      return apply(text === 'max' ? 'maximum' : 'minimum', ...items);
    }
    case 'nabla': {
      if (cursor.takeSymbol('_')) cursor.argument();
      return { kind: 'gradient', body: argumentOf(cursor) };
    }
    case '|':
    case 'lVert':
    case 'Vert':
      cursor.at--;
      return bars(cursor, '‖');
    case 'lvert':
    case 'vert':
      cursor.at--;
      return bars(cursor, '|');
    case '{': {
      cursor.bars.push('{');
      const items = [sum(cursor)];
      while (cursor.takeSymbol(',')) items.push(sum(cursor));
      cursor.bars.pop();
      if (!cursor.takeCommand('}')) throw new Unread();
      return items.length === 1 ? items[0]! : { kind: 'list', items };
    }
    default:
      throw new Unread();
  }
}

/** `\sigma(x)` is the sigmoid of something computed, or of what is no time; `\sigma`, `\sigma_t`, `\sigma(t)` are names. */
function sigma(cursor: Cursor): Tree {
  if (!cursor.isSymbol('(', 1) && !cursor.isSymbol('[', 1)) return named(cursor);
  const inner = cursor.tokens.slice(cursor.at + 2, cursor.closing(cursor.at + 1));
  if (isTime(inner)) return named(cursor);
  cursor.next();
  return apply('sigmoid', group(cursor));
}

/** Applied to the group that follows, or to factors up to the next sign or function. */
function applied(cursor: Cursor, op: string): Tree {
  let power: Tree | null = null;
  if (cursor.takeSymbol('^')) power = parseWithin(cursor.argument(), cursor);
  else if (cursor.takeSymbol('_')) {
    const base = cursor.argument();
    // Of softmax the index that it runs over; of a logarithm another base is another value.
    if (op === 'log' && base.map(({ text }) => text).join('') !== 'e') throw new Unread();
  }
  const body = op === 'detach' || op === 'softmax' || op === 'variance' || op === 'trace' ? groupAfter(cursor) : argumentOf(cursor);
  const found = apply(op, body);
  return power ? apply('power', found, power) : found;
}

function groupAfter(cursor: Cursor): Tree {
  if (!cursor.isSymbol('(') && !cursor.isSymbol('[') && !cursor.isCommand('{')) throw new Unread();
  return cursor.isCommand('{') ? command(cursor) : group(cursor);
}

function argumentOf(cursor: Cursor): Tree {
  return cursor.within(() => {
    if (cursor.isSymbol('(') || cursor.isSymbol('[')) {
      const body = group(cursor);
      return cursor.isSymbol('^') ? powered(cursor, body) : body;
    }
    let tree = signed(cursor);
    while (!cursor.done && begins(cursor) && continues(cursor, tree)) tree = apply('multiply', tree, factor(cursor));
    return tree;
  });
}

/** Whether what a function is applied to goes on: `\log 2\pi\sigma^2`; not `\log p(x) A`, `\log x\log y`, `\log x(1-x)`. */
function continues(cursor: Cursor, so: Tree): boolean {
  const token = cursor.peek()!;
  if (token.text in functions && (token.kind === 'command' || token.kind === 'word')) return false;
  if (so.kind === 'call' || so.kind === 'sum' || so.kind === 'expectation')
    return token.kind === 'letter' && cursor.isSymbol('(', 1) && so.kind === 'call';
  return !(token.kind === 'symbol' && (token.text === '(' || token.text === '['));
}

function word(cursor: Cursor): Tree {
  const { text } = cursor.peek()!;
  if (text in functions) {
    cursor.next();
    return applied(cursor, functions[text]!);
  }
  if (text === 'min' || text === 'max' || text === 'clip' || text === 'clamp') {
    cursor.next();
    const items = argumentsOf(cursor);
    if (text === 'min' || text === 'max') {
      if (items.length !== 2) throw new Unread();
      return apply(text === 'max' ? 'maximum' : 'minimum', ...items);
    }
    if (items.length !== 3) throw new Unread();
    return apply('clamp', ...items);
  }
  return named(cursor, true);
}

/** Between delimiters, with what parts them left out. */
function argumentsOf(cursor: Cursor): Tree[] {
  const curly = cursor.takeCommand('{');
  if (!curly && !cursor.takeSymbol('(') && !cursor.takeSymbol('[')) throw new Unread();
  cursor.bars.push('arguments');
  const items = [sum(cursor)];
  while (!cursor.isSymbol(')') && !cursor.isSymbol(']') && !cursor.isCommand('}')) {
    const { kind, text } = cursor.next();
    if (!(
      (kind === 'symbol' && [',', ';', ':', '|'].includes(text)) ||
      (kind === 'command' && ['mid', '|', 'Vert', 'vert', 'parallel', 'colon'].includes(text))
    ))
      throw new Unread();
    items.push(sum(cursor));
  }
  cursor.next();
  cursor.bars.pop();
  return items;
}

/** A function of these alone is a name: `\sigma(t)`, `g(t)`, `\mathrm{SNR}(t)`. */
function isTime(tokens: readonly Token[]): boolean {
  return tokens.length === 1 && ['t', 's', 'i', 'tau', 'sigma', 'theta'].includes(tokens[0]!.text);
}

/** @param isWord whether it is a word, which is a function where a parenthesis follows */
function named(cursor: Cursor, isWord = false): Tree {
  const name = nameAt(cursor);
  if (cursor.isSymbol('^') && cursor.peek(1)?.kind === 'digit' && cursor.isSymbol('(', 2)) {
    // g^2(t) is the square of g(t).
    const inner = cursor.tokens.slice(cursor.at + 3, cursor.closing(cursor.at + 2));
    if (isTime(inner)) {
      const power = Number(cursor.peek(1)!.text);
      cursor.at += inner.length + 4;
      return apply('power', { ...name, labels: [...name.labels, inner[0]!.text] }, number(power));
    }
  }
  if (isDivergence(name)) return divergence(cursor, name);
  if (cursor.isSymbol('(') || cursor.isSymbol('[')) {
    const inner = cursor.tokens.slice(cursor.at + 1, cursor.closing());
    if (isTime(inner) && !(cursor.bound.includes(inner[0]!.text) && isFunctionName(name)) && !/^[pqPDGf]$/.test(name.base)) {
      cursor.at += inner.length + 2;
      return powered(cursor, { ...name, labels: [...name.labels, inner[0]!.text] });
    }
    if (isWord || isApplied(name, inner)) return { kind: 'call', of: name, args: argumentsOf(cursor), isGiven: inner.some(isBar) };
  }
  return name;
}

const isBar = ({ kind, text }: Token): boolean =>
  (kind === 'symbol' && text === '|') || (kind === 'command' && (text === 'mid' || text === 'vert'));

const isDivergence = ({ base, labels }: Name): boolean => base === 'KL' || (base === 'D' && labels[0] === 'KL');

function divergence(cursor: Cursor, name: Name): Tree {
  if (!cursor.isSymbol('(') && !cursor.isSymbol('[')) return { ...name, base: 'D', labels: ['KL'] };
  const args = argumentsOf(cursor);
  if (args.length < 2) throw new Unread();
  return args.length === 2
    ? apply('divergence', ...args)
    : { kind: 'call', of: { ...name, base: 'D', labels: ['KL'] }, args, isGiven: false };
}

/** Whether what stands in parentheses behind a name is what it is applied to, rather than multiplied with. */
function isApplied(name: Name, inner: readonly Token[]): boolean {
  let depth = 0;
  for (const { kind, text } of inner) {
    if (kind === 'symbol' && (text === '(' || text === '[' || text === '{')) depth++;
    else if (kind === 'symbol' && (text === ')' || text === ']' || text === '}')) depth--;
    else if (depth === 0 && ((kind === 'symbol' && (text === ',' || text === ';')) || (kind === 'command' && text === 'mid'))) return true;
  }
  // `p_i(\log p_i-\log q_i)` is a product.
  if (/^[pq]$/.test(name.base) && name.indices.length > 0) return false;
  if (/^[vu]$/.test(name.base) && inner[0]?.kind !== 'digit' && inner[0]?.text !== '(') return true;
  // z_e(x), \mu_q(x).
  const [first] = inner;
  if (
    name.labels.some((label) => /^[a-z]/.test(label)) &&
    first?.kind === 'letter' &&
    first.text === 'x' &&
    (inner.length === 1 || inner[1]!.text === '_')
  )
    return true;
  // `p(1-p)` is a product.
  if (inner[0]?.kind === 'digit' && inner.length > 1) return false;
  return isFunctionName(name);
}

function nameAt(cursor: Cursor): Name {
  return cursor.within(() => {
    const name = unmarked(cursor);
    let { marks } = name;
    const labels: Label[] = [];
    for (;;) {
      if (cursor.takeSymbol('_')) labels.push(...labelsOf(cursor.argument(), cursor.bound, name.base));
      else if (cursor.takeSymbol("'")) marks = [...marks, 'prime'];
      else if (cursor.isSymbol('^') && isLabel(cursor, name)) {
        cursor.next();
        const above = cursor.argument();
        const [first] = above;
        if (first?.text === 'prime') marks = [...marks, 'prime'];
        else if (first?.text === '*' || first?.text === 'star' || first?.text === 'ast') marks = [...marks, 'star'];
        else
          labels.unshift(
            ...labelsOf(
              above.filter(({ text }) => text !== '(' && text !== ')'),
              cursor.bound,
              name.base,
            ),
          );
      } else break;
    }
    return {
      ...name,
      marks,
      labels: [...name.labels, ...labels.filter(({ bound }) => !bound).map(({ text }) => text)],
      indices: labels.filter(({ bound }) => bound).map(({ text }) => text),
    };
  });
}

/** Whether what stands above a name is part of it, not a power. */
function isLabel(cursor: Cursor, { base }: Name): boolean {
  const after = cursor.peek(1);
  if (!after) throw new Unread();
  if (after.text === '+' || after.text === '-') return true;
  if (after.text === 'prime' || after.text === '*' || after.text === 'star' || after.text === 'ast') return true;
  if (after.text === '{') {
    const inner = cursor.tokens.slice(cursor.at + 2, cursor.closing(cursor.at + 1));
    if (inner[0]?.text === '(') return inner.length <= 5;
    if (inner.length === 1 && (inner[0]!.kind === 'word' || inner[0]!.text === '+' || inner[0]!.text === '-')) return true;
    // The inverse of a function, not one over it.
    if (/^[fgFT]$/.test(base) && inner.map(({ text }) => text).join('') === '-1') return true;
    if (inner.length > 1 && inner.every(({ kind, text }) => kind === 'letter' && /^[A-Z]$/.test(text))) return true;
    return inner.length === 1 && (cursor.bound.includes(inner[0]!.text) || isLayer(base, inner[0]!));
  }
  return after.kind === 'letter' && (cursor.bound.includes(after.text) || isLayer(base, after));
}

/** D^l is of a layer; z^t and z^s are of a teacher and a student. */
function isLayer(base: string, { text }: Token): boolean {
  return (/^[DFf]$/.test(base) && /^[lik]$/.test(text)) || (/^[zpq]$/.test(base) && /^[tsTS]$/.test(text));
}

function unmarked(cursor: Cursor): Name {
  const token = cursor.next();
  if (token.kind === 'command' && token.text in accents) {
    const mark = accents[token.text]!;
    const inner = new Cursor(cursor.argument());
    inner.bound.push(...cursor.bound);
    inner.depth = cursor.depth;
    const name = nameAt(inner);
    if (!inner.done) throw new Unread();
    return mark === '' ? name : { ...name, marks: [...name.marks, mark] };
  }
  if (token.kind === 'symbol' && token.text === '{') {
    // `{x}_0`, `{\bar\alpha}_t`.
    cursor.at--;
    const inner = new Cursor(cursor.argument());
    inner.bound.push(...cursor.bound);
    inner.depth = cursor.depth;
    const name = nameAt(inner);
    if (!inner.done) throw new Unread();
    return name;
  }
  if (token.kind !== 'letter' && token.kind !== 'word' && !(token.kind === 'command' && greek.has(token.text))) throw new Unread();
  if ((token.text === 'd' && token.style === undefined) || token.text === 'Delta') {
    const of = differentialAt(cursor, token.text === 'd' ? /^[txwWz]$/ : /^t$/);
    if (of !== null) return { kind: 'name', base: `d${of}`, marks: [], labels: [], indices: [] };
  }
  return { kind: 'name', base: sameLetter[token.text] ?? token.text, marks: token.style ? [token.style] : [], labels: [], indices: [] };
}

/** `dt`, `dx`, `d\bar w`, `\Delta t`: the letter behind the d, which is then behind. */
function differentialAt(cursor: Cursor, letters: RegExp): string | null {
  const [first, second] = [cursor.peek(), cursor.peek(1)];
  if (first?.kind === 'letter' && letters.test(first.text)) {
    cursor.next();
    return first.text.toLowerCase();
  }
  const isBarred = first?.kind === 'command' && (first.text === 'bar' || first.text === 'overline');
  if (!isBarred || !second) return null;
  const [letter] = second.text === '{' ? cursor.tokens.slice(cursor.at + 2, cursor.at + 3) : [second];
  if (letter?.kind !== 'letter' || !letters.test(letter.text)) return null;
  cursor.next();
  cursor.argument();
  return letter.text.toLowerCase();
}

function summation(cursor: Cursor): Tree {
  const indices: string[] = [];
  let limit: string | null = null;
  let without: [string, string] | null = null;
  for (;;) {
    if (cursor.takeSymbol('_')) {
      const below = cursor.argument();
      const texts = below.map(({ text }) => text);
      const relation = texts.findIndex((text) => ['=', 'in', 'ge', 'geq', '>', 'ne', 'neq', 'le', 'leq', '<'].includes(text));
      const named = relation < 0 ? texts : texts.slice(0, relation);
      if (named.some((text) => text !== ',' && !/^[a-zA-Z]+$/.test(text))) throw new Unread();
      indices.push(...named.filter((text) => text !== ','));
      if (relation >= 0 && (texts[relation] === 'ne' || texts[relation] === 'neq')) {
        if (indices.length !== 1 || texts.length !== relation + 2) throw new Unread();
        without = [indices[0]!, texts[relation + 1]!];
      }
    } else if (cursor.takeSymbol('^'))
      limit = cursor
        .argument()
        .map(({ text }) => text)
        .join('');
    else break;
  }
  cursor.bound.push(...indices);
  if (without && !cursor.bound.includes(without[1])) cursor.bound.push(without[1]);
  const body = goesOn(cursor, product(cursor), indices);
  cursor.bound.length -= indices.length;
  return { kind: 'sum', indices, limit, without, body };
}

/** A term that has the index too belongs to the sum, whether in brackets or not. */
function goesOn(cursor: Cursor, body: Tree, indices: readonly string[]): Tree {
  let found = body;
  while (!cursor.done && (cursor.isSymbol('+') || isMinus(cursor))) {
    const start = cursor.at;
    const op = cursor.next().text === '+' ? 'add' : 'subtract';
    const term = product(cursor);
    if (![...within(term)].some((inner) => inner.kind === 'name' && inner.indices.some((index) => indices.includes(index)))) {
      cursor.at = start;
      break;
    }
    found = apply(op, found, term);
  }
  return found;
}

function expectation(cursor: Cursor): Tree {
  cursor.next();
  const draws = cursor.takeSymbol('_') ? drawsOf(cursor.argument()) : [];
  if (cursor.isSymbol('[') || cursor.isCommand('{')) return { kind: 'expectation', draws, body: groupAfter(cursor) };
  if (cursor.isSymbol('(')) return { kind: 'expectation', draws, body: powered(cursor, group(cursor)) };
  return { kind: 'expectation', draws, body: product(cursor) };
}

/** `x\sim p_{data}, z\sim p_z`: what is drawn, and from what. */
function drawsOf(tokens: readonly Token[]): [string, string][] {
  const found: [string, string][] = [];
  const text = tokens.map(({ text }) => text);
  for (let at = text.indexOf('sim'); at >= 0; at = text.indexOf('sim', at + 1)) {
    let start = at;
    while (start > 0 && text[start - 1] !== ',') start--;
    let [end, depth] = [at + 1, 0];
    while (end < text.length && (text[end] !== ',' || depth > 0)) {
      if (text[end] === '(' || text[end] === '{') depth++;
      if (text[end] === ')' || text[end] === '}') depth--;
      end++;
    }
    found.push([
      text
        .slice(start, at)
        .filter((one) => /^[a-zA-Z]+$/.test(one))
        .join(' '),
      text.slice(at + 1, end).join(' '),
    ]);
  }
  return found;
}
