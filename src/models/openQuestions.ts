/** What the files of a model leave open, under some answers. Only who adds a model needs it: the host loads it then. */

import type { GanInspection, GanSource } from '../protocol/gan.ts';
import type { ModelAnswers, ModelQuestion } from '../protocol/question.ts';
import type { VaeInspection, VaeSource } from '../protocol/vae.ts';
import { ganFindings } from './gan/findings.ts';
import { findingsOf } from './vae/findings.ts';

export type QuestionsUnder = (answers: ModelAnswers) => readonly ModelQuestion[];

export function vaeQuestions({ tensors, probes }: Pick<VaeInspection, 'tensors' | 'probes'>, source: VaeSource): QuestionsUnder {
  return (answers) => findingsOf(tensors, probes, { ...source, answers: { ...source.answers, ...answers } }).questions;
}

export function ganQuestions({ tensors, probes }: Pick<GanInspection, 'tensors' | 'probes'>, source: GanSource): QuestionsUnder {
  return (answers) => ganFindings(tensors, probes, { ...source, answers: { ...source.answers, ...answers } }).questions;
}
