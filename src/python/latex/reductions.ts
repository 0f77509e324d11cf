/** Operations over axes, and linear algebra. */

import { exp, logarithm, withIndex } from './elementwise.ts';
import { axesOf, integerOf, textOf, type Given, type Operation } from './operation.ts';
import {
  applied,
  at,
  atom,
  big,
  bracketed,
  called,
  fenced,
  joined,
  level,
  list,
  power,
  prefixed,
  product,
  quotient,
  root,
  sum,
  type Piece,
} from './pieces.ts';

const array = 'x|input|a|input_tensor|array|arr|tensor|iterable';

export const norm = (piece: Piece, degree = ''): Piece => {
  const inner = fenced(String.raw`\lVert `, piece, String.raw`\rVert `);
  return degree === '' ? inner : { ...inner, latex: `${inner.latex.trimEnd()}_{${degree}}`, indexed: true };
};
export const transposed = (piece: Piece): Piece => power(piece, atom(String.raw`\top`));
export const dot = (x: Piece, y: Piece): Piece => joined(at(level.product, x), String.raw`\cdot`, at(level.product, y), level.product);

/** A sum over what `dim` names, a mean with it as an index. */
export const summed = (given: Given, piece: Piece): Piece => big(String.raw`\sum`, axesOf(given)?.latex ?? '', '', piece);
export const averaged = (given: Given, piece: Piece): Piece => applied(withIndex('mean', axesOf(given)), [piece]);

const reduction = (names: string, write: (given: Given, piece: Piece) => Piece): Operation => ({
  names,
  takes: `${array} dim|axis|reduction_indices? keepdim|keepdims?`,
  write: (given) => write(given, given.of('x')),
});
const named = (names: string): Operation => {
  const [name = ''] = names.split(' ');
  return reduction(names, (given, piece) => applied(withIndex(name.replaceAll('_', String.raw`\_`), axesOf(given)), [piece]));
};
const unary = (names: string, write: (piece: Piece) => Piece): Operation => ({
  names,
  takes: array,
  write: (given) => write(given.of('x')),
});
const binary = (names: string, write: (x: Piece, y: Piece) => Piece): Operation => ({
  names,
  takes: 'x|input|a|x1|mat1 y|other|b|x2|tensor|mat2|vec|vec2',
  write: (given) => write(given.of('x'), given.of('y')),
});

