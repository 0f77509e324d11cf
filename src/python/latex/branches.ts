/** What an `if` or a `match` decides. */

import type { Expression, If, Statement, Try } from '../syntax/ast.ts';

export interface Branch {
  /** null: in all other cases. */
  readonly test: Expression | null;
  readonly body: readonly Statement[];
}

export function branchesOf(statement: If | (Try & { kind: 'match' | 'try' })): Branch[] {
  if (statement.kind === 'if') {
    const branches: Branch[] = [...statement.branches, { test: null, body: statement.otherwise }];
    // What may be left out is taken to be there.
    return branches.flatMap(({ test, body }) =>
      test && isMissing(test, 'is') ? [] : [{ test: test && isMissing(test, 'is not') ? null : test, body }],
    );
  }
  const [first] = statement.body;
  const subject = first?.kind === 'expression' ? first.value : null;
  const branches = statement.alternatives.map((body, at): Branch => {
    const pattern = statement.patterns[at] ?? null;
    if (!pattern || !subject) return { test: null, body };
    const { start, end } = pattern;
    return { test: { kind: 'comparison', first: subject, rest: [{ operator: '==', operand: pattern }], start, end }, body };
  });
  return branches.some(({ test }) => test === null) ? branches : [...branches, { test: null, body: [] }];
}

/** `mask is None`, `mask is not None`. */
function isMissing(test: Expression, operator: 'is' | 'is not'): boolean {
  if (test.kind !== 'comparison') return false;
  const [only] = test.rest;
  const isNone = only?.operand.kind === 'constant' && only.operand.value === null;
  return test.rest.length === 1 && isNone && only.operator === operator && (test.first.kind === 'name' || test.first.kind === 'attribute');
}

/** `a` if the first test, else what the others say; the last one's test is not needed. */
export function conditional(rows: readonly { test: Expression | null; value: Expression }[]): Expression | null {
  const last = rows.findIndex(({ test }) => test === null);
  const used = last < 0 ? rows : rows.slice(0, last + 1);
  return used
    .slice(0, -1)
    .reduceRight<Expression | null>(
      (otherwise, { test, value }) =>
        otherwise && test ? { kind: 'conditional', test, then: value, otherwise, start: value.start, end: value.end } : value,
      used.at(-1)?.value ?? null,
    );
}
