/** Asks what a model's files leave open. */

import type * as vscode from 'vscode';
import type { QuestionsUnder } from '../../models/openQuestions.ts';
import { back, pickStep, typeStep } from '../steps.ts';
import { choicesOf, nextQuestion, partsOf, wrongNumber, type Answered, type OpenQuestion } from './questions.ts';

/** An item of the list that stands for no option: the answer is typed. */
type Item = vscode.QuickPickItem & { readonly value: string | null };

/** The answers, in the order of the questions; back: to before the first; undefined: the user has closed it. */
export async function askQuestions(questionsUnder: QuestionsUnder, name: string): Promise<Answered | typeof back | undefined> {
  let answered: Answered = [];
  // What was answered before the user went back.
  const before = new Map<string, string>();
  for (;;) {
    const open = nextQuestion(questionsUnder, answered);
    if (!open) return answered;
    const { id } = open.question;
    const value = await ask(open, `Add ${name}`, before.get(id));
    if (value === undefined) return undefined;
    if (value !== back) {
      before.set(id, value);
      answered = [...answered, { id, value }];
    } else if (answered.length === 0) return back;
    else answered = answered.slice(0, -1);
  }
}

async function ask(
  { question, step, steps }: OpenQuestion,
  title: string,
  before: string | undefined,
): Promise<string | typeof back | undefined> {
  const { question: asked, told } = partsOf(question);
  const shown = { title, question: asked, step, totalSteps: steps };
  const items: Item[] = choicesOf(question).map(({ value, label, because }, at) => {
    const lines = [...(because === null ? [] : [`Likely: ${because}.`]), ...(told !== null && at === 0 ? [told] : [])];
    return { label, value, ...(lines.length > 0 && { detail: lines.join(' ') }) };
  });
  if (question.number) items.push({ label: 'Another value…', description: 'any number above 0', value: null });
  for (;;) {
    const active = items.find(({ value }) => value === (before ?? question.likely?.value));
    const picked = await pickStep<Item>({ ...shown, items, active, canGoBack: true });
    if (picked === undefined || picked === back) return picked;
    if (picked.value !== null) return picked.value;
    const typed = await typeStep({ ...shown, question: question.text, value: before ?? '', wrong: wrongNumber });
    if (typed !== back) return typed?.trim();
  }
}
