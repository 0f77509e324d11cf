/** What a call gives. */

import type { Expression, FunctionDefinition, Lambda } from '../../syntax/ast.ts';
import { alsoCalled, expansions, kerasLosses, type Expansion } from '../library/expansions.ts';
import { detaching, identities, parameterName, signatures } from '../library/table.ts';
import { distributionFamilies } from '../library/distributions.ts';
import { dividesByCount, isLibrary } from '../library/paths.ts';
import type { Build } from '../build.ts';
import { unwrap, type Node } from '../node.ts';
import { isNode, none, type Arguments, type Value } from '../values.ts';
import { builtin } from './builtins.ts';
import { realViewOf } from './complex.ts';
import type { Follow } from './context.ts';
import { toAxes, toNode, toNumber } from './convert.ts';
import { create, special } from './creation.ts';
import { distributionMethod, klDivergence, makeDistribution } from './distributions.ts';
import { textOf } from './expressions.ts';
import { construct, modes } from './objects.ts';
import { shapeCall } from './shapes.ts';

/** Layers that have no parameters, so that a call of one is a call of a function. */
const statelessLayers: ReadonlySet<string> = new Set([
  'Softmax',
  'LogSoftmax',
  'Sigmoid',
  'LogSigmoid',
  'Softplus',
  'ReLU',
  'Tanh',
  'SiLU',
  'GELU',
  'Identity',
  'Dropout',
  'Flatten',
]);

export function evaluateCall(follow: Follow, callee: Value, args: Arguments): Value {
  if (isNode(callee)) return opaque(follow, callee, nameOf(callee), args);
  switch (callee.kind) {
    case 'library':
      return callLibrary(follow, callee.path, args);
    case 'method':
      return callMethod(follow, callee.object, callee.name, args);
    case 'function': {
      const name = 'name' in callee.definition ? callee.definition.name : 'lambda';
      const given = [...args.positional, ...args.named.values()].filter(isNode);
      const self = follow.build.with('global', [], { name });
      const result = follow.invoke(callee, args);
      return result ? inlined(follow, result, self, name, given, name) : opaque(follow, self, name, args);
    }
    case 'class':
      return construct(follow, callee, args);
    case 'instance': {
      for (const name of ['forward', '__call__', 'call']) {
        const method = follow.attributeOf(callee, name);
        if (!isNode(method) && method.kind === 'function') {
          const result = follow.invoke(method, args);
          if (result)
            return inlined(
              follow,
              result,
              callee.node,
              nameOf(callee.node),
              [...args.positional, ...args.named.values()].filter(isNode),
              name,
            );
        }
      }
      return opaque(follow, callee.node, nameOf(callee.node), args);
    }
    case 'layer': {
      const named = new Map([...callee.args.named, ...args.named]);
      // What a layer is made with comes after what it is called with, by name or in its function's order.
      const expansion = kerasLosses[callee.name] ?? expansionOf(callee.name);
      const result = expansion
        ? expand(follow, expansion, { positional: args.positional, named }, 'torch.nn')
        : applyNamed(
            follow,
            'torch.nn',
            callee.name,
            { positional: [...args.positional.slice(0, 1), ...callee.args.positional], named },
            true,
          );
      return result ?? opaque(follow, callee.owner, nameOf(callee.owner), args);
    }
    default:
      return opaque(follow, toNode(follow.build, callee), callee.kind, args);
  }
}

export function nameOf(node: Node): string {
  if (node.op === 'let') return node.attributes['name'] as string;
  const inner = unwrap(node);
  return (inner.attributes['name'] ?? inner.attributes['callee'] ?? '') as string;
}

/** A call that cannot be followed: it stands for itself. */
export function opaque({ build }: Follow, callee: Node | null, name: string, { positional, named }: Arguments): Node {
  const [first] = positional;
  // Whatever it is called on, it leaves the expected value as it is.
  if (/drop_?out|(?:^|_)drop$/i.test(name) && first && isNode(first)) return first;
  const given = [...positional, ...named.values()].map((value) => toNode(build, value));
  return build.with('opaque', callee ? [callee, ...given] : given, {
    callee: name,
    keywords: [...named.keys()].join(' '),
    bound: callee !== null,
  });
}

/**
 * The result of a function that was followed, with what it was called and given.
 *
 * @param own what the function is called where the file defines it; null where a library does
 */
