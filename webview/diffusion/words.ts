/** What the diffusion panel says. Pure, so that each sentence can be tested. */

import { planeSamplers, type PlaneRunChoice } from '../../src/maths/diffusion/planeSamplers.ts';
import type { DenoiserFacts, DenoiserGuided, DenoiserMeasures, DenoiserPlace, FlowKind } from '../../src/protocol/denoiserView.ts';
import type { Coefficients, Estimate } from '../../src/protocol/training.ts';
import { counted, formatCount } from '../shared/numbers.ts';
import { coefficientText, signed } from '../shared/training/words.ts';

export const flowNames: Readonly<Record<FlowKind, string>> = {
  learned: 'Learned denoiser',
  exact: 'Exact score',
  memory: 'Training points alone',
  guided: 'Exact score, guided',
  forward: 'Forward: noise put on the data',
};

/** "DDIM in 30 steps" */
export function samplerWords({ sampler, steps, eta }: PlaneRunChoice): string {
  const title = planeSamplers.find(({ id }) => id === sampler)?.title ?? sampler;
  return `${title}${sampler === 'ddim' && eta > 0 ? ` with eta ${coefficientText(eta)}` : ''} in ${counted(steps, 'step')}`;
}

/** What a step has come to. */
export function stepSentence({ step, truth }: DenoiserMeasures, facts: DenoiserFacts | null, run: PlaneRunChoice): string {
  const { overall, distance } = truth;
  const floor = facts ? ` over a floor of ${signed(facts.floor.mean, 3)}` : '';
  return (
    `Step ${formatCount(step)}: loss ${signed(overall.loss.value, 3)}, of which ${signed(overall.above.value, 3)} is error of the score${floor}. ` +
    `Samples by ${samplerWords(run)} are ${signed(distance.learned, 3)} from the data; with the exact score ${signed(distance.exact, 3)}, ` +
    `two samples of the data ${signed(distance.data, 3)}.`
  );
}

/** @param why it cannot be measured; null: it has not been yet */
export function unmeasuredSentence(step: number, why: string | null): string {
  return `Step ${formatCount(step)}${why === null ? ', not measured yet.' : `: ${why}`}`;
}

/** Where the pictures stand. */
export function timeWords(at: number, last: number, level: number): string {
  return `${at === last ? 'samples' : `evaluation ${at + 1} of ${last}`}, ᾱ = ${levelText(level)}`;
}

/** 0.0010, 0.35, 1. */
export function levelText(level: number): string {
  return level > 0.9999 ? '1' : level < 0.01 ? level.toFixed(4) : level.toFixed(3);
}

/** The loss is the floor and what is above it: two computations that share no draw. */
export function agreement({ truth: { overall } }: DenoiserMeasures, { floor }: DenoiserFacts): string {
  const apart = Math.abs(overall.difference.value - floor.mean) / overall.difference.standardError;
  return `The loss less the score’s error, over fresh points, and the floor by quadrature are ${Number.isFinite(apart) ? apart.toFixed(1) : 'no known number of'} standard errors apart.`;
}

/** What the likelihood of the flow says; null: not measured. */
export function likelihoodSentence({ truth: { likelihood } }: DenoiserMeasures): string | null {
  if (!likelihood) return null;
  const { learned, exact, divergence } = likelihood;
  return (
    `log p of the learned flow, with the exact divergence, is ${withError(learned)} nats a point, of the data ${withError(exact)}: ` +
    `KL(data || flow) = ${withError(divergence, 3)}.`
  );
}

/** What learning by heart would be, against what was learned. */
export function memorySentence({ truth: { levels } }: DenoiserMeasures, memory: number): string {
  const mean = (of: (level: (typeof levels)[number]) => Estimate): number =>
    levels.reduce((sum, level) => sum + of(level).value, 0) / levels.length;
  const [toMemory, toExact] = [mean(({ toMemory: found }) => found), mean(({ toExact: found }) => found)];
  return (
    `Against the best denoiser of ${counted(memory, 'training point')}, which gives these back, the learned one is ${signed(toMemory, 3)} off; ` +
    `against the exact one ${signed(toExact, 3)} (mean square over levels even in log SNR).`
  );
}

/** What guidance samples, against what it is said to. */
export function guidedSentence({ apart }: DenoiserGuided, guidance: number): string {
  const scale = coefficientText(guidance);
  return (
    `At scale ${scale} guidance samples a density that is ${(100 * apart).toFixed(0)} % apart (total variation) from p(x)^(1−s) p(x|c)^s, s = ${scale}` +
    `${guidance === 1 ? ': at 1 both are p(x|c), and what is left is the raster' : ''}.`
  );
}

/** What a run's places say of its samples. */
export function distanceNote(place: DenoiserPlace | undefined): string {
  return place
    ? `Two independent samples of the data are ${signed(place.data, 4)} apart: no sampler can be told from exact below that.`
    : '';
}

/** What changed at a step. */
export function changeWords(before: Coefficients | undefined, after: Coefficients): string {
  return Object.entries(after)
    .filter(([name, value]) => before && before[name] !== value)
    .map(([name, value]) => `${name} ${coefficientText(value)}`)
    .join(', ');
}

function withError({ value, standardError }: Estimate, digits = 2): string {
  return `${signed(value, digits)} ± ${standardError.toFixed(digits)}`;
}
