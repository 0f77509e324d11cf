/** What a step of each kind of model is: which graphs run, how often, on what, and what of it is told. */

import { trainedLevels } from '../../../maths/diffusion/planeSchedule.ts';
import { defaultCoefficients, type Coefficients, type TrainedModel } from '../../../protocol/training.ts';

/** How an input of a step is drawn. Each has a random stream of its own, so that none depends on what else is drawn. */
export type Draw =
  | { kind: 'data'; stream: number }
  /** `scale`: the coefficient that the graph multiplies it by; where that is 0, zeros are as good. */
  | { kind: 'normal'; stream: number; scale?: string }
  | { kind: 'uniform'; stream: number; low: number; high: number };

/** One graph's part of a step. */
export interface Phase {
  graph: string;
  /** Whose parameters and moments it changes. */
  network: string;
  /** By input: another network, whose parameters it is given. */
  others: Readonly<Record<string, string>>;
  draws: Readonly<Record<string, Draw>>;
  /** By input: the coefficient that it is. */
  coefficients: Readonly<Record<string, string>>;
  /** By output: what it is told as. */
  losses: Readonly<Record<string, string>>;
  /** How often it runs in one step. */
  times: (coefficients: Coefficients) => number;
}

export interface Program {
  /** Networks by their names, and the random stream of those whose first parameters a seed draws. */
  networks: Readonly<Record<string, { stream: number } | null>>;
  phases: readonly Phase[];
  /** Names of all coefficients. */
  coefficients: readonly string[];
  /** The most that a phase may run in one step. Turn t of step s is given what is drawn for place s * mostTimes + t. */
  mostTimes: number;
}

/** Of a network's state in a graph: its inputs, and the outputs that replace them. */
export const stateParts = ['parameters', 'first', 'second', 'step'] as const;

/** Runs of a GAN's player in one step. Were it another number, a seed would give another training. */
export const MOST_TURNS = 100;

// Data takes two streams. Streams stay what they are, as the number above.
const streams = {
  data: 0,
  noise: 2,
  time: 3,
  between: 4,
  generatorNoise: 5,
  seenReal: 6,
  seenFake: 7,
  seenByGenerator: 8,
  generator: 9,
  discriminator: 10,
};

export function programOf({ family }: TrainedModel): Program {
  return { ...programs[family], coefficients: Object.keys(defaultCoefficients[family]) };
}

const once = (): number => 1;
const adam = (prefix = ''): Record<string, string> =>
  Object.fromEntries(['rate', 'beta1', 'beta2'].map((name) => [name, `${prefix}${name}`]));
const allOf = (...names: readonly string[]): Record<string, string> => Object.fromEntries(names.map((name) => [name, name]));

/** Whether the discriminator's step needs the graph with penalties and norms, which takes longer. */
const isRestrained = ({ r1, gp, spectral }: Coefficients): boolean => r1 !== 0 || gp !== 0 || spectral !== 0;

const discriminatorStep: Phase = {
  graph: 'gan.discriminator-step',
  network: 'discriminator',
  others: { generator: 'generator' },
  draws: {
    real: { kind: 'data', stream: streams.data },
    z: { kind: 'normal', stream: streams.noise },
    real_noise: { kind: 'normal', stream: streams.seenReal, scale: 'noise' },
    fake_noise: { kind: 'normal', stream: streams.seenFake, scale: 'noise' },
  },
  coefficients: { loss_index: 'loss', ...allOf('noise', 'clip'), ...adam('discriminator.') },
  losses: { loss: 'discriminator.loss' },
  times: (coefficients) => (isRestrained(coefficients) ? 0 : coefficients['discriminator.steps']!),
};

const generatorStep: Phase = {
  graph: 'gan.generator-step',
  network: 'generator',
  others: { discriminator: 'discriminator' },
  draws: {
    z: { kind: 'normal', stream: streams.generatorNoise },
    fake_noise: { kind: 'normal', stream: streams.seenByGenerator, scale: 'noise' },
  },
  coefficients: { loss_index: 'loss', ...allOf('noise'), ...adam('generator.') },
  losses: { loss: 'generator.loss' },
  times: ({ spectral, 'generator.steps': steps }) => (spectral === 0 ? steps! : 0),
};

const programs: Readonly<Record<TrainedModel['family'], Omit<Program, 'coefficients'>>> = {
  vae: {
    networks: { vae: null },
    mostTimes: 1,
    phases: [
      {
        graph: 'vae.step',
        network: 'vae',
        others: {},
        draws: { x: { kind: 'data', stream: streams.data }, noise: { kind: 'normal', stream: streams.noise } },
        coefficients: { ...allOf('beta'), ...adam() },
        losses: allOf('loss', 'reconstruction', 'kl'),
        times: once,
      },
    ],
  },
  gan: {
    networks: { discriminator: { stream: streams.discriminator }, generator: { stream: streams.generator } },
    mostTimes: MOST_TURNS,
    phases: [
      discriminatorStep,
      {
        ...discriminatorStep,
        graph: 'gan.discriminator-step.restrained',
        draws: { ...discriminatorStep.draws, between: { kind: 'uniform', stream: streams.between, low: 0, high: 1 } },
        coefficients: { ...discriminatorStep.coefficients, ...allOf('spectral', 'r1', 'gp') },
        losses: { ...discriminatorStep.losses, penalty: 'discriminator.penalty' },
        times: (coefficients) => (isRestrained(coefficients) ? coefficients['discriminator.steps']! : 0),
      },
      generatorStep,
      {
        ...generatorStep,
        graph: 'gan.generator-step.restrained',
        coefficients: { ...generatorStep.coefficients, ...allOf('spectral') },
        times: ({ spectral, 'generator.steps': steps }) => (spectral === 0 ? 0 : steps!),
      },
    ],
  },
  denoiser: {
    networks: { denoiser: null },
    mostTimes: 1,
    phases: [
      {
        graph: 'denoiser.step',
        network: 'denoiser',
        others: {},
        draws: {
          x: { kind: 'data', stream: streams.data },
          noise: { kind: 'normal', stream: streams.noise },
          // At 0 and 1 the log signal-to-noise ratio, by which the network is told the time, has no value.
          alpha_bar: { kind: 'uniform', stream: streams.time, low: trainedLevels.lowest, high: trainedLevels.highest },
        },
        coefficients: adam(),
        losses: allOf('loss'),
        times: once,
      },
    ],
  },
};
