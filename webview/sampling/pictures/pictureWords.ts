/** What the sampling view says of pictures. Pure, so that each sentence can be tested. */

import type { Picture } from '../../../src/protocol/pictures.ts';
import type { PictureOutcome, PictureRun, PictureSettings, SamplingModel } from '../../../src/protocol/sampling.ts';
import { counted, formatDuration } from '../../shared/numbers.ts';
import { sizeOf } from '../../shared/pictures/drawing.ts';

/** What happens when pictures are sampled. */
export function pictureStartSentence(model: SamplingModel, { from, count, temperature }: PictureSettings, around: Picture | null): string {
  const spread = temperature === 1 ? '' : `, deviations times ${temperature}`;
  if (from === 'prior') return `${model.title} decodes ${counted(count, 'sample')} of z from the prior N(0, I)${spread}.`;
  if (!around) return 'Choose the picture to sample around.';
  return `${model.title} decodes ${counted(count, 'sample')} of z around ${around.name}, from the encoder’s q(z|x)${spread}.`;
}

/** What is seen of a run. */
export function pictureRunSentence({ shape, levels, settings, around }: PictureRun, model: SamplingModel): string {
  const count = shape ? levels.length / sizeOf(shape) : 0;
  const from = around ? `around ${around.name}` : 'from the prior';
  return `${counted(count, 'sample')} of ${model.title} ${from}, seed ${settings.seed}${settings.temperature === 1 ? '' : `, deviations times ${settings.temperature}`}.`;
}

export function pictureOutcomeSentence({ took }: PictureOutcome, count: number): string {
  return `${counted(count, 'sample')} in ${formatDuration(took)}.`;
}

export function pictureSettingsSummary({ from, temperature, count, seed }: PictureSettings): string {
  const parts = [
    from === 'prior' ? 'prior' : 'around a picture',
    ...(temperature === 1 ? [] : [`T ${temperature}`]),
    counted(count, 'sample'),
    `seed ${seed}`,
  ];
  return parts.join(' · ');
}
