/** What is found in code, as it is told to others. */

import { plainLatex } from '../../formulas/formula.ts';
import type { Span } from '../../maths/nesting.ts';
import type { Finding } from '../../protocol/python.ts';
import type { Expression, FunctionDefinition } from '../syntax/ast.ts';
import { codeLatexOf, definitionAt, type Code } from './codeLatex.ts';
import type { Described } from './described.ts';
import { variablesOf } from './variables.ts';

/** Where values stand in the code around. */
export interface Places<N> {
  /** Within a place, or before it; in the order of the text. */
  readonly spansOf: (value: N, place: Span) => readonly Span[];
  /** The statement before a place that gives a value to a name. */
  readonly definitionOf: (name: string, value: N, place: Span) => Span | null;
}

/** `place` is where the described code stands in `code.text`. */
export function findingOf<N>(
  { formula, equality, remarks, parts, calls, holdings, followed }: Described<N>,
  place: Span,
  holder: FunctionDefinition | null,
  code: Code,
  { spansOf, definitionOf }: Places<N>,
): Omit<Finding, 'isPart' | 'diagnostics'> {
  const definitions = new Map<string, Expression>();
  for (const { name, value } of followed) {
    const definition = definitionOf(name, value, place);
    const expression = definition && definitionAt(code.statements, definition, name, place);
    if (expression) definitions.set(name, expression);
  }
  const textOf = ({ start, end }: Span): string => code.text.slice(start, end);
  const latex = codeLatexOf(place, code, definitions) ?? { latex: formula.latex, variables: [] };
  return {
    ...place,
    formula: formula.id,
    latex: latex.latex,
    equality,
    remarks: [...remarks],
    variables: variablesOf({ formula, holdings }, latex, {
      spansOf: (value) => spansOf(value, place),
      textOf,
      latexOf: (span) => {
        const written = codeLatexOf(span, code, new Map());
        return written && plainLatex(written.latex);
      },
    }),
    parts: [...parts],
    holder: holder && { name: holder.name, start: holder.nameRange.start, end: holder.nameRange.end },
    calls,
  };
}