export const reductions: readonly Operation[] = [
  {
    names: 'sum reduce_sum nansum fsum add_n',
    takes: `${array} dim|axis|start? keepdim|keepdims?`,
    write: (given) => {
      const node = given.node('x');
      if ((node?.kind !== 'list' && node?.kind !== 'tuple') || given.has('dim') || node.items.length === 0)
        return summed(given, given.of('x'));
      return node.items.map(given.write).reduce((left, right) => sum(left, '+', right));
    },
  },
  reduction('mean reduce_mean nanmean average', averaged),
  reduction('prod reduce_prod', (given, piece) => big(String.raw`\prod`, axesOf(given)?.latex ?? '', '', piece)),
  reduction('logsumexp reduce_logsumexp', (given, piece) => logarithm(summed(given, exp(given, piece)))),
  named('Var var reduce_variance variance'),
  named('std reduce_std stdev'),
  named('median'),
  named('mode'),
  named('cumsum'),
  named('cumprod'),
  named('logcumsumexp'),
  ...(['max', 'min'] as const).map((name): Operation => ({
    names: `${name} a${name} reduce_${name}`,
    takes: `${array} y|other? dim|axis? default|initial? ...`,
    write: (given) => extreme(given, name),
  })),
  reduction('argmax', (given, piece) => over(String.raw`\arg\max`, given, piece)),
  reduction('argmin', (given, piece) => over(String.raw`\arg\min`, given, piece)),
  reduction('softmax', (given, piece) => normalised('softmax', given, piece)),
  reduction('softmin', (given, piece) => normalised('softmin', given, piece)),
  reduction('log_softmax', (given, piece) => logarithm(normalised('softmax', given, piece))),
  reduction('all', (given, piece) => over(String.raw`\forall`, given, piece)),
  reduction('any', (given, piece) => over(String.raw`\exists`, given, piece)),
  {
    names: 'norm vector_norm matrix_norm',
    takes: `${array} p|ord? dim|axis? keepdim|keepdims?`,
    write: (given) => norm(given.of('x'), given.has('p') ? degreeOf(given) : ''),
  },
  {
    names: 'normalize l2_normalize',
    takes: `${array} p|dim|axis? dim? eps?`,
    write: (given) => quotient(given.of('x'), norm(given.of('x'))),
  },
  // einops: reduce(x, 'b ... -> b', 'mean')
  {
    names: 'reduce',
    takes: 'x|tensor pattern reduction',
    write: (given) => {
      const how = textOf(given.node('reduction'));
      if (textOf(given.node('pattern')) === null || how === null) return null;
      const left = kept(textOf(given.node('pattern'))!);
      return how === 'sum'
        ? big(String.raw`\sum`, left, '', given.of('x'))
        : applied(withIndex(how.replace(/[^a-z]/g, ''), left === '' ? null : atom(left)), [given.of('x')]);
    },
  },

  binary('matmul mm bmm mv multi_dot', product),
  binary('dot inner vdot tensordot vecdot', dot),
  binary('outer ger', (x, y) => product(x, transposed(y))),
  binary('cross', (x, y) => joined(at(level.product, x), String.raw`\times`, at(level.prefix, y), level.product)),
  binary('kron', (x, y) => joined(at(level.product, x), String.raw`\otimes`, at(level.prefix, y), level.product)),
  {
    names: 'linear',
    takes: 'x|input w|weight b|bias?',
    write: (given) => {
      const linear = product(given.of('x'), transposed(given.of('w')));
      return given.has('b') ? sum(linear, '+', given.of('b')) : linear;
    },
  },
  {
    names: 'baddbmm addmm addmv addbmm',
    takes: 'x|input a|batch1|mat1|mat b|batch2|mat2|vec beta? alpha?',
    write: (given) => {
      const scaled = (name: string, piece: Piece): Piece => (given.has(name) ? product(given.of(name), piece) : piece);
      const products = scaled('alpha', product(given.of('a'), given.of('b')));
      const isAlone = given.has('beta') && given.of('beta').value === 0;
      return isAlone ? products : sum(scaled('beta', given.of('x')), '+', products);
    },
  },
  { names: 'einsum', takes: '...', write: einstein },
  {
    names: 'transpose t swapaxes swapdims matrix_transpose adjoint',
    takes: `${array} a|dim0|axis0|axes|axis1|perm? b|dim1|axis1|axis2?`,
    write: (given) => transposed(given.of('x')),
  },
  { names: 'permute', takes: `${array} ...`, write: permuted },
  unary('trace', (x) => called('tr', x)),
  unary('det', (x) => ({ ...called('det', x), latex: String.raw`\det${bracketed(x).latex}` })),
  unary('logdet slogdet', (x) => logarithm(fenced(String.raw`\lvert `, prefixed(String.raw`\det`, x), String.raw`\rvert `))),
  unary('inv inverse', (x) => power(x, atom('-1'))),
  unary('pinv', (x) => power(x, atom('+'))),
  unary('diag diagonal diag_embed diag_part', (x) => called('diag', x)),
  unary('matrix_rank', (x) => called('rank', x)),
  unary('conj', (x) => atom(String.raw`\overline{${x.latex}}`, x.height)),
  { names: 'matrix_power', takes: 'x|input|a n', write: (given) => power(given.of('x'), given.of('n')) },
  {
    names: 'eye identity',
    takes: 'n|N m|M|num_columns? ...',
    write: (given) => ({ ...atom(String.raw`\mathbf{I}_{${given.of('n').latex}}`), indexed: true }),
  },
  {
    names: 'scaled_dot_product_attention',
    takes: 'q|query k|key v|value mask|attn_mask|bias? dropout|dropout_p? is_causal? scale? enable_gqa?',
    write: attention,
  },
  {
    names: 'cosine_similarity',
    takes: 'x|x1|y_true|predictions y|x2|y_pred|targets dim|axis? eps|epsilon?',
    write: (given) => quotient(dot(given.of('x'), given.of('y')), product(norm(given.of('x')), norm(given.of('y')))),
  },
  {
    names: 'pairwise_distance',
    takes: 'x|x1 y|x2 p? eps?',
    write: (given) => norm(sum(given.of('x'), '-', given.of('y')), given.has('p') ? degreeOf(given) : ''),
  },
];

const over = (command: string, given: Given, piece: Piece): Piece => {
  const axes = axesOf(given)?.latex;
  return prefixed(axes === undefined ? command : `${command}_{${axes}}`, piece);
};

/** Over the last axis, as most code has it, without saying so. */
function normalised(name: string, given: Given, piece: Piece): Piece {
  const isLast = integerOf(given.node('dim')) === -1;
  return applied(withIndex(name, isLast ? null : axesOf(given)), [piece]);
}

function degreeOf(given: Given): string {
  const text = textOf(given.node('p'));
  if (text !== null) return text === 'fro' ? 'F' : text === 'nuc' ? '*' : '';
  return given.of('p').latex;
}

