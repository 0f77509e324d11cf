/** What the panel shows of a piece of code. */

import type { CodePlace, ShownFormula } from '../../../protocol/formula.ts';
import type { CodeLatex, Finding } from '../../../protocol/python.ts';
import type { LevelOf } from '../diagnostics/levels.ts';
import type { Known } from '../list/groups.ts';

/** Characters of the code that the panel begins with. */
const longestCode = 120;
/** Of a statement that is a formula, the share that has to be read for the formula to be its own. */
const enough = 0.6;

export function shownFormula(
  uri: string,
  text: string,
  read: CodeLatex,
  place: string,
  said: Pick<ShownFormula, 'names' | 'faults'>,
): ShownFormula {
  return {
    from: { uri, start: read.start, end: read.end },
    code: codeLine(text.slice(read.start, read.end)),
    place,
    latex: read.latex,
    symbols: read.variables.map(({ id, code, symbol, spans }) => ({ id, code, symbol, count: spans.length })),
    ...said,
  };
}

/** The formulas that a piece of code computes, by name: those within it, or the one that it is most of. */
export function namesIn({ start, end }: Pick<CodeLatex, 'start' | 'end'>, findings: readonly Finding[], known: readonly Known[]): string[] {
  const within = findings.filter((finding) => {
    if (finding.start >= start && finding.end <= end) return true;
    return finding.start <= start && finding.end >= end && end - start >= enough * (finding.end - finding.start);
  });
  const names = within.flatMap(({ formula, equality }) => {
    const name = known.find(({ id }) => id === formula)?.name;
    return name === undefined ? [] : [equality === 'near miss' ? `nearly ${name}` : name];
  });
  return [...new Set(names)].slice(0, 6);
}

/** What is wrong within a piece of code. */
export function faultsIn(
  { start, end }: Pick<CodeLatex, 'start' | 'end'>,
  findings: readonly Finding[],
  levelOf: LevelOf,
): ShownFormula['faults'] {
  const within = findings.flatMap(({ diagnostics }) => diagnostics).filter((one) => one.start >= start && one.end <= end);
  return within.flatMap((diagnostic) => {
    const level = levelOf(diagnostic);
    return level === 'off' ? [] : [{ level, message: diagnostic.message }];
  });
}

/** A place as the page kept it over a reload; null where it kept none. */
export function parsePlace(state: unknown): CodePlace | null {
  const from = fieldsOf(fieldsOf(state)['from']);
  const { uri, start, end } = from;
  if (typeof uri !== 'string' || !Number.isSafeInteger(start) || !Number.isSafeInteger(end)) return null;
  return { uri, start: Number(start), end: Number(end) };
}

function codeLine(code: string): string {
  const line = code.replace(/\s+/g, ' ').trim();
  return line.length > longestCode ? `${line.slice(0, longestCode - 1)}…` : line;
}

const fieldsOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
