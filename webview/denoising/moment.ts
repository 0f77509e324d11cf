/** What there is of one item at one evaluation. */

import type { EvaluationOfRun, TensorName, TensorPictures } from '../../src/protocol/diffusion.ts';
import type { DenoisingPlace } from '../../src/protocol/denoisingView.ts';
import type { Trajectory } from './session.ts';
import type { TensorShape } from './tensorPictures.ts';

export type ShownTensor = 'x' | 'clean' | 'noise' | 'step';

export interface Moment {
  readonly item: number;
  /** The number of evaluations is that of the sample. */
  readonly evaluation: number;
  /** Of all evaluations of the sampler. */
  readonly count: number;
  /** What is told of the evaluation; null: of the sample there is none. */
  readonly told: EvaluationOfRun | null;
  readonly shape: TensorShape;
  /** [channels, height, width], made smaller where they are larger than is shown. */
  readonly tensors: Readonly<Partial<Record<ShownTensor, Float32Array>>>;
}

/** How many evaluations there will be. */
export function evaluationsOf({ run, settings, evaluations }: Trajectory): number {
  return run?.timesteps.length ?? Math.max(settings.run.steps, (evaluations.at(-1)?.index ?? -1) + 1);
}

/** The evaluation that is looked at, as far as it is there; null: none has come. */
export function shownEvaluation(trajectory: Trajectory, { evaluation }: DenoisingPlace): number | null {
  const { evaluations, run, from } = trajectory;
  const last = evaluations.at(-1)?.index;
  if (last === undefined) return null;
  return Math.max(from, Math.min(evaluation ?? last, run ? last + 1 : last));
}

/** null: it has not come. */
export function momentOf(trajectory: Trajectory, place: DenoisingPlace): Moment | null {
  const { evaluations, from, run } = trajectory;
  const evaluation = shownEvaluation(trajectory, place);
  if (evaluation === null) return null;
  const item = Math.min(place.item, trajectory.settings.count - 1);
  const [told, last] = [evaluations[evaluation - from], evaluations.at(-1)!];
  const { channels, height, width } = (told ?? last).pictures.x!;
  const common = { item, evaluation, count: run?.timesteps.length ?? evaluationsOf(trajectory), shape: { channels, height, width } };
  if (told) {
    const tensors = Object.fromEntries(
      (['x', 'clean', 'noise', 'step'] as const).flatMap((name) => {
        const pictures = told.pictures[name];
        return pictures ? [[name, itemOf(pictures, item)]] : [];
      }),
    );
    return { ...common, told, tensors };
  }
  return { ...common, told: null, tensors: { x: sampleOf(last, item) } };
}

/** x of every evaluation that has come and, where all have, the sample; or the clean sample of each. [channels, height, width] */
export function stripOf(trajectory: Trajectory, item: number, tensor: 'x' | 'clean'): { evaluation: number; values: Float32Array }[] {
  const { evaluations, run } = trajectory;
  const each = evaluations.flatMap(({ index, pictures }) => {
    const own = pictures[tensor];
    return own ? [{ evaluation: index, values: itemOf(own, item) }] : [];
  });
  const last = evaluations.at(-1);
  return tensor === 'x' && run && last ? [...each, { evaluation: last.index + 1, values: sampleOf(last, item) }] : each;
}

export function itemOf({ values, items }: TensorPictures, item: number): Float32Array {
  const size = values.length / items.length;
  return values.subarray(item * size, (item + 1) * size);
}

/** x after the last step. Means over pixels of x and of the step are those of their sum. */
function sampleOf({ pictures }: EvaluationOfRun, item: number): Float32Array {
  const [x, step] = [itemOf(pictures.x!, item), itemOf(pictures.step!, item)];
  return x.map((value, at) => value + step[at]!);
}

/** Root mean square of how far the clean sample is from that of the evaluation before; null: it is the first, or pictures are not whole. */
export function cleanChange({ evaluations, from }: Trajectory, { item, evaluation, shape }: Moment, whole: TensorShape): number | null {
  const [now, before] = [evaluations[evaluation - from], evaluations[evaluation - from - 1]].map((each) => each?.pictures.clean);
  if (!now || !before || shape.height !== whole.height || shape.width !== whole.width) return null;
  const [a, b] = [itemOf(now, item), itemOf(before, item)];
  return Math.sqrt(a.reduce((sum, value, at) => sum + (value - b[at]!) ** 2, 0) / a.length);
}

/** [items] of one tensor at an evaluation. */
export const lengthOf = (told: EvaluationOfRun, name: TensorName, item: number): number => told.lengths[name]?.[item] ?? NaN;
