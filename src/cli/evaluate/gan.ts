/** `genlens evaluate` of a GAN. */

import type { EngineSettings } from '../../protocol/inference.ts';
import type { GanEvaluation, LoadedGan } from '../../protocol/gan.ts';
import type { ModelAnswers } from '../../protocol/question.ts';
import { withGan } from '../ganEngine.ts';
import type { Terminal } from '../terminal.ts';
import { ganAsText } from './ganAsText.ts';

export interface EvaluateGanArguments {
  model: string;
  /** Paths. */
  data: string;
  train: string | null;
  samples: number | undefined;
  truncation: number | null;
  seed: number;
  json: boolean;
  answers: ModelAnswers;
  settings: EngineSettings;
}

/** Where it is not said how many. */
const SAMPLES = 2000;
/** Items of each data set that are compared. */
const MOST = 2000;

export async function evaluateGan(args: EvaluateGanArguments, terminal: Terminal): Promise<void> {
  const { data, train, samples = SAMPLES, truncation, seed } = args;
  await withGan(terminal, args.model, args.settings, args.answers, async (client, loaded, source) => {
    const found = await client.evaluate(
      { data, ...(train !== null && { train }), samples, seed, truncation, most: MOST },
      { signal: terminal.signal, onProgress: (progress) => terminal.progress(progress) },
    );
    terminal.print(args.json ? `${JSON.stringify(asJson(source.id, loaded, found), null, 2)}\n` : ganAsText(source.name, loaded, found));
  });
}

/** Arrays as lists; what is no number is null. */
function asJson(
  model: string,
  { prior, range, classes, provider, judged }: LoadedGan,
  { scores, coverage, diversity, ...found }: GanEvaluation,
): object {
  const listed = (values: ArrayLike<number> | null): (number | null)[] | null =>
    values && Array.from(values, (value) => (Number.isFinite(value) ? value : null));
  return {
    ...{ model, prior, range, classes, judged, provider, ...found },
    scores: scores && {
      ...scores,
      each: { samples: listed(scores.each.samples), data: listed(scores.each.data), train: listed(scores.each.train) },
    },
    coverage: coverage && { ...coverage, asked: listed(coverage.asked), read: listed(coverage.read) },
    diversity: {
      ...diversity,
      byClass: diversity.byClass && { samples: listed(diversity.byClass.samples), data: listed(diversity.byClass.data) },
    },
  };
}
