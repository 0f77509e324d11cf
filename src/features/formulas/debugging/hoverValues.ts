/** Values of a formula in its hover, while a program is stopped. */

import { plain } from '../hoverText.ts';
import { arisingIn } from './arising.ts';
import { briefValues } from './briefly.ts';
import type { StatementValuesShown } from './shownStop.ts';

/** Markdown; null where nothing is known. */
export function valuesMarkdown(shown: StatementValuesShown): string | null {
  const values = briefValues(shown, false).map(({ code, words }) => `**${plain(code)}** ${plain(words)}`);
  const arising = arisingIn(shown.terms, shown.computed).map(
    ({ what, code, words }) => `**${what} arises** at ${plain(code)}: ${plain(words)}.`,
  );
  if (values.length + arising.length === 0) return null;
  const when = { here: 'before this line runs', within: 'now', before: 'now', after: 'now; this line has not run' }[shown.standing];
  return [...arising, ...(values.length > 0 ? [`*Values ${when}:* ${values.join('; ')}`] : [])].join('\n\n');
}
