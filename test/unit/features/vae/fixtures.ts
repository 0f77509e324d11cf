/** The tiny models of test/fixtures/vae-models on the real runtime, and what NumPy makes of them. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { answersOf, nextQuestion, type Answered } from '../../../../src/features/models/questions.ts';
import { vaeQuestions } from '../../../../src/models/openQuestions.ts';
import { sourceOfFiles } from '../../../../src/models/vae/source.ts';
import type { VaeInspection, VaeSource } from '../../../../src/protocol/vae.ts';
import { startVae } from '../../engine/inference/vae/support.ts';
import { settings } from '../../engine/inference/support/service.ts';

export const folder = join(import.meta.dirname, '../../../fixtures/vae-models');
export const fileOf = (name: string): string => join(folder, name);

/** Numbers in the order of [3, ...]; null where there is no encoder's. */
export const expected = JSON.parse(readFileSync(fileOf('expected.json'), 'utf8')) as Readonly<
  Record<string, { z: number[]; decoded: number[]; mean: number[] | null; logVariance: number[] | null }>
>;

/** @param encoder the decoder's own file where it is left out; null: none */
export function sourceOf(decoder: string, encoder: string | null = decoder): VaeSource {
  return sourceOfFiles(fileOf(decoder), encoder === null ? null : fileOf(encoder));
}

export async function inspected(source: VaeSource): Promise<{ service: ReturnType<typeof startVae>; inspection: VaeInspection }> {
  const service = startVae();
  return { service, inspection: await service.inspect({ source, settings }) };
}

/** Answers question after question; the ids in their order. */
export function answerAll(inspection: VaeInspection, source: VaeSource, says: Readonly<Record<string, string>>): Answered {
  let answered: Answered = [];
  for (;;) {
    const open = nextQuestion(vaeQuestions(inspection, source), answered);
    if (!open) return answered;
    const { id } = open.question;
    const value = says[id];
    if (value === undefined) throw new Error(`${id} was asked: ${open.question.text}`);
    answered = [...answered, { id, value }];
  }
}

export { answersOf, settings };