/** `max(a, b)`, `torch.max(x, dim)`, `x.max()`. */
function extreme(given: Given, name: 'max' | 'min'): Piece {
  const isAxis = !given.isBuiltin && integerOf(given.node('y')) !== null;
  const axes = axesOf(given, isAxis ? 'y' : 'dim');
  const items =
    given.has('y') && !isAxis ? [given.of('x'), given.of('y'), ...(given.has('dim') ? [given.of('dim')] : []), ...given.rest()] : [];
  const node = given.node('x');
  const all =
    items.length > 0
      ? items
      : node?.kind === 'list' || node?.kind === 'tuple' || node?.kind === 'set'
        ? node.items.map(given.write)
        : [given.of('x')];
  const inner = bracketed(list(all));
  return { ...inner, latex: `\\${name}${axes && items.length === 0 ? `_{${axes.latex}}` : ''}${inner.latex}` };
}

/** What einops sums or averages over: axes that are left of the arrow alone. */
function kept(pattern: string): string {
  const [from = '', to = ''] = pattern.split('->');
  const axes = (side: string): string[] => side.match(/[A-Za-z_]\w*|\.{3}/g) ?? [];
  const after = new Set(axes(to));
  return axes(from)
    .filter((axis) => !after.has(axis))
    .map((axis) =>
      axis === '...' ? String.raw`\ldots` : axis.length === 1 ? axis : String.raw`\mathrm{${axis.replaceAll('_', String.raw`\_`)}}`,
    )
    .join(' ');
}

/** Every operand with its indices, summed over those that the result has not. */
function einstein(given: Given): Piece | null {
  const nodes = [...Array(8).keys()].flatMap((at) => given.node(`...${at}`) ?? []);
  const equations = nodes.map(textOf);
  const place = equations.findIndex((text) => text !== null && /^[\sA-Za-z.,_]*(?:->[\sA-Za-z._]*)?$/.test(text));
  const operands = nodes.filter((_, other) => other !== place);
  const [inputs = '', output] = (equations[place] ?? '').split('->');
  const letters = (part: string): string[] =>
    (/\s/.test(part.trim()) ? part : part.replace(/[A-Za-z]/g, ' $& ')).match(/[A-Za-z_]+|\.{3}/g) ?? [];
  const indices = inputs.split(',').map(letters);
  if (place < 0 || indices.length !== operands.length || operands.length === 0) return null;
  const latex = (letter: string): Piece =>
    atom(
      letter === '...' ? String.raw`\ldots` : letter.length === 1 ? letter : String.raw`\mathrm{${letter.replaceAll('_', String.raw`\_`)}}`,
    );
  const factors = operands.map((operand, which) => {
    const piece = given.write(operand);
    const base = piece.indexed ? bracketed(piece) : at(level.atom, piece);
    const own = indices[which]!.map((letter) => latex(letter).latex).join(' ');
    return own === '' ? base : { ...atom(`${base.latex}_{${own}}`, base.height), indexed: true };
  });
  const all = [...new Set(indices.flat())];
  const counts = new Map(all.map((letter) => [letter, indices.flat().filter((other) => other === letter).length]));
  // Without an arrow it is summed over what stands twice.
  const left = output === undefined ? all.filter((letter) => (counts.get(letter) ?? 0) < 2) : letters(output);
  const over = all.filter((letter) => !left.includes(letter) && letter !== '...');
  const body = factors.reduce((first, second) => product(first, second));
  return over.length === 0 ? body : big(String.raw`\sum`, over.map((letter) => latex(letter).latex).join(' '), '', body);
}

/** Of the last two axes, or of two alone, it is a transpose; else only another order in which the numbers stand. */
function permuted(given: Given): Piece {
  const order = [...Array(6).keys()]
    .flatMap((at) => given.node(`...${at}`) ?? [])
    .flatMap((node) => (node.kind === 'tuple' || node.kind === 'list' ? node.items : [node]));
  const axes = order.map(integerOf);
  const isSwap = axes.length >= 2 && axes.every((axis, place) => axis === (place < axes.length - 2 ? place : 2 * axes.length - 3 - place));
  return isSwap ? transposed(given.of('x')) : given.of('x');
}

function attention(given: Given): Piece {
  const scores = product(given.of('q'), transposed(given.of('k')));
  const scaled = given.has('scale') ? product(given.of('scale'), scores) : quotient(scores, root(given.nameless('d')));
  const isMasked = given.has('mask') && given.node('mask')?.kind !== 'constant';
  return product(called('softmax', isMasked ? sum(scaled, '+', given.of('mask')) : scaled), given.of('v'));
}
