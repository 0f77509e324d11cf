/** What exporters call the tensors of a variational autoencoder. */

import type { SpreadForm } from '../../maths/vae/likelihood.ts';

export type NamedRole =
  | { role: 'mean' }
  | { role: 'spread'; form: SpreadForm }
  | { role: 'scale'; logarithmic: boolean }
  | { role: 'logits' }
  | { role: 'probabilities' }
  | { role: 'picture' }
  | { role: 'sample' };

/** The words of a name: "z_logVar" is z, log, var. */
function wordsOf(name: string): string[] {
  return name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .flatMap((word) => word.replace(/^(z|x|latent)?(log)(var|variance|sigma|std|scale|sd)/, '$1 $2 $3').split(' '))
    .filter((word) => word !== '');
}

const has = (words: readonly string[], ...any: string[]): boolean => any.some((word) => words.includes(word));

/** What a name says that its tensor is; undefined where it says nothing. */
export function namedRole(name: string): NamedRole | undefined {
  const words = wordsOf(name);
  const logarithmic = has(words, 'log', 'ln');
  if (has(words, 'var', 'variance', 'variances')) return { role: 'spread', form: logarithmic ? 'log-variance' : 'variance' };
  if (has(words, 'std', 'sigma', 'stddev', 'deviation', 'sd')) return { role: 'spread', form: logarithmic ? 'log-deviation' : 'deviation' };
  if (has(words, 'scale', 'scales')) return { role: 'scale', logarithmic };
  if (has(words, 'mu', 'mean', 'means', 'loc', 'location')) return { role: 'mean' };
  if (has(words, 'logit', 'logits')) return { role: 'logits' };
  if (has(words, 'prob', 'probs', 'probability', 'probabilities')) return { role: 'probabilities' };
  if (has(words, 'image', 'picture', 'recon', 'reconstruction', 'reconstructed', 'sample', 'x') && !has(words, 'z'))
    return { role: 'picture' };
  if (has(words, 'z', 'latent', 'latents')) return { role: 'sample' };
  return undefined;
}

/** Whether an input's name says that it is z. */
export function namesLatent(name: string): boolean {
  return has(wordsOf(name), 'z', 'latent', 'latents', 'code', 'noise');
}