export function inlined({ build }: Follow, result: Value, callee: Node, name: string, given: readonly Node[], own: string | null): Value {
  if (isNode(result)) return build.with('inline', [result, callee, ...given], { callee: name, own });
  if (result.kind === 'tuple')
    return {
      ...result,
      items: result.items.map((item, index) =>
        isNode(item) ? build.with('inline', [item, callee, ...given], { callee: name, own, index }) : item,
      ),
    };
  return result;
}

function expansionOf(name: string): Expansion | undefined {
  const known = expansions[name] ?? expansions[alsoCalled[name] ?? ''];
  return known;
}

/** A function of a library by its path, or of something from elsewhere that has its name. */
export function callLibrary(follow: Follow, path: string, args: Arguments): Value {
  const { build } = follow;
  const name = path.split('.').at(-1)!;
  const known = isLibrary(path) || path.startsWith('unnamed.') || path.startsWith('builtins.');
  const self = build.with('global', [], { name: path });
  const [first] = args.positional;
  if (first && !isNode(first) && wrapping.has(name) && (first.kind === 'instance' || first.kind === 'function')) return first;
  // On one element at a time it is the same for each example as for all.
  if (first && !isNode(first) && first.kind === 'function' && lifting.has(name) && isElementwise(first.definition)) return first;
  if (first && isNode(first) && spreading.has(name)) return first;
  if (!known) return opaque(follow, self, name, args);
  if (path.startsWith('builtins.')) return builtin(follow, name, args) ?? opaque(follow, self, name, args);
  if (/^(?:tensorflow|keras|tf_keras)\b.*\b(?:losses|metrics)\./.test(path) && !/^[A-Z]/.test(name)) {
    const loss = kerasLosses[name];
    const result = loss && expand(follow, loss, args, path);
    if (result) return result;
  }
  if (/^tensorflow\..*backend\.|^keras\.(?:backend|ops)\./.test(path) && name === 'binary_crossentropy')
    return elementwiseBinary(follow, args) ?? opaque(follow, self, name, args);
  if (distributionFamilies.has(name)) return makeDistribution(follow, path, args);
  if (name === 'kl_divergence' || name === 'kl' || name === 'kl_normal_normal')
    return klDivergence(follow, args) ?? opaque(follow, self, name, args);
  return (
    applyNamed(follow, path, name, args) ??
    create(follow, path, name, args) ??
    special(follow, path, name, args) ??
    layer(follow, path, name, args) ??
    opaque(follow, self, name, args)
  );
}

/** Of Keras' backend: one number for each element. */
function elementwiseBinary(follow: Follow, args: Arguments): Value | null {
  const loss = expand(follow, kerasLosses['binary_crossentropy']!, args, 'keras');
  // Its mean over the last axis is left out.
  return loss && loss.op === 'mean' ? loss.args[0]! : loss;
}

function layer({ build }: Follow, path: string, name: string, args: Arguments): Value | null {
  const isClass = /^[A-Z]/.test(name);
  if (!isClass || !(statelessLayers.has(name) || name in alsoCalled || name in kerasLosses)) return null;
  const shown = [...args.positional, ...args.named.values()].map((value) => toNode(build, value));
  const keywords = [...args.named.keys()].join(' ');
  return { kind: 'layer', name, args, owner: build.with('opaque', shown, { callee: path, keywords, bound: false }) };
}

const learned: ReadonlySet<string> = new Set(['Parameter', 'Variable']);

/** What makes a function or module faster, or spreads it over devices, and leaves what it gives. */
const wrapping: ReadonlySet<string> = new Set(
  'jit filter_jit pmap remat checkpoint compile script function DataParallel DistributedDataParallel FullyShardedDataParallel DDP'.split(
    ' ',
  ),
);

const lifting: ReadonlySet<string> = new Set(['vmap', 'filter_vmap', 'vectorize']);

/** A lambda that only reckons with what it is given. */
function isElementwise(definition: FunctionDefinition | Lambda): boolean {
  const reckons = (expression: Expression): boolean => {
    switch (expression.kind) {
      case 'name':
      case 'number':
        return true;
      case 'unary':
        return reckons(expression.operand);
      case 'binary':
        return expression.operator !== '@' && reckons(expression.left) && reckons(expression.right);
      default:
        return false;
    }
  };
  return definition.kind === 'lambda' && reckons(definition.body);
}

