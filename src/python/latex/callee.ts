/** What is called, by the names that code calls it. */

import type { Argument, Expression } from '../syntax/ast.ts';

export interface Callee {
  /** The last of its names. */
  readonly name: string;
  /** What a method is called on; null for a function of a library, and for one by its name alone. */
  readonly receiver: Expression | null;
  /** Arguments that the object was made with, where an object is called: `nn.MSELoss(reduction='sum')(x, y)`. */
  readonly made: readonly Argument[];
}

/** Names that modules of libraries are imported by. */
const usual = new Set([
  ...['torch', 'np', 'numpy', 'jnp', 'jax', 'tf', 'tensorflow', 'keras', 'K', 'F', 'math', 'nn', 'ops', 'optax', 'scipy', 'sp', 'special'],
  ...[
    'lax',
    'tfp',
    'tfd',
    'dist',
    'dists',
    'distributions',
    'td',
    'cp',
    'cupy',
    'linalg',
    'einops',
    'functional',
    'cmath',
    'th',
    'mx',
    'xp',
  ],
  ...[
    'operator',
    'statistics',
    'autograd',
    'distrax',
    'numpyro',
    'pyro',
    'flax',
    'haiku',
    'hk',
    'jsp',
    'random',
    'backend',
    'tnp',
    'sympy',
  ],
]);
/** Packages that are libraries of mathematics. */
const packages = new Set([
  ...['torch', 'numpy', 'jax', 'tensorflow', 'keras', 'math', 'optax', 'scipy', 'tensorflow_probability', 'cupy', 'einops', 'cmath'],
  ...['operator', 'statistics', 'autograd', 'distrax', 'numpyro', 'pyro', 'flax', 'haiku', 'mlx', 'paddle', 'sympy'],
]);

export type Imports = ReadonlyMap<string, string>;

/** The names of `a.b.c`; null for anything else. */
export function pathOf(expression: Expression): string[] | null {
  const names: string[] = [];
  let at = expression;
  for (; at.kind === 'attribute'; at = at.object) names.unshift(at.name);
  return at.kind === 'name' ? [at.id, ...names] : null;
}

/** Whether a path begins in a library. */
export function isOfLibrary([first = '']: readonly string[], imports: Imports): boolean {
  const imported = imports.get(first);
  return imported === undefined ? usual.has(first) : packages.has(imported.split('.')[0] ?? '');
}

export function calleeOf(callee: Expression, imports: Imports): Callee | null {
  if (callee.kind === 'call') {
    const inner = calleeOf(callee.callee, imports);
    // A class: `jax.grad(f)(x)` is a function that a function gives.
    return inner && /^\p{Lu}/u.test(inner.name) ? { ...inner, made: callee.args } : null;
  }
  if (callee.kind === 'name') {
    // `from torch import exp as e`
    const imported = imports.get(callee.id);
    const isLibrary = imported !== undefined && packages.has(imported.split('.')[0] ?? '');
    return { name: isLibrary ? (imported.split('.').at(-1) ?? '') : callee.id, receiver: null, made: [] };
  }
  if (callee.kind !== 'attribute') return null;
  const path = pathOf(callee);
  return { name: callee.name, receiver: path && isOfLibrary(path, imports) ? null : callee.object, made: [] };
}
