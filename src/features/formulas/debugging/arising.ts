/** Where NaN or infinity arises in a statement. */

import { infiniteIn } from '../../../maths/summary.ts';
import type { StatementTerms, StatementValues } from '../../../protocol/terms.ts';
import { shareOf } from './words.ts';

export interface Arising {
  readonly what: 'NaN' | 'Infinity';
  readonly code: string;
  /** "3 of 40 are NaN" */
  readonly words: string;
}

/** Each term once, in the order in which they are computed. */
export function arisingIn(terms: StatementTerms, computed: StatementValues | null): Arising[] {
  const found = (computed?.terms ?? []).flatMap((term): Arising[] => {
    if ('problem' in term || term.origin === null) return [];
    const code = terms.terms.find(({ id }) => id === term.id)?.code ?? '';
    const { nan, count } = term.summary;
    return term.origin === 'nan'
      ? [{ what: 'NaN', code, words: shareOf(nan, count, 'NaN') }]
      : [{ what: 'Infinity', code, words: shareOf(infiniteIn(term.summary), count, 'infinite') }];
  });
  return found.filter(({ code }, at) => found.findIndex((one) => one.code === code) === at);
}
