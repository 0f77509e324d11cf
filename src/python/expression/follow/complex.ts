/** Complex numbers as pairs of real ones, as far as rotations are written with them. */

import type { Build } from '../build.ts';
import { numberOf, unwrap, wrappers, type Node } from '../node.ts';

interface Complex {
  readonly real: Node;
  /** null: none. */
  readonly imaginary: Node | null;
}

const moving: ReadonlySet<string> = new Set(
  'reshape expand flatten expandDims squeeze permute swapAxes moveAxis index tile rearrange einopsRepeat detach'.split(' '),
);

const deepest = 12;

const isLeaf = ({ op }: Node): boolean => op === 'parameter' || op === 'attribute' || op === 'item';

/** Whether code that makes complex numbers is in it. */
function isComplex(node: Node, depth = 0): boolean {
  if (depth > deepest) return false;
  const { op, args, attributes } = unwrap(node);
  if (op === 'opaque') return complexCalls.has(String(attributes['callee']).split('.').at(-1)!);
  if (op === 'global') return /^[\d.]+j$/.test(String(attributes['name']));
  return (moving.has(op) || arithmetic.has(op)) && args.some((arg) => isComplex(arg, depth + 1));
}

const complexCalls: ReadonlySet<string> = new Set(['view_as_complex', 'polar', 'complex']);
const arithmetic: ReadonlySet<string> = new Set(['multiply', 'add', 'subtract', 'negate', 'exp']);

/** The two parts of something complex; null where it is not known to be. A name stays on both. */
export function partsOfComplex(build: Build, node: Node, depth = 0): Complex | null {
  if (depth > deepest || !isComplex(node)) return null;
  const { op, args, attributes } = node;
  const each = ({ real, imaginary }: Complex, of: (part: Node) => Node): Complex => ({
    real: of(real),
    imaginary: imaginary && of(imaginary),
  });
  const within = (): Complex | null => partsOfComplex(build, args[0]!, depth + 1);
  if (op === 'let') {
    const inner = within();
    return inner && each(inner, (part) => build.with('let', [part], attributes));
  }
  if (op === 'inline') return within();
  if (moving.has(op)) {
    const inner = within();
    return inner && each(inner, (part) => build.with(op, [part, ...args.slice(1)], attributes));
  }
  if (op === 'global') return { real: build.number(0), imaginary: build.number(parseFloat(String(attributes['name']))) };
  if (op === 'opaque')
    return made(build, String(attributes['callee']).split('.').at(-1)!, args.slice(attributes['bound'] === true ? 1 : 0));
  const [a, b] = args.map((arg) => partsOfComplex(build, arg, depth + 1) ?? plain(build, arg));
  return a ? computed(build, op, a, b) : null;
}

/** What stands beside something complex: a table of turns, or a real number. */
function plain(build: Build, node: Node): Complex {
  let inner = node;
  while (moving.has(inner.op) || wrappers.has(inner.op)) inner = inner.args[0]!;
  if (!isLeaf(inner)) return { real: node, imaginary: null };
  const part = (name: string): Node => build.with('attribute', [node], { name: `${String(inner.attributes['name'] ?? '')} ${name}` });
  return { real: part('cos'), imaginary: part('sin') };
}

function made({ apply, number, with: make }: Build, callee: string, [x, y]: readonly Node[]): Complex | null {
  if (callee === 'view_as_complex' && x) {
    const [real, imaginary] = [0, 1].map((at) => make('index', [x, number(at)], { spec: 'dots at' }));
    return { real: real!, imaginary: imaginary! };
  }
  if (callee === 'polar' && x && y) {
    const [real, imaginary] = ['cos', 'sin'].map((wave) => (numberOf(x) === 1 ? apply(wave, y) : apply('multiply', x, apply(wave, y))));
    return { real: real!, imaginary: imaginary! };
  }
  return callee === 'complex' && x && y ? { real: x, imaginary: y } : null;
}

function computed({ apply, number }: Build, op: string, a: Complex, b: Complex | undefined): Complex | null {
  const zero = number(0);
  if (op === 'exp') return a.imaginary && { real: apply('cos', a.imaginary), imaginary: apply('sin', a.imaginary) };
  if (op === 'negate') return { real: apply('negate', a.real), imaginary: a.imaginary && apply('negate', a.imaginary) };
  if (!b) return null;
  if (op === 'multiply') {
    const times = (x: Node | null, y: Node | null): Node | null => (x && y && x !== zero && y !== zero ? apply('multiply', x, y) : null);
    const [real, both] = [times(a.real, b.real), times(a.imaginary, b.imaginary)];
    const [one, other] = [times(a.real, b.imaginary), times(a.imaginary, b.real)];
    return {
      real: real && both ? apply('subtract', real, both) : (real ?? (both ? apply('negate', both) : zero)),
      imaginary: one && other ? apply('add', one, other) : (one ?? other),
    };
  }
  const real = a.real === zero && op === 'add' ? b.real : b.real === zero ? a.real : apply(op, a.real, b.real);
  const imaginary =
    a.imaginary && b.imaginary
      ? apply(op, a.imaginary, b.imaginary)
      : (a.imaginary ?? (op === 'add' ? b.imaginary : b.imaginary && apply('negate', b.imaginary)));
  return { real, imaginary };
}

/** As real numbers, the two parts on a last axis of their own. */
export function realViewOf(build: Build, node: Node): Node | null {
  const parts = partsOfComplex(build, node);
  return parts?.imaginary ? build.with('stack', [parts.real, parts.imaginary], { axis: -1 }) : null;
}
