/** What the view *Formula* says of a statement and the values that the program holds for it. */

import type { FormulaChoice, ShownStop, ValueRow } from '../../../protocol/debugging.ts';
import type { ProgramValue, StatementTerms, StatementValues, TermValue, TermVariable, ValuePath } from '../../../protocol/terms.ts';
import { arisingIn, type Arising } from './arising.ts';
import type { Standing } from './frame.ts';
import { infiniteIn, summaryOf } from '../../../maths/summary.ts';
import { numbersOf, wordsOf } from './words.ts';

export interface StatementValuesShown {
  readonly terms: StatementTerms;
  readonly standing: Standing;
  readonly valueAt: (path: ValuePath) => ProgramValue;
  readonly computed: StatementValues | null;
}

export interface StatementShown extends StatementValuesShown {
  readonly name: string;
  readonly place: string;
  /** Why nothing could be read. */
  readonly problem: string | null;
  readonly choices: readonly FormulaChoice[];
}

export function shownStatement(shown: StatementShown): Extract<ShownStop, { kind: 'formula' }> {
  const { name, place, terms, choices, problem } = shown;
  const rows = [...variableRows(shown), ...termRows(shown), ...resultRows(shown)];
  const arising = arisingIn(terms, shown.computed);
  const last = rows.filter(({ kind, isKnown }) => kind === 'term' && isKnown).at(-1);
  // What a mask has made infinite does no harm where the whole is finite.
  const spoiled = last && last.mark === null ? [] : rows.filter(({ kind, mark }) => kind === 'variable' && mark === 'spoiled');
  return {
    kind: 'formula',
    name,
    place,
    latex: terms.latex,
    rows,
    headline: problem ?? headline(rows, arising, spoiled),
    isBad: arising.length > 0 || spoiled.length > 0,
    isKnown: problem === null && rows.some(({ kind, isKnown }) => kind === 'term' && isKnown),
    notes: problem === null ? notes(shown) : [],
    choices,
  };
}

/** Variables as the code has them: of `a[0]` the element, where a list holds it, else the array. */
export function shownVariables({ variables }: StatementTerms, valueAt: (path: ValuePath) => ProgramValue): TermVariable[] {
  const isArray = (path: ValuePath): boolean => valueAt(path).kind === 'array';
  return variables.filter(({ path, held }) => {
    if (held) return isArray(path) || !variables.some((other) => other.path.length > path.length && startsWith(other.path, path));
    return !variables.some((other) => other.held && startsWith(path, other.path) && isArray(other.path));
  });
}

const startsWith = (path: ValuePath, whole: ValuePath): boolean =>
  path.length > whole.length && whole.every((step, at) => JSON.stringify(step) === JSON.stringify(path[at]));

function variableRows({ terms, valueAt }: StatementShown): ValueRow[] {
  return shownVariables(terms, valueAt).map(({ id, symbol, code, path }): ValueRow => {
    const value = valueAt(path);
    const { type, value: words, mean, bad, isRead } = wordsOf(value);
    const mark = isFinite(value) ? null : 'spoiled';
    return { id, kind: 'variable', symbol, code, type, value: words, isKnown: isRead, mean, bad, mark };
  });
}

/** Whether a value holds neither NaN nor infinity, as far as it is numbers. */
export function isFinite(value: ProgramValue): boolean {
  if (value.kind === 'array' || value.kind === 'numbers') {
    const summary = summaryOf(value.values);
    return summary.nan + infiniteIn(summary) === 0;
  }
  return value.kind !== 'number' || Number.isFinite(value.value);
}

function termRows({ terms, computed }: StatementShown): ValueRow[] {
  const values = new Map((computed?.terms ?? []).map((term) => [term.id, term]));
  return terms.terms.map(({ id, symbol, code }): ValueRow => {
    const value = values.get(id);
    const row = { id, kind: 'term', symbol, code } as const;
    if (!value || 'problem' in value)
      return { ...row, type: '', value: value ? `not computed: ${value.problem}` : '', isKnown: false, mean: '', bad: '', mark: null };
    const { type, value: words, mean, bad } = numbersOf(value.dtype, value.shape, value.summary);
    return { ...row, type, value: words, isKnown: true, mean, bad, mark: markOf(value) };
  });
}

const markOf = (value: Exclude<TermValue, { problem: string }>): ValueRow['mark'] =>
  value.origin !== null ? 'origin' : value.summary.nan + infiniteIn(value.summary) > 0 ? 'spoiled' : null;

/** What the program has of the statement that it has run. */
function resultRows({ terms: { target, variables }, standing, valueAt }: StatementShown): ValueRow[] {
  if (!target || standing !== 'before' || variables.some(({ code }) => code === target.code)) return [];
  const value = valueAt(target.path);
  if (value.kind === 'unread') return [];
  const { type, value: words, mean, bad, isRead } = wordsOf(value);
  return [
    {
      id: '',
      kind: 'result',
      symbol: '',
      code: target.code,
      type,
      value: words,
      isKnown: isRead,
      mean,
      bad,
      mark: isFinite(value) ? null : 'spoiled',
    },
  ];
}

function headline(rows: readonly ValueRow[], arising: readonly Arising[], spoiled: readonly ValueRow[]): string {
  const said = [
    ...arising.map(({ what, code, words }) => `${what} arises at ${code}: ${words}.`),
    ...spoiled.map(({ code, bad, value }) => `Already in ${code}: ${bad === '' ? value : bad}.`),
  ];
  if (said.length > 0) return said.join(' ');
  const terms = rows.filter(({ kind }) => kind === 'term');
  const known = terms.filter(({ isKnown }) => isKnown).length;
  if (terms.length === 0) return 'All values are finite.';
  if (known === 0) return 'No term could be computed.';
  // Nothing arises: it stands in the code, or came with a variable.
  const other = terms.find(({ bad }) => bad !== '');
  if (other) return `${other.code}: ${other.bad}, which ${spoiledBy(rows)}.`;
  return known === terms.length ? 'All terms are finite.' : `${known} of ${terms.length} terms could be computed; these are finite.`;
}

function spoiledBy(rows: readonly ValueRow[]): string {
  const from = rows.find(({ kind, mark }) => kind === 'variable' && mark === 'spoiled');
  return from ? `comes from ${from.code}` : 'the code writes';
}

function notes({ standing, computed, terms, valueAt }: StatementShown): string[] {
  const sampled = shownVariables(terms, valueAt).filter(({ path }) => {
    const value = valueAt(path);
    return value.kind === 'array' && value.sampled;
  });
  return [
    ...standingNotes(standing, computed, terms),
    ...(sampled.length > 0
      ? [`Of ${sampled.map(({ code }) => code).join(', ')} a part was read: what needs all of it is not computed.`]
      : []),
    ...(terms.terms.length > 0 ? ['Variables are the program’s own; terms are computed again from them, and nothing is run.'] : []),
  ];
}

function standingNotes(standing: Standing, computed: StatementValues | null, { target }: StatementTerms): string[] {
  switch (standing) {
    case 'here':
      return [`The program is about to run this line${target ? `: ${target.code} holds what it held before` : ''}.`];
    case 'within':
      return ['The program waits within this line for what it has called: the values are those of now.'];
    case 'after':
      return ['The program has not come to this line: the values are those of now.'];
    case 'before':
      if (computed?.isTarget === true) return [`${target!.code} holds what this computes from the values of now.`];
      if (computed?.isTarget === false)
        return [`${target!.code} holds something else: a value has changed since this line ran, or it has not run.`];
      return ['This line stands before the one at which the program has stopped: the values are those of now.'];
  }
}