/** The same of a module that the code was given. */
const spreading: ReadonlySet<string> = new Set(['DataParallel', 'DistributedDataParallel', 'FullyShardedDataParallel', 'DDP', 'FSDP']);

/** A function or method that the tables know; null where they do not. The first positional argument is the array. */
export function applyNamed(follow: Follow, path: string, name: string, args: Arguments, isMethod = false): Value | null {
  const { build } = follow;
  const first = args.positional[0] ?? firstNamed(args);
  if (/^[A-Z]/.test(name) && !isMethod && !expectsArray(name, args)) return null;
  // What is learned does not stay what it begins with.
  if (learned.has(name) && first) return build.graph.draw('attribute', [toNode(build, first)], { name: 'parameter' });
  const asReal = name === 'view_as_real' && first ? realViewOf(build, toNode(build, first)) : null;
  if (asReal) return asReal;
  if (identities.has(name)) return first ?? null;
  if (detaching.has(name)) return first ? build.with('detach', [toNode(build, first)], {}) : null;
  const shaped = shapeCall(follow, path, name, args, isMethod);
  if (shaped) return shaped;
  const expansion = expansionOf(name);
  if (expansion) return expand(follow, expansion, args, path);
  const special = reductions(follow, path, name, args, isMethod);
  if (special) return special;
  const signature = signatures.get(name);
  if (!signature) return null;
  const given = match(signature.parameters, args);
  const x = given.get('x');
  if (!x) return null;
  const operands = signature.parameters
    .filter((parameter) => parameter === 'x' || parameter === 'y' || parameter === 'weight')
    .map((p) => given.get(p));
  if (operands.some((operand) => !operand)) return null;
  let nodes = operands.map((operand) => toNode(build, operand!));
  if (signature.operation === 'matmul') {
    for (const [place, names] of [
      ['transpose_a', 'adjoint_a'],
      ['transpose_b', 'adjoint_b'],
    ].entries())
      if (names.some((flag) => toNumber(args.named.get(flag)) === 1))
        nodes[place] = build.with('swapAxes', [nodes[place]!], { axes: [-2, -1] });
  }
  const alpha = given.get('alpha');
  if (alpha && nodes.length === 2) nodes = [nodes[0]!, build.apply('multiply', toNode(build, alpha), nodes[1]!)];
  // SciPy's weighs the exponentials.
  const weighting = signature.operation === 'logSumExp' ? given.get('y') : undefined;
  if (weighting && (isNode(weighting) || weighting.kind !== 'none'))
    nodes = [build.apply('add', nodes[0]!, build.apply('log', toNode(build, weighting)))];
  if (signature.operation === 'softplus') {
    const beta = toNumber(given.get('beta'));
    if (beta !== null && beta !== 1) {
      const scaled = build.apply('softplus', build.apply('multiply', build.number(beta), nodes[0]!));
      return build.apply('divide', scaled, build.number(beta));
    }
  }
  if (signature.operation === 'oneHot') {
    const classes = [given.get('classes') ?? args.named.get('depth')].filter((c) => c !== undefined).map((c) => toNode(build, c));
    const hot = build.with('oneHot', [nodes[0]!, ...classes], {});
    // TensorFlow's may have other numbers than 1 and 0.
    const [on, off] = ['on_value', 'off_value'].map((key) => args.named.get(key)).map((value) => value && toNode(build, value));
    if (!on && !off) return hot;
    const [high, low] = [on ?? build.number(1), off ?? build.number(0)];
    return build.apply('add', low, build.apply('multiply', build.apply('subtract', high, low), hot));
  }
  if (signature.parameters.includes('keep') || signature.parameters.includes('axis')) {
    const axes = toAxes(given.get('axis'));
    if (axes === undefined) return null;
    const keep = toNumber(given.get('keep')) === 1;
    const needsAxis = !signature.parameters.includes('keep');
    return build.with(signature.operation, nodes, needsAxis ? { axes: axes ?? [needsLast(signature.operation)] } : { axes, keep });
  }
  return build.apply(signature.operation, ...nodes);
}

const needsLast = (operation: string): number => (operation.startsWith('cumulative') ? 0 : -1);

function expectsArray(name: string, { positional }: Arguments): boolean {
  return (name === 'Parameter' || name === 'Variable' || name === 'Tensor' || name === 'StopGradient') && positional.length > 0;
}

function firstNamed({ named }: Arguments): Value | undefined {
  for (const name of ['input', 'x', 'tensor', 'a', 'input_tensor', 'logits', 'inputs', 'self']) {
    const value = named.get(name);
    if (value) return value;
  }
  return undefined;
}

