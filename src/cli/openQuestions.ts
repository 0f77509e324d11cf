import type { ModelQuestion } from '../protocol/question.ts';

/** What a model's files leave open, and how it is said on a command line. */
export function openQuestions(name: string, questions: readonly ModelQuestion[]): string {
  const lines = questions.map(({ id, text, options, likely, needed }) => {
    const choices = options.map(
      ({ value, label }) => `    --answer ${id}=${value}   ${label}${value === likely?.value ? ` (likely: ${likely.because})` : ''}\n`,
    );
    return `  ${text}${needed ? '' : ' (may be left open)'}\n${choices.join('')}`;
  });
  return `${name} does not say all that is needed to run it. Say it:\n${lines.join('')}`.trimEnd();
}
