/** Quick fixes as they would turn out: a text with the fix made is read again. */

import { withDiagnostics } from '../checks/chosen.ts';
import { nearRules } from '../checks/near/says.ts';
import { gaussianDivergences } from '../../formulas/elboRoles.ts';
import { plainLatex } from '../../formulas/formula.ts';
import type { Span } from '../../maths/nesting.ts';
import type { Diagnostic, Finding, Fix } from '../../protocol/python.ts';

/** Reads the formulas around a place of a text. */
export type Reread = (text: string, within: Span) => Promise<readonly Finding[]>;

/** The text with a fix made. */
export function withFix(text: string, { edits }: Fix): string {
  let mended = text;
  for (const { start, end, text: put } of [...edits].sort((a, b) => b.start - a.start))
    mended = mended.slice(0, start) + put + mended.slice(end);
  return mended;
}

/** How far a place has moved by a fix. */
const movedBy = ({ edits }: Fix, place: number): number =>
  edits.reduce((by, { start, end, text }) => (end <= place ? by + text.length - (end - start) : by), 0);

/** Whether the code is to be the formula after it. */
export const isTried = ({ equality, formula, diagnostics }: Finding): boolean =>
  formula !== null && (equality === 'near miss' || diagnostics.some(({ rule }) => nearRules.has(rule)));

/**
 * What came of trying a fix: both formulas beside each other, and the fix with what it makes where that holds the formula as a part; null where
 * the code would not be the formula after it.
 */
export type Outcome = (Pick<Diagnostic, 'compared'> & Partial<Pick<Diagnostic, 'fix'>>) | null;

/** Of each diagnostic of a near miss, what comes of its fix; of one without a fix nothing is known. */
export async function outcomesOf(finding: Finding, text: string, reread: Reread): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const { fix, compared } of finding.diagnostics) {
    if (!fix || fix.makes === null || !isTried(finding)) {
      outcomes.push({ compared });
      continue;
    }
    const start = finding.start + movedBy(fix, finding.start);
    const end = finding.end + movedBy(fix, finding.end);
    const found = await reread(withFix(text, fix), { start, end });
    const wanted = fix.makes ?? finding.formula;
    const there = found.filter((one) => one.equality !== 'near miss' && one.start >= start && one.end <= end);
    const right = there.find((one) => isAlike(one.formula, wanted));
    const around = there.find(({ parts }) => parts.some((part) => isAlike(part, wanted)));
    if (right) outcomes.push({ compared: sideBySide(finding.latex, right.latex) });
    else outcomes.push(around ? { compared: null, fix: { ...fix, makes: around.formula } } : null);
  }
  return outcomes;
}

/** The same formula, or another one of the same quantity: what is a divergence of two Gaussians may be one from the standard normal as well. */
const isAlike = (made: string | null, wanted: string | null): boolean =>
  made === wanted || (made !== null && wanted !== null && [made, wanted].every((id) => gaussianDivergences.includes(id)));

/** Without what a fix did not mend: that is not what is wrong. null where nothing is left to say. */
export function afterTrial(finding: Finding, outcomes: readonly Outcome[]): Finding | null {
  const outcomeOf = new Map(finding.diagnostics.map((diagnostic, at) => [diagnostic, outcomes[at] ?? null]));
  const [left] = withDiagnostics([finding], (diagnostic) => {
    const outcome = outcomeOf.get(diagnostic);
    return outcome ? { ...diagnostic, ...outcome } : null;
  });
  return left ?? null;
}

/** Both in LaTeX, with `\term{differs}{...}` around what is not in the other; unmarked where that would tear it apart. */
export function sideBySide(written: string, right: string): { written: string; right: string } {
  const [a, b] = [written, right].map((latex) => tokensOf(plainLatex(latex))) as [string[], string[]];
  let from = 0;
  while (from < a.length && from < b.length && a[from] === b[from]) from++;
  let rest = 0;
  while (rest < a.length - from && rest < b.length - from && a.at(-1 - rest) === b.at(-1 - rest)) rest++;
  [from, rest] = widened([a, b], from, rest);
  const marked = (tokens: readonly string[]): string => {
    const differs = tokens.slice(from, tokens.length - rest);
    if (differs.length === 0 || !isWhole(differs)) return tokens.join('');
    return [...tokens.slice(0, from), `\\term{differs}{${differs.join('')}}`, ...tokens.slice(tokens.length - rest)].join('');
  };
  return { written: marked(a), right: marked(b) };
}

/** The least that is more than this and can be marked in both: brackets, arguments and names stay whole. */
function widened(both: readonly (readonly string[])[], from: number, rest: number): [from: number, rest: number] {
  const canBeMarked = (start: number, end: number): boolean =>
    both.every((tokens) => {
      const differs = tokens.slice(start, tokens.length - end);
      return differs.length === 0 || (!isTorn(tokens, start) && tokens.at(tokens.length - end) !== '{' && isWhole(differs));
    });
  for (let more = 0; more <= from + rest; more++)
    for (let before = Math.max(0, more - rest); before <= Math.min(from, more); before++)
      if (canBeMarked(from - before, rest - (more - before))) return [from - before, rest - (more - before)];
  return [0, 0];
}

/** Commands with the space after them, brackets with what makes them grow, single letters. */
const tokensOf = (latex: string): string[] =>
  latex.match(
    /\\(?:mathrm|text|operatorname|mathbf|mathcal)\s*\{[^{}]*\}|\\(?:left|right|[bB]igg?[lrm]?)\s*(?:\\[a-zA-Z]+|\\.|.)|\\begin\{[^}]*\}|\\end\{[^}]*\}|\\[a-zA-Z]+\s*|\\.|[_^]|./gsu,
  ) ?? [];

/** Whether what comes before waits for what begins here. */
const isTorn = (tokens: readonly string[], from: number): boolean => tokens[from] === '{' || (from > 0 && waiting.test(tokens[from - 1]!));

const waiting = /^(?:[_^]|\\(?:[td]?frac|sqrt|mathrm|text|mathbf|mathcal|operatorname|hat|bar|tilde|overline)\s*)$/;

/** Whether all that is opened is closed, and nothing waits for what follows. */
function isWhole(tokens: readonly string[]): boolean {
  let depth = 0;
  for (const token of tokens) {
    if (token === '{' || token.startsWith('\\left') || token.startsWith('\\begin')) depth++;
    if (token === '}' || token.startsWith('\\right') || token.startsWith('\\end')) depth--;
    if (depth < 0) return false;
  }
  const [first, last] = [tokens[0], tokens.at(-1)];
  return depth === 0 && first !== '_' && first !== '^' && !waiting.test(last ?? '');
}