/** Arguments by the names of parameters. */
export function match(parameters: readonly string[], { positional, named }: Arguments): Map<string, Value> {
  const given = new Map<string, Value>();
  positional.forEach((value, index) => {
    const name = parameters[index];
    if (name !== undefined) given.set(name, value);
  });
  for (const [keyword, value] of named) given.set(parameterName(keyword, parameters), value);
  return given;
}

function expand(follow: Follow, { parameters, expand: write }: Expansion, args: Arguments, path: string): Node | null {
  const { build } = follow;
  const given = new Map<string, Value>();
  args.positional.forEach((value, index) => {
    const name = parameters[index];
    if (name !== undefined) given.set(name, value);
  });
  for (const [keyword, value] of args.named) given.set(renamed(keyword, parameters), value);
  return write(build, {
    path,
    node: (name) => {
      const value = given.get(name);
      if (!value || (!isNode(value) && value.kind === 'none')) return null;
      return toNode(build, value);
    },
    text: (name) => {
      const value = given.get(name);
      return value ? textOf(value) : null;
    },
    truth: (name) => {
      const value = given.get(name);
      const number = value ? toNumber(value) : null;
      return number === null ? null : number !== 0;
    },
  });
}

const otherKeywords: Readonly<Record<string, readonly string[]>> = {
  input: ['predictions', 'y_pred', 'pred', 'output', 'x', 'logits', 'inputs', 'log_predictions'],
  target: ['targets', 'y_true', 'labels', 'label', 'y'],
  logits: ['output', 'y_pred'],
  labels: ['target', 'targets', 'y_true'],
  x: ['input', 'a'],
  query: ['q'],
  key: ['k'],
  value: ['v'],
  attn_mask: ['mask', 'bias'],
};

function renamed(keyword: string, parameters: readonly string[]): string {
  if (parameters.includes(keyword)) return keyword;
  for (const parameter of parameters) if (otherKeywords[parameter]?.includes(keyword)) return parameter;
  return keyword;
}

/** Whether the second thing that a maximum is given is an axis rather than another array. */
function isAxis(value: Value): boolean {
  const inner = isNode(value) ? unwrap(value) : null;
  // A number that has a name, or was made by a call, is an array of it, unless it is called an axis.
  if (isNode(value) && value !== inner) return /dim|axis/i.test(String(value.attributes['name'])) && Number.isInteger(toNumber(value));
  if (inner?.op === 'parameter') return /dim|axis/i.test(String(inner.attributes['name']));
  return Number.isInteger(toNumber(value));
}

