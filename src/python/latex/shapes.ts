/** What moves, converts or makes numbers without computing: most of it is not written. */

import { textOf, type Given, type Operation } from './operation.ts';
import { atom, called, fenced, matrix, negative, number, type Piece } from './pieces.ts';

/** The same numbers, in another shape, type or place. */
const invisible =
  'view reshape unsqueeze squeeze flatten unflatten ravel contiguous float double half bfloat16 long int bool to type type_as cpu cuda numpy item ' +
  'clone copy expand expand_as expand_dims broadcast_to broadcast_in_dim tile repeat astype cast requires_grad_ retain_grad view_as reshape_as ' +
  'movedim moveaxis rollaxis rearrange as_tensor asarray ascontiguousarray from_numpy convert_to_tensor constant Variable Parameter Tensor ' +
  'FloatTensor append_dims right_pad_dims_to atleast_1d atleast_2d broadcast_like tolist list tuple complex64 float32 float64 ' +
  'default block_until_ready realize get_value device_put as_in_context checkpoint';

const literal = (given: Given, latex: string): Piece => {
  const nodes = [given.node('...0'), given.node('...1'), given.node('...2')];
  const sizes = nodes.flatMap((node) => (node?.kind === 'tuple' || node?.kind === 'list' ? node.items : (node ?? [])));
  const isWritten = sizes.length > 0 && sizes.every((size) => size.kind === 'number');
  return isWritten
    ? { ...atom(String.raw`\mathbf{${latex}}^{${sizes.map((size) => given.write(size).latex).join(String.raw` \times `)}}`), level: 9 }
    : number(Number(latex));
};

export const shapes: readonly Operation[] = [
  { names: invisible, takes: 'x|input|a|tensor|data|initial_value|array|object ...', write: converted },
  { names: 'tensor array ndarray matrix', takes: 'x|data|object ...', write: (given) => matrixOf(given) ?? given.of('x') },
  { names: 'zeros_like new_zeros', takes: '...', write: () => number(0) },
  { names: 'ones_like new_ones', takes: '...', write: () => number(1) },
  { names: 'zeros', takes: '...', write: (given) => literal(given, '0') },
  { names: 'ones', takes: '...', write: (given) => literal(given, '1') },
  { names: 'full full_like new_full fill', takes: 'x|input|size|shape|dims|a v|fill_value|value', write: (given) => given.of('v') },
  { names: 'len', takes: 'x', write: (given) => fenced(String.raw`\lvert `, given.of('x'), String.raw`\rvert `) },
  { names: 'one_hot', takes: 'x|input|indices n|num_classes|depth? ...', write: (given) => called('onehot', given.of('x')) },
  { names: 'cat concat concatenate stack hstack vstack', takes: 'x|tensors|arrays|values dim|axis?', write: (given) => given.of('x') },
  { names: 'gather', takes: 'x|input|params i|dim|indices j|index?', write: (given) => picked(given, given.has('j') ? 'j' : 'i') },
  { names: 'index_select', takes: 'x|input dim index', write: (given) => picked(given, 'index') },
  { names: 'take_along_dim take_along_axis take', takes: 'x|input|arr|a i|indices dim|axis?', write: (given) => picked(given, 'i') },
  // Helpers that diffusion code has: a schedule at a time, in the shape of a batch.
  {
    names: 'extract _extract extract_into_tensor _extract_into_tensor',
    takes: 'x|a|arr i|t|timesteps shape|x_shape|broadcast_shape?',
    write: (given) => picked(given, 'i'),
  },
];

function picked(given: Given, by: string): Piece | null {
  const [object, index] = [given.node('x'), given.node(by)];
  return object && index ? given.index(object, [index]) : null;
}

/** `float('inf')` is a number, `x.float()` is x. */
function converted(given: Given): Piece {
  const text = textOf(given.node('x'))?.trim().toLowerCase();
  if (text === undefined) return given.of('x');
  if (/^\+?inf(?:inity)?$/.test(text)) return atom(String.raw`\infty`);
  return /^-inf(?:inity)?$/.test(text) ? negative(atom(String.raw`\infty`)) : given.of('x');
}

/** Nested lists of the same length are a matrix, a list is a row. */
function matrixOf(given: Given): Piece | null {
  const node = given.node('x');
  if (node?.kind !== 'list' || node.items.length === 0) return null;
  const rows = node.items.map((row) => (row.kind === 'list' ? row.items : null));
  const [first] = rows;
  if (!first) return rows.every((row) => row === null) ? matrix([node.items.map(given.write)]) : null;
  if (first.length === 0 || rows.some((row) => row?.length !== first.length) || rows.flat().some((item) => item?.kind === 'list'))
    return null;
  return matrix(rows.map((row) => (row ?? []).map(given.write)));
}
