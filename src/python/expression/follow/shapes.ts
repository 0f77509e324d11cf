/** Calls that move numbers about and leave them as they are. */

import type { Build } from '../build.ts';
import { isNode, type Arguments, type Value } from '../values.ts';
import { numberOf, unwrap, type Node } from '../node.ts';
import type { Follow } from './context.ts';
import { toAxes, toNode, toNumber } from './convert.ts';
import { entryOf } from './entries.ts';
import { textOf } from './expressions.ts';

function reshaped(build: Build, x: Node, lengths: readonly Node[]): Node {
  const [first, rest] = lengths;
  const examples = first && unwrap(first);
  // A derivative is shaped like what it is with respect to: the batch of that is its own.
  if (lengths.length === 2 && numberOf(rest!) === -1 && examples?.op === 'size' && examples.attributes['axis'] === 0) {
    let inner = unwrap(x);
    while (elementwise.has(inner.op)) inner = unwrap(inner.args[0]!);
    if (inner.op === 'gradient' && inner.args.length > 1 && unwrap(inner.args[1]!) === unwrap(examples.args[0]!))
      return build.with('flatten', [x], { from: 1, to: -1 });
  }
  return build.with('reshape', [x, ...lengths], {});
}

const elementwise: ReadonlySet<string> = new Set(['square', 'abs', 'index', 'item', 'negate']);

