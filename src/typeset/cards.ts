/** What is said of a formula, from what was found in code and what the catalogue holds. */

import { catalogue } from '../formulas/catalogue.ts';
import { citation, termIds, type Formula, type Source } from '../formulas/formula.ts';
import { summaries } from '../formulas/summaries.ts';
import type { Diagnostic, Finding } from '../protocol/python.ts';
import type { FormulaCard, MathCard, SymbolCard, ThemeKind } from '../protocol/typesetting.ts';
import { palettes, termColour } from './palette.ts';
import type { Draw } from './pictures.ts';

/** The card of a formula that was found in code: its symbols have the same colours in the code's formula and in the canonical one. */
export function formulaCard(draw: Draw, finding: Finding, theme: ThemeKind): FormulaCard {
  const formula = finding.formula === null ? undefined : catalogue.get(finding.formula);
  const order = termIds(finding.latex);
  const palette = palettes[theme];
  const coloursOfCode = new Map(order.map((id, index) => [id, termColour(palette, index)]));
  const coloursOfTerms = new Map<string, string>();
  for (const { id, term } of finding.variables) {
    const colour = coloursOfCode.get(id);
    if (term !== null && colour !== undefined && !coloursOfTerms.has(term)) coloursOfTerms.set(term, colour);
  }
  const symbols = finding.variables.map(({ id, symbol, code, term, encoding }): SymbolCard => {
    const colour = coloursOfCode.get(id) ?? palette.ink;
    const found = formula?.terms.find((known) => known.id === term);
    return {
      picture: draw(symbol, { theme, display: false, colour }),
      colour,
      id,
      code,
      term: found ? { name: found.name, meaning: found.meaning, shape: found.shape, unit: found.unit } : null,
      encoding,
    };
  });
  return {
    name: formula?.name ?? null,
    family: formula?.family ?? null,
    equality: finding.equality,
    picture: draw(finding.latex, { theme, display: true, colours: coloursOfCode }),
    canonical: formula ? canonical(draw, finding, formula, coloursOfTerms, theme) : null,
    summary: summaryOf(formula)?.says ?? null,
    note: formula?.note ?? null,
    remarks: finding.remarks,
    unit: summaryOf(formula)?.unit ?? null,
    // What the result is called has no meaning of its own, and the editor cuts a long hover off.
    symbols: symbols.sort((a, b) => Number(!isExplained(a)) - Number(!isExplained(b)) || placeOf(order, a.id) - placeOf(order, b.id)),
    parts: finding.parts.flatMap((id) => catalogue.get(id)?.name ?? []),
    source: formula ? sourceOf(formula.source) : null,
    compared: finding.diagnostics.map(({ compared }) => compared && comparison(draw, compared, theme)),
  };
}

/** In ink but for what differs. */
function comparison(draw: Draw, { written, right }: NonNullable<Diagnostic['compared']>, theme: ThemeKind) {
  const { differs } = palettes[theme];
  const plain = { theme, display: true };
  return { written: draw(written, { ...plain, differs: differs.written }), right: draw(right, { ...plain, differs: differs.right }) };
}

/** The card of LaTeX that stands in a text. */
export function mathCard(draw: Draw, latex: string, display: boolean, id: string | null, theme: ThemeKind): MathCard {
  const formula = id === null ? undefined : catalogue.get(id);
  return {
    picture: draw(latex, { theme, display }),
    name: formula?.name ?? null,
    family: formula?.family ?? null,
    summary: summaryOf(formula)?.says ?? null,
    source: formula ? sourceOf(formula.source) : null,
  };
}

/** Null where it looks as the code's does and says the same. */
function canonical(draw: Draw, finding: Finding, formula: Formula, colours: ReadonlyMap<string, string>, theme: ThemeKind) {
  const plain = { theme, display: true };
  const [ofCode, ofCatalogue] = [draw(finding.latex, plain), draw(formula.latex, plain)];
  if (finding.equality === 'exact' && looksOf(ofCode) !== null && looksOf(ofCode) === looksOf(ofCatalogue)) return null;
  return draw(formula.latex, { ...plain, colours });
}

/** What a picture shows, without the numbers by which its glyphs are named. */
function looksOf(picture: ReturnType<Draw>): string | null {
  if (!('uri' in picture)) return null;
  return Buffer.from(picture.uri.slice(picture.uri.indexOf(',') + 1), 'base64')
    .toString()
    .replace(/MJX-\d+-/g, '');
}

function summaryOf(formula: Formula | undefined) {
  return formula && summaries[formula.id];
}

function sourceOf(source: Source | null): FormulaCard['source'] {
  return { text: citation(source && withoutArxiv(source)), arxiv: source?.arxiv ?? null };
}

function withoutArxiv({ paper, place }: Source): Source {
  return { paper, ...(place !== undefined && { place }) };
}

const isExplained = ({ term, encoding }: SymbolCard): boolean => term !== null || encoding !== null;
const placeOf = (order: readonly string[], id: string): number => (order.includes(id) ? order.indexOf(id) : order.length);