/** Reductions that are given differently by libraries. */
function reductions({ build }: Pick<Follow, 'build'>, path: string, name: string, args: Arguments, isMethod: boolean): Value | null {
  const torch = isMethod ? !args.named.has('axis') : !dividesByCount(path);
  switch (name) {
    case 'max':
    case 'min': {
      const given = match(['x', 'y', 'keep'], args);
      const x = given.get('x');
      if (!x) return null;
      const other = given.get('y');
      const axis = given.get('axis') ?? (other && isAxis(other) && (isMethod || !torch || path.startsWith('torch')) ? other : undefined);
      const operation = name === 'max' ? 'amax' : 'amin';
      const array = toNode(build, x);
      if (other && axis === undefined) return build.apply(name === 'max' ? 'maximum' : 'minimum', array, toNode(build, other));
      const axes = toAxes(axis);
      if (axes === undefined) return null;
      const reduced =
        extremeOfStack(build, operation, array, axes) ?? build.with(operation, [array], { axes, keep: toNumber(given.get('keep')) === 1 });
      return axis !== undefined && torch && path.startsWith('torch')
        ? { kind: 'tuple', items: [reduced, build.with(name === 'max' ? 'argmax' : 'argmin', [array], { axes })] }
        : reduced;
    }
    case 'slogdet': {
      const x = match(['x'], args).get('x');
      if (!x) return null;
      const matrix = toNode(build, x);
      return { kind: 'tuple', items: [build.apply('sign', build.apply('determinant', matrix)), build.apply('logAbsDeterminant', matrix)] };
    }
    case 'var':
    case 'std':
    case 'variance':
    case 'reduce_variance':
    case 'reduce_std': {
      const given = match(torch ? ['x', 'axis', 'unbiased', 'keep'] : ['x', 'axis', 'dtype', 'out', 'ddof', 'keep'], args);
      const x = given.get('x');
      const axes = toAxes(given.get('axis'));
      if (!x || axes === undefined) return null;
      const correction = toNumber(given.get('correction') ?? given.get('ddof') ?? given.get('unbiased')) ?? (torch ? 1 : 0);
      const spread = build.with('variance', [toNode(build, x)], { axes, keep: toNumber(given.get('keep')) === 1, correction });
      return name.endsWith('std') ? build.apply('sqrt', spread) : spread;
    }
    case 'var_mean':
    case 'std_mean':
    case 'moments': {
      const axes = toAxes(match(['x', 'axis', 'unbiased', 'keep'], args).get('axis'));
      const spread = reductions({ build }, path, name === 'std_mean' ? 'std' : 'var', args, isMethod);
      const x = args.positional[0] ?? firstNamed(args);
      if (!x || !spread || axes === undefined) return null;
      const keep = toNumber(args.named.get('keepdim') ?? args.named.get('keepdims') ?? args.named.get('keep') ?? args.positional[3]) === 1;
      const centre = build.with('mean', [toNode(build, x)], { axes, keep });
      return { kind: 'tuple', items: name === 'moments' ? [centre, spread] : [spread, centre] };
    }
    case 'norm':
    case 'vector_norm': {
      const given = match(
        /numpy|linalg\.vector_norm|linalg\.norm/.test(path) ? ['x', 'p', 'axis', 'keep'] : ['x', 'p', 'axis', 'keep'],
        args,
      );
      const x = given.get('x');
      const axes = toAxes(given.get('axis'));
      if (!x || axes === undefined) return null;
      const order = given.get('p') ?? given.get('ord');
      const p = order && (isNode(order) || order.kind !== 'none') ? toNumber(order) : 2;
      const keep = toNumber(given.get('keep')) === 1;
      if (p === 2 || p === null) return build.apply('sqrt', build.with('sum', [build.apply('square', toNode(build, x))], { axes, keep }));
      return build.with('norm', [toNode(build, x)], { axes, keep, p });
    }
    default:
      return null;
  }
}

/** Of a few arrays stacked for the purpose, the least or greatest of each element. */
function extremeOfStack(build: Build, operation: string, array: Node, axes: readonly (number | null)[] | null): Node | null {
  const { op, args, attributes } = unwrap(array);
  if (op !== 'stack' || args.length < 2 || axes?.length !== 1 || axes[0] !== attributes['axis']) return null;
  return args.reduce((a, b) => build.apply(operation === 'amax' ? 'maximum' : 'minimum', a, b));
}

/** A method of a value. */
export function callMethod(follow: Follow, object: Value, name: string, args: Arguments): Value {
  const { build } = follow;
  const plain = name.endsWith('_') && !name.startsWith('_') ? name.slice(0, -1) : name;
  if (!isNode(object)) {
    if (object.kind === 'distribution') {
      const result = distributionMethod(follow, object, name, args);
      if (result) return result;
    }
    if (object.kind === 'tuple') {
      if (name === 'append' || name === 'extend') {
        const value = args.positional[0];
        if (value) object.items.push(...(name === 'extend' && !isNode(value) && value.kind === 'tuple' ? value.items : [value]));
        return none;
      }
    }
    if (object.kind === 'dictionary') {
      const key = args.positional[0] && textOf(args.positional[0]);
      if (name === 'get' || name === 'pop')
        return (key && object.entries.get(key)) || args.positional[1] || opaque(follow, toNode(build, object), name, args);
      if (name === 'values') return { kind: 'tuple', items: [...object.entries.values()] };
      if (name === 'copy') return object;
    }
    if (object.kind === 'instance' && modes.has(name)) return object;
    if (object.kind === 'text') return build.with('global', [], { name: 'text' });
  }
  const array = toNode(build, object);
  if (isNode(object)) {
    const given: Arguments = { positional: [object, ...args.positional], named: args.named };
    const result =
      applyNamed(follow, args.named.has('axis') ? 'numpy' : 'torch', plain, given, true) ??
      create(follow, 'torch', plain, given) ??
      special(follow, 'torch', plain, given);
    if (result) return result;
    if (name === 'kl_divergence') return klDivergence(follow, given) ?? opaque(follow, array, name, args);
  }
  return opaque(follow, array, name, args);
}
