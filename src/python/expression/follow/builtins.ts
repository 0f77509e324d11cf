/** Python's own functions. */

import { isNode, none, type Arguments, type Value } from '../values.ts';
import type { Follow } from './context.ts';
import { toNode, toNumber } from './convert.ts';
import { itemOf } from './expressions.ts';
import { unwrap, type Node } from '../node.ts';

/** null where nothing is known of what it gives. */
export function builtin(follow: Follow, name: string, args: Arguments): Value | null {
  const { build } = follow;
  const [first, second] = args.positional;
  if (!first) return null;
  switch (name) {
    case 'abs':
      return build.apply('abs', toNode(build, first));
    case 'pow':
      return second ? build.apply('power', toNode(build, first), toNode(build, second)) : null;
    case 'round':
      return build.apply('round', toNode(build, first));
    case 'float':
    case 'int':
    case 'bool':
      return isNode(first) ? first : first.kind === 'text' ? numberIn(build, first.value) : null;
    case 'list':
    case 'tuple':
    case 'sorted':
    case 'reversed':
      return first;
    // Of what stands in it once, in no order, differences are no numbers.
    case 'set':
      return isNode(first) ? null : first;
    case 'sum': {
      if (isNode(first)) return build.with('sum', [first], { axes: [0], keep: false });
      if (first.kind !== 'tuple' || first.items.length === 0) return null;
      const start = second && toNumber(second) !== 0 ? [second] : [];
      return [...start, ...first.items].map((item) => toNode(build, item)).reduce((a, b) => build.apply('add', a, b));
    }
    case 'max':
    case 'min': {
      if (second)
        return args.positional
          .map((item) => toNode(build, item))
          .reduce((a, b) => build.apply(name === 'max' ? 'maximum' : 'minimum', a, b));
      return build.with(name === 'max' ? 'amax' : 'amin', [toNode(build, first)], { axes: null, keep: false });
    }
    case 'len': {
      if (!isNode(first))
        return first.kind === 'tuple' && !first.repeated
          ? build.number(first.items.length)
          : build.with('opaque', [toNode(build, first)], { callee: 'len' });
      const inner = unwrap(first);
      return inner.op === 'shape' ? build.with('rank', [inner.args[0]!], {}) : build.with('size', [first], { axis: 0 });
    }
    case 'range': {
      const [from, to] = second ? [toNumber(first), second] : [0, first];
      const end = toNumber(to);
      const node = isNode(to) ? unwrap(to) : null;
      if (from !== null && end !== null) return { kind: 'range', from, to: end };
      return from !== null && node?.op === 'rank'
        ? { kind: 'range', from, to: null }
        : build.with(
            'opaque',
            args.positional.map((value) => toNode(build, value)),
            { callee: 'range' },
          );
    }
    case 'zip':
      return { kind: 'tuple', items: [{ kind: 'tuple', items: args.positional.map((value) => itemOf(follow, value)) }], repeated: true };
    case 'enumerate':
      return { kind: 'tuple', items: [{ kind: 'tuple', items: [build.graph.draw('unread', []), itemOf(follow, first)] }], repeated: true };
    case 'print':
      return none;
    case 'isinstance':
      return build.graph.draw('unread', []);
    case 'getattr': {
      const attribute = second && !isNode(second) && second.kind === 'text' ? second.value : null;
      return attribute === null ? null : follow.attributeOf(first, attribute);
    }
    default:
      return null;
  }
}

/** `float("-inf")`, `float("1e-20")` */
function numberIn({ number }: Follow['build'], text: string): Node | null {
  const [, sign, size] = /^\s*([-+]?)(inf(?:inity)?|(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)\s*$/i.exec(text) ?? [];
  if (size === undefined) return null;
  return number((sign === '-' ? -1 : 1) * (/^inf/i.test(size) ? Infinity : Number(size)));
}
