/** The loss of a VAE's run and what it is made of, as lines. */

import type { LossPoint } from '../../src/protocol/training.ts';
import type { CurveLine } from '../shared/training/curves.ts';

export const lossLines: readonly CurveLine<LossPoint>[] = [
  { id: 'loss', name: 'loss', value: ({ values }) => values['loss']?.[0] ?? NaN },
  { id: 'distortion', name: 'reconstruction', value: ({ values }) => -(values['reconstruction']?.[0] ?? NaN) },
  { id: 'kl0', name: 'KL of z₁', value: ({ values }) => values['kl']?.[0] ?? NaN },
  { id: 'kl1', name: 'KL of z₂', value: ({ values }) => values['kl']?.[1] ?? NaN },
];
