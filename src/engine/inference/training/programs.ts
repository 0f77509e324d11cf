/** What a step of each kind of model is: which graphs run, on what, and what of it is told. */

import type { TrainedModel } from '../../../protocol/training.ts';

/** How an input of a step is drawn. Each has a random stream of its own, so that none depends on what else is drawn. */
export type Draw =
  { kind: 'data'; stream: number } | { kind: 'normal'; stream: number } | { kind: 'uniform'; stream: number; low: number; high: number };

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
  times: number;
}

export interface Program {
  /** Networks by the names that initial.npz has. */
  networks: readonly string[];
  phases: readonly Phase[];
}

/** Of a network's state in a graph: its inputs, and the outputs that replace them. */
export const stateParts = ['parameters', 'first', 'second', 'step'] as const;

// Data takes two streams. Streams stay what they are: with others a seed would give another training.
const streams = { data: 0, noise: 2, time: 3, between: 4, generatorNoise: 5 };

export function programOf(model: TrainedModel): Program {
  switch (model.family) {
    case 'vae':
      return {
        networks: ['vae'],
        phases: [
          {
            graph: 'vae.step',
            network: 'vae',
            others: {},
            draws: { x: { kind: 'data', stream: streams.data }, noise: { kind: 'normal', stream: streams.noise } },
            coefficients: { beta: 'beta', ...adam() },
            losses: { loss: 'loss', reconstruction: 'reconstruction', kl: 'kl' },
            times: 1,
          },
        ],
      };
    case 'gan':
      return {
        networks: ['discriminator', 'generator'],
        phases: [
          {
            graph: `gan.${model.loss}.discriminator-step`,
            network: 'discriminator',
            others: { generator: 'generator' },
            draws: {
              real: { kind: 'data', stream: streams.data },
              z: { kind: 'normal', stream: streams.noise },
              between: { kind: 'uniform', stream: streams.between, low: 0, high: 1 },
            },
            coefficients: { r1: 'r1', gp: 'gp', clip: 'clip', ...adam('discriminator.') },
            losses: { loss: 'discriminator.loss', penalty: 'discriminator.penalty' },
            times: model.discriminatorSteps,
          },
          {
            graph: `gan.${model.loss}.generator-step`,
            network: 'generator',
            others: { discriminator: 'discriminator' },
            draws: { z: { kind: 'normal', stream: streams.generatorNoise } },
            coefficients: adam('generator.'),
            losses: { loss: 'generator.loss' },
            times: 1,
          },
        ],
      };
    case 'denoiser':
      return {
        networks: ['denoiser'],
        phases: [
          {
            graph: 'denoiser.step',
            network: 'denoiser',
            others: {},
            draws: {
              x: { kind: 'data', stream: streams.data },
              noise: { kind: 'normal', stream: streams.noise },
              // At 0 and 1 the log signal-to-noise ratio, by which the network is told the time, has no value.
              alpha_bar: { kind: 'uniform', stream: streams.time, low: 1e-3, high: 0.999 },
            },
            coefficients: adam(),
            losses: { loss: 'loss' },
            times: 1,
          },
        ],
      };
  }
}

function adam(prefix = ''): Record<string, string> {
  return Object.fromEntries(['rate', 'beta1', 'beta2'].map((name) => [name, `${prefix}${name}`]));
}

/** Of all phases, each once. */
export function coefficientsOf({ phases }: Program): string[] {
  return phases.flatMap(({ coefficients }) => Object.values(coefficients));
}
