/** Trainings that show what goes wrong with GANs, each with what mends it. Coefficients are those of a training (`protocol/training.ts`). */

import { ganLosses, type GanLoss } from './optimum.ts';

export interface GanPreset {
  readonly id: string;
  readonly name: string;
  /** What it shows, and why. */
  readonly sentence: string;
  /** The data, by its name in the training folder. */
  readonly mixture: string;
  /** Those that are not the usual ones. */
  readonly coefficients: Readonly<Record<string, number>>;
  /** After so many steps it shows. */
  readonly steps: number;
  readonly fix: {
    readonly name: string;
    readonly sentence: string;
    /** Those that change. */
    readonly coefficients: Readonly<Record<string, number>>;
  };
}

const loss = (name: GanLoss): { readonly loss: number } => ({ loss: ganLosses.indexOf(name) });
const both = (name: string, value: number): Readonly<Record<string, number>> => ({
  [`discriminator.${name}`]: value,
  [`generator.${name}`]: value,
});

export const ganPresets: readonly GanPreset[] = [
  {
    id: 'mode-collapse',
    name: 'Mode collapse',
    sentence:
      'The generator takes 25 steps to one: against a discriminator that stands still its best answer is one point, the highest, and all points go there; then the discriminator moves, and they follow.',
    mixture: 'ring',
    coefficients: { ...loss('non-saturating'), 'generator.steps': 25, ...both('rate', 1e-3), ...both('beta1', 0.5), ...both('beta2', 0.9) },
    steps: 120,
    fix: {
      name: 'Discriminator ahead',
      sentence:
        'Five steps of the discriminator to one: it is near its best for the points as they lie, and a pile of points is what it tells apart first (Goodfellow et al. 2014, section 4).',
      coefficients: { 'discriminator.steps': 5, 'generator.steps': 1 },
    },
  },
  {
    id: 'clipped-critic',
    name: 'Clipped critic',
    sentence:
      'All points go the same way, to one or two of the eight modes at a time: a critic whose weights are clipped is nearly a plane, which tells every point the same.',
    mixture: 'ring',
    coefficients: {
      ...loss('wasserstein'),
      clip: 0.1,
      ...{ 'discriminator.rate': 3e-3, 'generator.rate': 1e-3 },
      ...both('beta1', 0.5),
      ...both('beta2', 0.9),
    },
    steps: 304,
    fix: {
      name: 'Gradient penalty',
      sentence:
        'Instead of its weights its slope is held, near 1 between real and generated points: the critic may bend, and pulls each point to a mode near it (Gulrajani et al. 2017).',
      coefficients: { clip: Infinity, gp: 1 },
    },
  },
  {
    id: 'vanishing-gradients',
    name: 'Vanishing gradients',
    sentence:
      'The discriminator takes five steps to one and is soon sure of every generated point; log(1 − D) is flat there, so that the generator is hardly pushed although it is wrong.',
    mixture: 'ring',
    coefficients: {
      ...loss('minimax'),
      'discriminator.steps': 5,
      ...{ 'discriminator.rate': 1e-2, 'generator.rate': 5e-4 },
      ...both('beta1', 0.5),
      ...both('beta2', 0.99),
    },
    steps: 120,
    fix: {
      name: 'Non-saturating loss',
      sentence:
        'Minus log D is steep where D is near 0: the surer the discriminator, the harder the generator is pushed (Goodfellow et al. 2014).',
      coefficients: loss('non-saturating'),
    },
  },
  {
    id: 'oscillation',
    name: 'Oscillation',
    sentence:
      'The points swing about the ring and do not settle: the two players turn around the equilibrium, and with momentum each goes on for a while after the other has answered.',
    mixture: 'ring',
    coefficients: { ...loss('wasserstein'), ...both('rate', 3e-3), ...both('beta1', 0.9), ...both('beta2', 0.99) },
    steps: 400,
    fix: {
      name: 'R1',
      sentence:
        'A penalty on the discriminator’s slope at real points damps the turning: its eigenvalues move to the left (Mescheder et al. 2018).',
      coefficients: { r1: 10 },
    },
  },
];
