/** What a model's files leave open, question after question: which is next, and what can be answered. */

import type { QuestionsUnder } from '../../models/openQuestions.ts';
import type { ModelAnswers, ModelQuestion } from '../../protocol/question.ts';

export type Answered = readonly { readonly id: string; readonly value: string }[];

export const answersOf = (answered: Answered): ModelAnswers => Object.fromEntries(answered.map(({ id, value }) => [id, value]));

export interface OpenQuestion {
  readonly question: ModelQuestion;
  /** From 1; how many there are depends on the answers. */
  readonly step: number;
  readonly steps: number;
}

/** The next question under the answers that were given; null: all is known. */
export function nextQuestion(questionsUnder: QuestionsUnder, answered: Answered): OpenQuestion | null {
  const questions = questionsUnder(answersOf(answered));
  const [question] = questions;
  return question ? { question, step: answered.length + 1, steps: answered.length + questions.length } : null;
}

export interface Choice {
  readonly value: string;
  readonly label: string;
  /** What speaks for it. */
  readonly because: string | null;
}

/** The likely answer first, or, where nothing speaks for one, the one that leaves it open; the others as they stand. */
export function choicesOf({ options, likely }: ModelQuestion): Choice[] {
  const choices = options.map(({ value, label }) => ({ value, label, because: likely?.value === value ? likely.because : null }));
  const first = choices.filter(({ value, because }) => (likely ? because !== null : value === 'none'));
  return [...first, ...choices.filter((choice) => !first.includes(choice))];
}

/** A question and what is told beside it: the part behind the question mark. */
export function partsOf({ text }: ModelQuestion): { readonly question: string; readonly told: string | null } {
  const end = text.indexOf('?') + 1;
  const told = end > 0 ? text.slice(end).trim() : '';
  return told === '' ? { question: text, told: null } : { question: text.slice(0, end), told };
}

/** What is wrong with a number that was typed; undefined: nothing. */
export function wrongNumber(typed: string): string | undefined {
  const value = typed.trim() === '' ? NaN : Number(typed);
  return value > 0 && Number.isFinite(value)
    ? undefined
    : `Give a number above 0, such as 0.25${typed.trim() === '' ? '' : `; “${typed}” is none`}.`;
}
