/** Which names mean a library. */

const roots: ReadonlySet<string> = new Set(
  `torch numpy jax tensorflow keras optax math einops flax haiku tensorflow_probability distrax numpyro mlx scipy cupy paddle pyro
   tf_keras chex autograd functorch cmath equinox mindspore oneflow oryx rlax`.split(/\s+/),
);

/** What exporters build graphs with, and what a library keeps to itself, has functions of the same names that do something else. */
export function isLibrary(path: string): boolean {
  const [root = '', ...inner] = path.split('.').slice(0, -1);
  return roots.has(root || path) && !inner.some((part) => part === 'onnx' || (part.startsWith('_') && part !== '_C'));
}

/** What a name mostly means in code that does not say where it is from: part of a file, a cell. */
export const usual: Readonly<Record<string, string>> = {
  torch: 'torch',
  F: 'torch.nn.functional',
  nn: 'torch.nn',
  np: 'numpy',
  numpy: 'numpy',
  jnp: 'jax.numpy',
  jax: 'jax',
  lax: 'jax.lax',
  tf: 'tensorflow',
  K: 'keras.ops',
  keras: 'keras',
  ops: 'keras.ops',
  optax: 'optax',
  math: 'math',
  einops: 'einops',
  rearrange: 'einops.rearrange',
  tfp: 'tensorflow_probability',
  tfd: 'tensorflow_probability.distributions',
  distrax: 'distrax',
  mx: 'mlx.core',
};

/** Libraries whose reductions count all elements of a variance by n, not n - 1. */
export function dividesByCount(path: string): boolean {
  return !/^(?:torch|paddle)\b/.test(path);
}
