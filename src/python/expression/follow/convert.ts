/** From one kind of value to another. */

import type { Build } from '../build.ts';
import { numberOf, unwrap, type Node } from '../node.ts';
import { isNode, type Value } from '../values.ts';

/** A value as an array; what is none is a leaf that stands for it. */
export function toNode(build: Build, value: Value): Node {
  if (isNode(value)) return value;
  switch (value.kind) {
    case 'truth':
      return build.number(value.value ? 1 : 0);
    case 'text':
      return build.with('global', [], { name: JSON.stringify(value.value) });
    case 'tuple': {
      const items = value.items.map((item) => toNode(build, item));
      if (value.repeated && items.length === 1) return items[0]!;
      // A maximum that is computed with is that of an array which gives no place beside it.
      if (items.length === 2 && places[unwrap(items[0]!).op] === unwrap(items[1]!).op) return items[0]!;
      return build.with('stack', items, { axis: 0 });
    }
    case 'library': {
      const number = toNumber(value);
      return number !== null ? build.number(number) : build.with('global', [], { name: value.path });
    }
    case 'instance':
    case 'distribution':
      return value.node;
    case 'layer':
      return value.owner;
    case 'function':
    case 'class':
      return build.with('global', [], { name: 'name' in value.definition ? value.definition.name : 'lambda' });
    case 'method':
      return build.with('attribute', [toNode(build, value.object)], { name: value.name });
    case 'dictionary':
      return build.with(
        'opaque',
        [...value.entries.values()].map((entry) => toNode(build, entry)),
        { callee: 'dict' },
      );
    case 'none':
    case 'ellipsis':
    case 'slice':
    case 'range':
      return build.with('global', [], { name: value.kind });
  }
}

const places: Readonly<Record<string, string>> = { amax: 'argmax', amin: 'argmin' };

const known: Readonly<Record<string, number>> = { pi: Math.PI, e: Math.E, inf: Infinity, Inf: Infinity, tau: 2 * Math.PI };

/** A number that a value is for sure. */
export function toNumber(value: Value | null | undefined): number | null {
  if (!value) return null;
  if (isNode(value)) {
    const inner = unwrap(value);
    // An argument that says where, as an axis does, is mostly left at its default.
    return inner.op === 'parameter' && typeof inner.attributes['default'] === 'number' ? inner.attributes['default'] : numberOf(value);
  }
  if (value.kind === 'truth') return value.value ? 1 : 0;
  if (value.kind === 'library') {
    const [name = '', type = ''] = value.path.split('.').reverse();
    // `tf.float32.min`
    return known[name] ?? (/^b?float\d+$/.test(type) ? (extremes[name] ?? null) : null);
  }
  return null;
}

/** Of numbers of 32 bits (IEEE 754). */
export const extremes: Readonly<Record<string, number>> = {
  max: 3.4028234663852886e38,
  min: -3.4028234663852886e38,
  eps: 1.1920928955078125e-7,
  tiny: 1.1754943508222875e-38,
  smallest_normal: 1.1754943508222875e-38,
};

/** Axes that an argument names: null for all of them, undefined where the code does not tell. `[from, null]` means from there to the last. */
export function toAxes(value: Value | undefined): readonly (number | null)[] | null | undefined {
  if (!value || (!isNode(value) && value.kind === 'none')) return null;
  if (!isNode(value) && value.kind === 'range') return value.to === null ? [value.from, null] : steps(value.from, value.to);
  if (!isNode(value) && value.kind === 'tuple') {
    const axes = value.items.map(toNumber);
    return axes.every((axis) => axis !== null) ? axes : undefined;
  }
  const axis = toNumber(value);
  return axis === null ? undefined : [axis];
}

const steps = (from: number, to: number): number[] => Array.from({ length: Math.max(0, Math.min(8, to - from)) }, (_, step) => from + step);

/** A value of which it is known whether it counts as true; null where it is not. */
export function toTruth(value: Value): boolean | null {
  if (isNode(value)) {
    const number = numberOf(value);
    return number === null ? null : number !== 0;
  }
  if (value.kind === 'truth') return value.value;
  if (value.kind === 'none') return false;
  if (value.kind === 'text') return value.value.length > 0;
  if (value.kind === 'tuple') return value.items.length > 0;
  if (value.kind === 'function' || value.kind === 'class' || value.kind === 'layer' || value.kind === 'instance') return true;
  return null;
}

/** The values that unpacking into `count` names gives. */
export function unpack(build: Build, value: Value, count: number): Value[] {
  if (!isNode(value)) {
    // A named tuple holds its fields in their order.
    if (value.kind === 'instance' && value.attributes.size === count) return [...value.attributes.values()];
    if (value.kind === 'tuple' && !value.repeated)
      return Array.from({ length: count }, (_, index) => value.items[index] ?? leafItem(build, toNode(build, value), index));
    if (value.kind === 'tuple' && value.items.length === 1) return unpack(build, value.items[0]!, count);
    return Array.from({ length: count }, (_, index) => leafItem(build, toNode(build, value), index));
  }
  const inner = unwrap(value);
  if (inner.op === 'parts') return Array.from({ length: count }, (_, index) => partOf(build, inner, index, count));
  if (inner.op === 'shape')
    return Array.from({ length: count }, (_, index) => build.with('size', [inner.args[0]!], { axis: index, of: count }));
  // The first lengths of a shape: `b, h, w = x.shape[:3]`.
  if (inner.op === 'index' && inner.attributes['spec'] === 'slice:t' && numberOf(inner.args[1]!) === count) {
    const lengths = unwrap(inner.args[0]!);
    if (lengths.op === 'shape') return Array.from({ length: count }, (_, index) => build.with('size', [lengths.args[0]!], { axis: index }));
  }
  if (inner.op === 'stack' && inner.args.length === count) return [...inner.args];
  return Array.from({ length: count }, (_, index) => leafItem(build, value, index, count));
}

/** One of equal parts along an axis. `parts` holds the array; `unbound` where each part loses the axis. */
export function partOf(build: Build, parts: Node, index: number, count: number): Node {
  return build.with('part', [parts.args[0]!], { ...parts.attributes, index, count });
}

function leafItem(build: Build, of: Node, index: number, count = 0): Node {
  // Rows of an array, where it is unpacked as such, and items of what is not an array cannot be told apart: neither is followed.
  return build.with('item', [of], { index, count });
}