/** null where it is no such call, or one whose axes the code does not tell. */
export function shapeCall({ build }: Follow, path: string, name: string, args: Arguments, isMethod: boolean): Value | null {
  const [first, ...rest] = args.positional;
  const named = (...names: string[]): Value | undefined => names.map((n) => args.named.get(n)).find((value) => value !== undefined);
  const subject = first ?? named('input', 'x', 'a', 'tensor', 'tensors', 'arrays', 'values', 'xs');
  if (!subject) return null;
  const x = (): Node => toNode(build, subject);
  const second = (...names: string[]): Value | undefined => (first ? rest[0] : undefined) ?? named(...names);
  const axisOf = (value: Value | undefined): number | null => toNumber(value);
  switch (name) {
    case 'view':
    case 'reshape':
      return reshaped(build, x(), sizes(build, rest.length > 0 ? rest : [named('shape', 'newshape')]));
    case 'view_as':
    case 'reshape_as':
      return rest[0] ? build.with('reshape', [x(), build.with('shape', [toNode(build, rest[0])], {})], {}) : null;
    case 'expand':
    case 'broadcast_to':
      return build.with('expand', [x(), ...sizes(build, rest.length > 0 ? rest : [named('shape')])], {});
    case 'expand_as':
      return rest[0] ? build.with('expand', [x(), build.with('shape', [toNode(build, rest[0])], {})], {}) : null;
    case 'flatten':
    case 'ravel': {
      const from = axisOf(second('start_dim')) ?? 0;
      const to = axisOf(rest[1] ?? named('end_dim')) ?? -1;
      return build.with('flatten', [x()], { from, to });
    }
    case 'unsqueeze':
    case 'expand_dims':
    case 'unsqueeze_': {
      const axes = toAxes(second('dim', 'axis'));
      return axes ? axes.reduce<Node>((node, axis) => build.with('expandDims', [node], { axis: axis ?? 0 }), x()) : null;
    }
    case 'squeeze': {
      const axes = toAxes(second('dim', 'axis'));
      return axes === undefined ? null : build.with('squeeze', [x()], { axes });
    }
    case 'transpose':
    case 'swapaxes':
    case 'swapdims':
    case 'permute':
    case 't':
    case 'adjoint':
    case 'matrix_transpose': {
      if (name === 't' || name === 'adjoint' || name === 'matrix_transpose') return build.with('swapAxes', [x()], { axes: [-2, -1] });
      const list = rest.length === 1 ? rest[0] : named('perm', 'axes', 'dims', 'order');
      if (list) {
        const order = toAxes(list);
        return order ? build.with('permute', [x()], { axes: order }) : null;
      }
      const axes = [axisOf(rest[0] ?? named('dim0', 'axis1')), axisOf(rest[1] ?? named('dim1', 'axis2'))];
      if (rest.length > 2 || name === 'permute') {
        const order = rest.map(toNumber);
        return order.every((axis) => axis !== null) ? build.with('permute', [x()], { axes: order }) : null;
      }
      if (rest.length === 0 && axes[0] === null) return build.with('permute', [x()], { axes: null });
      return axes[0] !== null && axes[1] !== null ? build.with('swapAxes', [x()], { axes }) : null;
    }
    case 'movedim':
    case 'moveaxis': {
      const [from, to] = [axisOf(rest[0]), axisOf(rest[1])];
      return from !== null && to !== null ? build.with('moveAxis', [x()], { from, to }) : null;
    }
    case 'chunk':
    case 'split':
    case 'tensor_split':
    case 'array_split':
    case 'unbind':
    case 'unstack': {
      const unbound = name === 'unbind' || name === 'unstack';
      const axis =
        axisOf((unbound ? second('dim', 'axis') : rest[1]) ?? named('dim', 'axis')) ?? (path.startsWith('tensorflow') || !unbound ? 0 : 0);
      const counted = name === 'chunk' || name === 'tensor_split' || !/^torch/.test(path);
      const count = unbound ? null : toNumber(rest[0] ?? named('chunks', 'num_or_size_splits', 'indices_or_sections'));
      return build.with('parts', [x()], { axis, unbound, count: counted ? count : null });
    }
    case 'cat':
    case 'concat':
    case 'concatenate':
    case 'stack':
    case 'hstack':
    case 'vstack': {
      if (isNode(subject) || subject.kind !== 'tuple') return isMethod ? null : x();
      const axis = toNumber(second('dim', 'axis')) ?? 0;
      const items = subject.items.map((item) => toNode(build, item));
      if (subject.repeated && items.length === 1) return build.with('item', [items[0]!], { index: null });
      return build.with(name === 'stack' ? 'stack' : 'concatenate', items, { axis: name === 'hstack' ? 1 : axis });
    }
    case 'append': {
      const added = rest[0];
      if (isMethod || !added || !/numpy/.test(path)) return null;
      return build.with('concatenate', [x(), toNode(build, added)], { axis: toNumber(second('axis')) ?? 0 });
    }
    case 'pad': {
      // One place before all others.
      const sides = rest[0];
      const value = toNumber(named('value', 'constant_values') ?? rest[2]) ?? 0;
      if (!sides || isNode(sides) || sides.kind !== 'tuple' || sides.items.map(toNumber).join() !== '1,0') return null;
      return build.with('concatenate', [build.number(value), x()], { axis: 0 });
    }
    case 'repeat':
    case 'tile':
      if (path.startsWith('einops') || (textOf(rest[0] ?? subject) !== null && !isNode(rest[0] ?? subject)))
        return einops(build, 'einopsRepeat', x(), rest, args);
      if (/numpy/.test(path) && name === 'repeat') return null;
      return build.with('tile', [x(), ...sizes(build, rest.length > 0 ? rest : [named('multiples', 'reps', 'dims')])], {});
    case 'rearrange':
      return einops(build, 'rearrange', x(), rest, args);
    case 'reduce': {
      const how = textOf(rest[1] ?? named('reduction') ?? subject);
      return how && rest[0] ? einops(build, 'einopsReduce', x(), rest, args, how) : null;
    }
    case 'gather':
    case 'take_along_dim':
    case 'take_along_axis': {
      // TensorFlow's takes rows.
      if (path.startsWith('tensorflow')) return rest[0] && !named('axis', 'batch_dims') ? rowsOf(build, x(), rest[0]) : null;
      const dims =
        name === 'gather'
          ? [rest[0] ?? named('dim'), rest[1] ?? named('index')]
          : [rest[1] ?? named('dim', 'axis'), rest[0] ?? named('indices')];
      const axis = toNumber(dims[0]);
      const at = dims[1] && toNode(build, dims[1]);
      return axis !== null && at ? entryOf(build, x(), (table) => build.with('gather', [table, at], { axis })) : null;
    }
    case 'index_select':
      return toNumber(rest[0]) === 0 && rest[1] ? rowsOf(build, x(), rest[1]) : null;
    case 'take':
      return rest[0] && (toNumber(rest[1] ?? named('axis')) ?? 0) === 0 ? rowsOf(build, x(), rest[0]) : null;
    case 'masked_select':
    case 'boolean_mask':
      return rest[0] ? build.with('select', [x(), toNode(build, rest[0])], {}) : null;
    case 'fill_diagonal': {
      const value = second('value', 'fill_value', 'val');
      if (!value) return null;
      return build.with('where', [build.with('eye', [build.with('size', [x()], { axis: -1 })], {}), toNode(build, value), x()], {});
    }
    case 'diagonal':
    case 'diag':
    case 'diag_part': {
      const offset = second('offset', 'diagonal', 'k');
      const by = offset && (isNode(offset) || offset.kind !== 'none') ? toNode(build, offset) : build.number(0);
      return build.with(name === 'diag' ? 'diag' : 'diagonal', numberOf(by) === 0 ? [x()] : [x(), by], {});
    }
    case 'diag_embed':
      return build.with('diagonalMatrix', [x()], {});
    case 'tril':
    case 'triu': {
      const diagonal = second('diagonal', 'k');
      return build.with('triangle', [x()], { part: name === 'tril' ? 'lower' : 'upper', k: diagonal ? toNumber(diagonal) : 0 });
    }
    case 'roll': {
      const by = second('shifts', 'shift');
      const shift = toNumber(by);
      const axis = toNumber(rest[1] ?? named('dims', 'axis'));
      if (shift !== null && axis !== null) return build.with('roll', [x()], { shift, axis });
      // Without an axis: of a row of numbers.
      const isRow = unwrap(x()).op === 'arange';
      if (!by || (axis === null && !isRow)) return null;
      return build.with('roll', [x(), toNode(build, by)], { axis: axis ?? 0 });
    }
    case 'where': {
      const [a, b] = [rest[0] ?? named('x', 'input'), rest[1] ?? named('y', 'other')];
      if (!a || !b) return null;
      // A method has the array first, a function the condition.
      return isMethod
        ? build.with('where', [toNode(build, a), x(), toNode(build, b)], {})
        : build.with('where', [x(), toNode(build, a), toNode(build, b)], {});
    }
    case 'clamp':
    case 'clip':
    case 'clip_by_value':
    case 'clamp_min':
    case 'clamp_max': {
      const low = name === 'clamp_max' ? undefined : (rest[0] ?? named('min', 'a_min', 'clip_value_min'));
      const high = name === 'clamp_max' ? rest[0] : (rest[1] ?? named('max', 'a_max', 'clip_value_max'));
      const bounds = [low, high].map((bound) => (bound && (isNode(bound) || bound.kind !== 'none') ? toNode(build, bound) : null));
      if (bounds[0] && bounds[1]) return build.with('clamp', [x(), bounds[0], bounds[1]], {});
      if (bounds[0]) return build.apply('maximum', x(), bounds[0]);
      return bounds[1] ? build.apply('minimum', x(), bounds[1]) : null;
    }
    case 'size': {
      const axis = toNumber(second('dim', 'axis'));
      return axis === null ? (isMethod && path === 'torch' ? build.with('shape', [x()], {}) : null) : build.with('size', [x()], { axis });
    }
    case 'dim':
    case 'ndimension':
    case 'rank':
      return isMethod || name === 'rank' ? build.with('rank', [x()], {}) : null;
    case 'numel':
    case 'nelement':
      return build.with('count', [x()], {});
    case 'shape':
      return build.with('shape', [x()], {});
    default:
      return null;
  }
}

function rowsOf(build: Build, x: Node, at: Value): Node {
  const places = toNode(build, at);
  return entryOf(build, x, (table) => build.with('index', [table, places], { spec: 'at' }));
}

/** Lengths of axes, given one by one or as one tuple or shape. */
function sizes(build: Build, values: readonly (Value | undefined)[]): Node[] {
  return values.flatMap((value) => {
    if (!value) return [];
    return !isNode(value) && value.kind === 'tuple' ? value.items.map((item) => toNode(build, item)) : [toNode(build, value)];
  });
}

function einops(build: Build, operation: string, x: Node, rest: readonly Value[], { named }: Arguments, how = ''): Node | null {
  const pattern = rest.map(textOf).find((text) => text?.includes('->')) ?? textOf(named.get('pattern') ?? { kind: 'none' });
  if (!pattern) return null;
  const lengths = [...named].filter(([name]) => name !== 'pattern' && name !== 'reduction');
  return build.with(operation, [x, ...lengths.map(([, value]) => toNode(build, value))], {
    pattern,
    names: lengths.map(([name]) => name).join(' '),
    how,
  });
}
