/** What the panel of a GAN says. Pure, so that each sentence can be tested. */

import { ganLosses } from '../../src/maths/adversarial/optimum.ts';
import type { AdversarialRotation, AdversarialTruth } from '../../src/protocol/adversarialView.ts';
import type { NoOptimum } from '../../src/maths/adversarial/optimum.ts';
import type { Raster } from '../../src/maths/adversarial/pushforward.ts';
import type { Coefficients } from '../../src/protocol/training.ts';
import { formatCount } from '../shared/numbers.ts';
import { coefficientText, signed } from '../shared/training/words.ts';
import { lossOf } from './scores.ts';

export const lossNames: readonly string[] = ganLosses.map((loss) => loss.charAt(0).toUpperCase() + loss.slice(1).replace('-', ' '));

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** What a step has come to. */
export function stepSentence({ step, coefficients, truth }: AdversarialTruth): string {
  const start = `Step ${formatCount(step)}, ${lossOf(coefficients)} loss`;
  const { coverage, divergence, flat } = truth;
  const dimension = flat > 0.5 ? '; p_g has all but lost a dimension' : '';
  if (!coverage || divergence === null) return `${start}: the data have no density, so there is no truth to hold it against${dimension}.`;
  const { modesHit, hit, within } = coverage;
  return (
    `${start}: ${modesHit} of ${hit.length} modes hit, ${percent(within.generated)} of samples within 3σ of one ` +
    `(real data ${percent(within.real)}); JSD ${divergence.value.toFixed(3)} ± ${divergence.error.toFixed(3)} nats${dimension}.`
  );
}

export function unmeasuredSentence(step: number, coefficients: Coefficients): string {
  return `Step ${formatCount(step)}, ${lossOf(coefficients)} loss, not measured yet.`;
}

const noOptimumWords: Readonly<Record<NoOptimum, string>> = {
  wasserstein: 'A Wasserstein loss has no best score at a point: what is best is a potential of the whole plane, up to a constant.',
  r1: 'With R1 no score is the best at a point: the penalty ties each to its neighbours.',
  gp: 'With a gradient penalty no score is the best at a point: the penalty ties each to its neighbours.',
  clip: 'With clipped weights the best score at a point is out of reach: no D that can be had is that steep.',
  spectral: 'With spectral normalisation the best score at a point is out of reach: no D that can be had is that steep.',
  'no-density': 'The data or the generator have no density, so no score is known to be the best.',
};

export function noOptimumSentence(why: NoOptimum): string {
  return noOptimumWords[why];
}

/** V(D*) − V(D) twice, how fine the mesh is that p_g is told by, and how steep D is. */
export function gapSentence({
  coefficients,
  raster,
  truth: { gap, divergence, found, steepest, steepnessBound },
  terms: { gradients },
}: AdversarialTruth): string {
  const slope =
    `The gradient of G’s loss is ${gradients.generator.toPrecision(2)} long, of D’s ${gradients.discriminator.toPrecision(2)}. ` +
    `D is at most ${steepest.toPrecision(3)} steep on the raster; its layers allow ${steepnessBound.toPrecision(3)}.`;
  const mesh =
    divergence && found && divergence.coarser !== null
      ? `Where fresh points of G lie, the mesh of z has ${percent(found.value)} ± ${percent(found.standardError)} of p_g’s mass; half as many ` +
        `cells along each side would change JSD by ${signed(divergence.coarser - divergence.value, 3)}. `
      : '';
  if (!gap) return `${mesh}${slope}`;
  const { integrated, sampled } = gap;
  const noise = coefficients['noise'] ?? 0;
  const width = cellWidth(raster);
  const cells = `cells ${width.toPrecision(2)} wide`;
  const how =
    noise > 0 ? `both with p_g in ${cells}${noise < width ? ', wider than the noise' : ''}` : `in ${cells}, where what is finer is lost`;
  return (
    `V(D*) − V(D) is ${signed(sampled.value, 3)} ± ${sampled.error.toFixed(3)} at fresh points and ${signed(integrated, 3)} over the plane, ` +
    `${how}. ${mesh}${slope}`
  );
}

export function cellWidth({ left, right, columns }: Raster): number {
  return (right - left) / columns;
}

/** How the game moves about where it is. */
export function rotationSentence({ now: { eigenvalues, steps } }: AdversarialRotation): string {
  const [first] = eigenvalues;
  if (!first) return 'No eigenvalue was found.';
  const turns = eigenvalues.filter(({ imaginary }) => Math.abs(imaginary) > 1e-9).length;
  const away = steps.filter(({ comesNearer }) => !comesNearer).length;
  return (
    `The largest eigenvalue is ${complexText(first)}; ${turns} of the ${eigenvalues.length} that were found turn. Plain gradient steps at these ` +
    `rates, both players at once, move away along ${away} of them; Adam scales each parameter on its own.`
  );
}

export function complexText({ real, imaginary }: { readonly real: number; readonly imaginary: number }): string {
  const digits = (value: number): string => signed(value, Math.abs(value) < 0.1 ? 4 : 2);
  return Math.abs(imaginary) < 1e-9 ? digits(real) : `${digits(real)} ± ${digits(Math.abs(imaginary))}i`;
}

const coefficientNames: Readonly<Record<string, string>> = {
  'discriminator.steps': 'D steps',
  'generator.steps': 'G steps',
  r1: 'R1',
  gp: 'gradient penalty',
  'discriminator.rate': 'D rate',
  'generator.rate': 'G rate',
  'discriminator.beta1': 'D β₁',
  'generator.beta1': 'G β₁',
  'discriminator.beta2': 'D β₂',
  'generator.beta2': 'G β₂',
};

/** What changed at a step: "hinge", "R1 1". One step of a player alone is not marked. */
export function changeWords(before: Coefficients | undefined, after: Coefficients): string {
  const isOnePlayers = (coefficients: Coefficients | undefined): boolean =>
    coefficients?.['discriminator.steps'] === 0 || coefficients?.['generator.steps'] === 0;
  const single = isOnePlayers(before) || isOnePlayers(after);
  return Object.entries(after)
    .filter(([name, value]) => before && before[name] !== value && !(single && name.endsWith('.steps')))
    .map(([name, value]) => changeOf(name, value, after))
    .join(', ');
}

/** Each coefficient in words, for what is changed of several: "without R1". */
export function changeOf(name: string, value: number, coefficients: Coefficients): string {
  if (name === 'loss') return lossOf(coefficients);
  const isOff = name === 'clip' ? value === Infinity : value === 0;
  const words = coefficientNames[name] ?? name;
  return isOff && ['r1', 'gp', 'clip', 'noise', 'spectral'].includes(name) ? `no ${words}` : `${words} ${coefficientText(value)}`;
}
