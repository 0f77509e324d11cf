/**
 * Calls whose value is known to be what the library computes. To know a formula, a call may be taken for less than it is: what is left out
 * at random, a number so small that nothing comes of it, other kinds of numbers. Here the value itself is told.
 */

import type { ProgramValue } from '../../protocol/terms.ts';

const words = (list: string): ReadonlySet<string> => new Set(list.split(/\s+/).filter(Boolean));

const exact = words(`
  neg negative exp exp2 expm1 log log1p log2 log10 sqrt rsqrt square reciprocal abs absolute fabs sign sin cos tan tanh sigmoid expit
  logsigmoid relu silu erf erfinv lgamma digamma floor ceil logical_not isfinite
  add sub subtract mul multiply div divide true_divide pow power maximum minimum floor_divide remainder atan2 arctan2
  lt less le less_equal gt greater ge greater_equal eq equal ne not_equal logical_and logical_or
  matmul mm bmm mv outer lerp sum mean amax amin prod logsumexp all any softmax log_softmax cumsum cumprod argmax argmin
  trace det logdet softplus max min
  reshape view view_as reshape_as expand expand_as broadcast_to flatten ravel unsqueeze expand_dims squeeze transpose swapaxes permute t
  movedim moveaxis chunk unbind cat concatenate stack repeat tile diagonal diag tril triu where clamp clip clamp_min clamp_max
  size dim numel einsum gather masked_fill
  contiguous clone detach cpu cuda item numpy requires_grad_ copy ascontiguousarray
  zeros ones full zeros_like ones_like full_like arange eye linspace
`);

/** Of which more than the formula is said: they keep what they compute within bounds. */
const bounded = words(`
  mse_loss l1_loss binary_cross_entropy binary_cross_entropy_with_logits cross_entropy nll_loss kl_div gaussian_nll_loss logaddexp addcmul
  hypot
`);

/** By which n they divide depends on whose array it is. */
const counting = words('var std norm');

/** They make numbers of another precision, which is not followed. */
const casting = words('float double half bfloat16');

const plain = words('abs pow sum max min len float');

/** Arguments that change what is computed, or where it goes, and are not followed. */
const beside = words('out where initial casting order subok a_min a_max');

/** How something is called: by name, as a library's function, or as a method of an array. */
export type Manner = 'name' | 'function' | 'method';

/**
 * @param keywords names of its arguments
 * @param values what the program holds for the statement
 */
export function isComputed(name: string, manner: Manner, keywords: readonly string[], values: Iterable<ProgramValue>): boolean {
  if (keywords.some((keyword) => beside.has(keyword))) return false;
  if (manner === 'name') return plain.has(name) || exact.has(name) || bounded.has(name);
  if (counting.has(name)) return manner === 'function' || [...values].every((value) => value.kind !== 'array' || value.library === 'torch');
  return exact.has(name) || bounded.has(name) || casting.has(name);
}

/** Whether what it gives is the library's own also where it is infinite or no number. */
export const isExactAtEdges = (name: string): boolean => !bounded.has(name);

export const isCast = (name: string): boolean => casting.has(name);
