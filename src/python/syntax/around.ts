/** What stands around a place of a text. */

import type { Span } from '../../maths/nesting.ts';
import type { Statement } from './ast.ts';

export const holds = (outer: Span, inner: Span): boolean => outer.start <= inner.start && inner.end <= outer.end;

/** Statements that hold a place, the outermost first. */
export function statementsAround(body: readonly Statement[], place: Span): Statement[] {
  const around: Statement[] = [];
  for (let level = body; ;) {
    const statement: Statement | undefined = level.find((one) => holds(one, place));
    if (!statement) return around;
    around.push(statement);
    level = innerOf(statement);
  }
}

/** The statements that a statement holds, not those within them. */
export function innerOf(statement: Statement): readonly Statement[] {
  return [
    ...('branches' in statement ? statement.branches.flatMap(({ body }) => body) : []),
    ...('body' in statement ? statement.body : []),
    ...('otherwise' in statement ? statement.otherwise : []),
    ...('alternatives' in statement ? statement.alternatives.flat() : []),
    ...('finally' in statement ? statement.finally : []),
  ];
}
