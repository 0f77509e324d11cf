/** The rules that look at what becomes of values, each broken property told once. */

import type { Computed } from '../../expression/follow/context.ts';
import { unwrap } from '../../expression/node.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { halvesOfAnswers } from './answers.ts';
import { axesOfCounts } from './axesOfCounts.ts';
import { causal } from './causal.ts';
import { cancelled } from './cancelled.ts';
import { clipping } from './clipping.ts';
import { compiled } from './compiled.ts';
import { cosines } from './cosines.ts';
import { cycles } from './cycles.ts';
import { detached } from './detached.ts';
import { deviations } from './deviations.ts';
import { discrepancies } from './discrepancies.ts';
import { distillation, heldStudents } from './distillation.ts';
import { effectiveNumbers } from './effectiveNumbers.ts';
import { gumbel } from './gumbel.ts';
import { firstSteps } from './firstSteps.ts';
import { floors } from './floors.ts';
import { focal, focalWeights } from './focal.ts';
import { entropies } from './entropies.ts';
import { expectations } from './expectations.ts';
import { halvesOfEntropy } from './halvesOfEntropy.ts';
import { heldExamples, heldGenerator } from './heldGenerator.ts';
import { inputs } from './inputs.ts';
import { labels } from './labels.ts';
import { lengths, lengthsOffOne } from './lengths.ts';
import { likelihoods } from './likelihoods.ts';
import { marginals } from './marginals.ts';
import { margins, turnedMargins } from './margins.ts';
import { masks } from './masks.ts';
import { mixtures } from './mixtures.ts';
import { multiSample } from './multiSample.ts';
import { nearest } from './nearest.ts';
import { noise } from './noise.ts';
import { norms } from './norms.ts';
import { paddings } from './paddings.ts';
import { pairs } from './pairs.ts';
import { penalties } from './penalties.ts';
import { perplexity } from './perplexity.ts';
import { positives } from './positives.ts';
import { reductions } from './reductions.ts';
import { rollouts } from './rollouts.ts';
import { rotations, rotationsByRows, turnedApart } from './rotations.ts';
import { sameSides } from './sameSides.ts';
import { scale } from './scale.ts';
import { scaledAlike } from './scaledAlike.ts';
import { schedules } from './schedules.ts';
import { scalesOfSquares } from './scalesOfSquares.ts';
import { shifts } from './shifts.ts';
import { sidesOfLosses } from './sidesOfLosses.ts';
import { sinusoids } from './sinusoids.ts';
import { smoothedSums } from './smoothedSums.ts';
import { smoothing } from './smoothing.ts';
import { softmaxAxis } from './softmaxAxis.ts';
import { spreadsOfLogs } from './spreadsOfLogs.ts';
import { straightThrough } from './straightThrough.ts';
import { summedErrors } from './summedErrors.ts';
import { takenOff } from './takenOff.ts';
import { nucleus, shareOfGreatest } from './nucleus.ts';
import { telescoping } from './telescoping.ts';
import { targets, targetsOfCritics } from './targets.ts';
import { temperature } from './temperature.ts';
import { totals } from './totals.ts';
import { unweighted } from './unweighted.ts';

type Rule = (statement: Computed, checked: Checked) => Iterable<Fault>;

const each: readonly Rule[] = [
  inputs,
  compiled,
  masks,
  causal,
  paddings,
  softmaxAxis,
  scale,
  noise,
  schedules,
  likelihoods,
  penalties,
  reductions,
  temperature,
  perplexity,
  straightThrough,
  smoothing,
  detached,
  targets,
  halvesOfAnswers,
  labels,
  pairs,
  cycles,
  rollouts,
  rotations,
  distillation,
  discrepancies,
  expectations,
  lengths,
  mixtures,
  multiSample,
  spreadsOfLogs,
  scalesOfSquares,
  nearest,
  gumbel,
  sinusoids,
  heldGenerator,
  heldExamples,
  clipping,
  cosines,
  nucleus,
  shareOfGreatest,
  telescoping,
  totals,
  cancelled,
  effectiveNumbers,
  deviations,
  focal,
  smoothedSums,
  turnedApart,
  shifts,
  entropies,
  heldStudents,
  scaledAlike,
  positives,
  marginals,
  margins,
  sidesOfLosses,
  sameSides,
  unweighted,
  firstSteps,
  axesOfCounts,
];

/** Those that only say that something is wrong: what a near miss says of the same, with how it is mended, says more. */
const last: readonly Rule[] = [
  floors,
  targetsOfCritics,
  rotationsByRows,
  norms,
  lengthsOffOne,
  focalWeights,
  halvesOfEntropy,
  turnedMargins,
  summedErrors,
  takenOff,
];

const told = new WeakMap<Checked, Set<string>>();

export const brokenProperties = (statement: Computed, checked: Checked): Generator<Fault> => byRules(each, statement, checked);

/** What is told of statements of which nothing else is. */
export function* otherProperties(checked: Checked, known: readonly Fault[]): Generator<Fault> {
  const wrong = new Set(known.flatMap(({ statement, at }) => [statement, at, unwrap(at)]));
  for (const statement of checked.computed) {
    if (wrong.has(statement)) continue;
    for (const fault of byRules(last, statement, checked)) if (!wrong.has(fault.at) && !wrong.has(unwrap(fault.at))) yield fault;
  }
}

function* byRules(rules: readonly Rule[], statement: Computed, checked: Checked): Generator<Fault> {
  let known = told.get(checked);
  if (!known) told.set(checked, (known = new Set()));
  for (const rule of rules) {
    for (const fault of rule(statement, checked)) {
      // It may spoil several statements, and `total += x` is two of one text.
      const key = `${fault.rule} ${fault.at.id}`;
      if (known.has(key)) continue;
      known.add(key);
      yield fault;
    }
  }
}
