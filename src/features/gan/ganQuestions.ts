import { ganFindings } from '../../models/gan/findings.ts';
import type { GanInspection, GanSource } from '../../protocol/gan.ts';
import type { QuestionsUnder } from '../models/questions.ts';

/** What its files leave open, under some answers. */
export function ganQuestions({ tensors, probes }: Pick<GanInspection, 'tensors' | 'probes'>, source: GanSource): QuestionsUnder {
  return (answers) => ganFindings(tensors, probes, { ...source, answers: { ...source.answers, ...answers } }).questions;
}
