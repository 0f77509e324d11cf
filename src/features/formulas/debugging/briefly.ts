/** What is said of a statement at the end of its line, and in a hover. */

import { arisingIn } from './arising.ts';
import { shownVariables, type StatementValuesShown } from './shownStop.ts';
import { lineOf, wordsOf } from './words.ts';

/** A variable and its value on one line; of a statement that has run, what it was assigned. */
export interface Brief {
  readonly code: string;
  readonly words: string;
}

export function briefValues({ terms, standing, valueAt }: StatementValuesShown, resultAlone: boolean): Brief[] {
  const result = standing === 'before' && terms.target ? valueAt(terms.target.path) : null;
  const shown =
    resultAlone && terms.target && result && result.kind !== 'unread'
      ? [{ code: terms.target.code, value: result }]
      : shownVariables(terms, valueAt).map(({ code, path }) => ({ code, value: valueAt(path) }));
  return shown.flatMap(({ code, value }) => {
    if (value.kind === 'none') return [];
    return value.kind === 'unread' ? (resultAlone ? [] : [{ code, words: value.why }]) : [{ code, words: lineOf(wordsOf(value)) }];
  });
}

/** Short: what is wrong first. */
export function inlineWords(shown: StatementValuesShown): string[] {
  const arising = shown.standing === 'here' ? arisingIn(shown.terms, shown.computed) : [];
  return [
    ...arising.map(({ what, code }) => `${what} arises at ${code}`),
    ...briefValues(shown, true).map(({ code, words }) => `${code}  ${words}`),
  ];
}
