/** What a model's files leave open, asked. */

import type { ModelAnswers, ModelQuestion } from '../protocol/question.ts';

/** Questions as they arise, and the answer that each is gone on with. */
export class Asking {
  readonly questions: ModelQuestion[] = [];
  private readonly answers: ModelAnswers | undefined;

  constructor(answers: ModelAnswers | undefined) {
    this.answers = answers;
  }

  /** An answer that is a number above 0, where one may be stated freely. */
  number(id: string): number | undefined {
    const value = Number(this.answers?.[id]);
    return value > 0 && Number.isFinite(value) ? value : undefined;
  }

  /** What is gone on with; null where there is neither an answer nor a likely one. */
  ask<Value extends string>(
    question: Omit<ModelQuestion, 'options' | 'likely'> & { options: Record<Value, string>; likely: ModelQuestion['likely'] },
  ): Value | null {
    const options = Object.entries<string>(question.options).map(([value, label]) => ({ value, label }));
    const given = this.answers?.[question.id];
    if (given !== undefined && options.some(({ value }) => value === given)) return given as Value;
    this.questions.push({ ...question, options });
    return (question.likely?.value ?? null) as Value | null;
  }

  /** Of what is claimed only where somebody has said so: null without an answer, whatever is likely. */
  stated<Value extends string>(question: Parameters<typeof this.ask<Value>>[0]): Value | null {
    const chosen = this.ask(question);
    return this.questions.at(-1)?.id === question.id ? null : chosen;
  }
}
