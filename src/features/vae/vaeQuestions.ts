import { findingsOf } from '../../models/vae/findings.ts';
import type { VaeInspection, VaeSource } from '../../protocol/vae.ts';
import type { QuestionsUnder } from '../models/questions.ts';

/** What its files leave open, under some answers. */
export function vaeQuestions({ tensors, probes }: Pick<VaeInspection, 'tensors' | 'probes'>, source: VaeSource): QuestionsUnder {
  return (answers) => findingsOf(tensors, probes, { ...source, answers: { ...source.answers, ...answers } }).questions;
}
