/** What the numbers of a formula are in the code. */

import { plainLatex } from '../../formulas/formula.ts';
import type { Span } from '../../maths/nesting.ts';
import type { FormulaVariable } from '../../protocol/python.ts';
import type { Latex } from '../latex/latex.ts';
import type { Described, Holding } from './described.ts';

export interface Standing<N> {
  /** Where a value stands, in the order of the text. */
  readonly spansOf: (value: N) => readonly Span[];
  readonly textOf: (span: Span) => string;
  /** LaTeX of what stands there. */
  readonly latexOf: (span: Span) => string | null;
}

/** Longer pieces of code are called by their name. */
const longestCode = 60;

const isSame = (a: Span, b: Span): boolean => a.start === b.start && a.end === b.end;
const isIn = (inner: Span, outer: Span): boolean => inner.start >= outer.start && inner.end <= outer.end;

/**
 * The variables of a formula's LaTeX, each with the term that it is, then terms that the code does not name. What is made of several
 * variables, as `model(x, t)` is, takes the place of the first that stands nowhere else.
 */
export function variablesOf<N>(
  { formula, holdings }: Pick<Described<N>, 'formula' | 'holdings'>,
  { variables }: Latex,
  { spansOf, textOf, latexOf }: Standing<N>,
): FormulaVariable[] {
  const open = new Map(variables.map((variable) => [variable.id, variable]));
  const found = new Map<string, FormulaVariable>();
  const rest: { holding: Holding<N>; spans: readonly Span[] }[] = [];
  for (const holding of holdings) {
    const spans = spansOf(holding.node);
    const same = [...open.values()].find((variable) => variable.spans.some((span) => spans.some((own) => isSame(own, span))));
    // A weight that is made of several is each of them.
    if (!same && (holding.term !== null || spans.length === 0)) rest.push({ holding, spans });
    if (same) {
      open.delete(same.id);
      found.set(same.id, { ...same, ...roleOf(holding) });
    }
  }
  const missing: FormulaVariable[] = [];
  for (const { holding, spans } of rest) {
    const inside = [...open.values()].filter((variable) => variable.spans.some((span) => spans.some((own) => isIn(span, own))));
    const alone = inside.filter((variable) => variable.spans.every((span) => spans.some((own) => isIn(span, own))));
    const [first] = spans;
    const written = first ? textOf(first).replace(/\s+/g, ' ') : '';
    const code = written !== '' && written.length <= longestCode ? written : holding.name;
    const taken = alone[0] ?? inside[0];
    const symbol = (first && latexOf(first)) ?? canonicalSymbol(holding, formula.terms) ?? taken?.symbol ?? code;
    if (taken) open.delete(taken.id);
    const variable = { code, symbol, id: taken?.id ?? '', ...roleOf(holding), spans: [...spans] };
    if (taken) found.set(taken.id, variable);
    else missing.push(variable);
  }
  const own = variables.map((variable) => found.get(variable.id) ?? { ...variable, term: null, encoding: null });
  return [...own, ...withIds(missing, new Set(variables.map(({ id }) => id)))];
}

const roleOf = <N>({ term, encoding }: Holding<N>): Pick<FormulaVariable, 'term' | 'encoding'> => ({
  term,
  encoding: encoding?.name ?? null,
});

function canonicalSymbol<N>({ term, encoding }: Holding<N>, terms: Described['formula']['terms']): string | undefined {
  const symbol = terms.find(({ id }) => id === term)?.symbol;
  return symbol === undefined ? undefined : (encoding?.symbol(symbol) ?? plainLatex(symbol));
}

/** Those that the LaTeX does not have get ids that nothing in it has. */
function withIds(variables: readonly FormulaVariable[], taken: Set<string>): FormulaVariable[] {
  return variables.map((variable) => {
    const base = variable.term ?? 'value';
    let id = base;
    for (let count = 2; taken.has(id); count++) id = `${base}${count}`;
    taken.add(id);
    return { ...variable, id };
  });
}
