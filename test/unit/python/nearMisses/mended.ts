/** Whether a fix makes of near misses what it says. */

import type { Parser } from 'web-tree-sitter';
import type { Diagnostic, Finding, Fix } from '../../../../src/protocol/python.ts';
import type { FormulaReader } from '../../../../src/python/reader/formulas.ts';
import { withFix } from '../../../../src/python/reader/mended.ts';
import { readModule } from '../../../../src/python/syntax/build.ts';
import { statementStarts, type LabelledFile } from './labelled.ts';

export interface Reading {
  readonly parser: Parser;
  readonly reader: FormulaReader;
}

/** What a fix does that it must not. */
export async function faultsOf(
  { parser, reader }: Reading,
  { text, name }: LabelledFile,
  finding: Finding,
  { start, rule }: Diagnostic,
  fix: Fix,
): Promise<string[]> {
  const edits = [...fix.edits].sort((a, b) => a.start - b.start || a.end - b.end);
  const faults: string[] = [];
  if (edits.some((edit, at) => edit.start > edit.end || edit.end > text.length || edit.start < (edits[at - 1]?.end ?? 0))) {
    return ['its edits overlap or are not in the text'];
  }
  const mended = withFix(text, fix);

  // Walks over both texts side by side: what is between the edits, and what was put in.
  const inverse: Fix['edits'] = [];
  let [from, to] = [0, 0];
  for (const edit of edits) {
    const kept = text.slice(from, edit.start);
    if (mended.slice(to, to + kept.length) !== kept) faults.push('it changes more than its edits');
    const put = to + kept.length;
    [from, to] = [edit.end, put + edit.text.length];
    if (mended.slice(put, to) !== edit.text) faults.push('it puts another text');
    inverse.push({ start: put, end: to, text: text.slice(edit.start, edit.end) });
  }
  if (mended.slice(to) !== text.slice(from)) faults.push('it changes more than its edits');
  if (withFix(mended, { title: '', edits: inverse }) !== text) faults.push('it cannot be taken back');
  if (!readModule(parser, mended).whole) return [...faults, 'it does not parse'];

  const moved = (place: number): number =>
    edits.reduce((by, edit) => (edit.end <= place ? by + edit.text.length - (edit.end - edit.start) : by), place);
  const startAt = statementStarts(parser, mended);
  const around = { start: moved(finding.start), end: moved(finding.end) };
  const found = await reader.read(`${name} with a fix`, mended, { limit: Infinity, within: around, checked: true });
  const isThere = ({ start: place }: Pick<Finding, 'start'>): boolean => startAt(place) === startAt(around.start);
  const wanted = fix.makes === undefined ? finding.formula : fix.makes;
  const isFormula = ({ formula, equality }: Finding): boolean => formula === wanted && equality !== 'near miss';
  if (wanted !== null && !found.some((one) => isThere(one) && isFormula(one))) faults.push(`it is not ${wanted}`);
  const again = found.flatMap(({ diagnostics }) => diagnostics).filter((one) => one.rule === rule);
  if (again.some((one) => startAt(one.start) === startAt(moved(start)))) faults.push('the same is told of it again');
  return faults;
}
