/** Which sample of a diffusion a value is, by its name. */

import {
  cleanWords,
  noiseWords,
  noisyWords,
  predictedCleanWords,
  predictedNoiseWords,
  velocityWords,
} from '../../../formulas/diffusionRoles.ts';
import { unwrap, type Node } from '../../expression/node.ts';
import { given } from '../../recognise/evidence/given.ts';
import { holds, holdsAny } from '../../recognise/evidence/words.ts';

/** clean: x_0; noise: what was added to it, or is said to have been; noisy: x_t; previous: x_{t-1}, from which a step is taken. */
export type Kind = 'clean' | 'noise' | 'noisy' | 'velocity' | 'score' | 'previous';

const output = ['model output', 'model out', 'model pred', 'pred', 'out', 'output'];

/** What noise is added to, by what it is. */
const data = [
  ...['guide', 'known', 'gt', 'ground truth', 'init image', 'init latent', 'init latents', 'source image', 'motion', 'audio', 'mel'],
  ...['wav', 'waveform', 'spectrogram', 'video', 'frames', 'pixels', 'trajectory', 'point cloud', 'photo'],
];

const words: Readonly<Record<Exclude<Kind, 'previous'>, readonly string[]>> = {
  clean: [...cleanWords, ...predictedCleanWords, ...output, ...data],
  noise: [...noiseWords, ...predictedNoiseWords],
  noisy: noisyWords,
  velocity: [...velocityWords, ...output],
  score: ['score', 'scores', 'score pred', 'score theta', 'pred score'],
};

const known = new Map<string, readonly Kind[]>();

/** All that the name leaves open. */
export function kindsOf(node: Node): readonly Kind[] {
  const { op, attributes } = unwrap(node);
  if (op === 'normal') return ['noise'];
  // A text says what it likes.
  if (op === 'global' && String(attributes['name']).startsWith('"')) return [];
  const { own } = given(node);
  // Whatever a network was trained to say.
  const kinds = op === 'opaque' && holdsAny(own, networks) ? outputs : kindsCalled(own);
  // Given, and not made here.
  if (op === 'parameter' && kinds.length === 0 && before.includes(own.join(' '))) return previous;
  return op === 'carried' ? [...kinds, 'previous'] : kinds;
}

const previous: readonly Kind[] = ['previous'];
const before = [
  'x prev',
  'x tm1',
  'x t minus 1',
  'x t 1',
  'xt prev',
  'xtm1',
  'x t prev',
  'prev sample',
  'x previous',
  'prev x',
  'z prev',
  'x last',
  'xt 1',
];

/** In the last step nothing may be drawn. */
export function isDrawn(node: Node): boolean {
  const { op, args } = unwrap(node);
  return op === 'normal' || (op === 'choice' && args.some(isDrawn));
}

export const mayBe = (node: Node, kind: Kind): boolean => kindsOf(node).includes(kind);

const networks = ['model', 'net', 'unet', 'network', 'denoiser', 'denoise fn', 'model fn', 'backbone', 'dit', 'ema model'];
const outputs: readonly Kind[] = ['noise', 'clean', 'velocity'];

function kindsCalled(own: readonly string[]): readonly Kind[] {
  const key = own.join(' ');
  let found = known.get(key);
  if (!found) {
    if (known.size > 5000) known.clear();
    known.set(key, (found = named(own)));
  }
  return found;
}

function named(own: readonly string[]): Kind[] {
  if (own.length === 0 || holdsAny(own, others)) return [];
  let most = 0;
  const found = new Map<Kind, number>();
  for (const [kind, all] of Object.entries(words) as [Kind, readonly string[]][])
    for (const phrase of all) {
      if (!holds(own, phrase)) continue;
      const length = phrase.replaceAll(' ', '').length;
      found.set(kind, Math.max(found.get(kind) ?? 0, length));
      most = Math.max(most, length);
    }
  return [...found].flatMap(([kind, length]) => (length === most ? [kind] : []));
}

/** What is called so is no sample, or one of another time. */
const others = [
  'loss',
  'rate',
  'rates',
  'level',
  'mean',
  'var',
  'std',
  'prev',
  'previous',
  'next',
  'mask',
  'weight',
  'cond',
  'uncond',
  'direction',
  'dir',
  'scale',
  'sigma',
  'alpha',
  'beta',
];
