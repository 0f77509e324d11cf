/** The labelled near misses of the fixtures, and how what is told of them agrees with the labels. */

import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { Parser } from 'web-tree-sitter';
import type { Finding, Severity } from '../../../../src/protocol/python.ts';
import { readModule } from '../../../../src/python/syntax/build.ts';
import { within } from '../corpus/labelled.ts';

/** Sets that were written apart from one another. */
export const sets = [
  ...(['seen', 'heldout', 'reviewed', 'research', 'product', 'vision', 'language', 'probabilistic', 'mixed', 'further'] as const),
  ...(['papers', 'libraries', 'varied', 'assorted'] as const),
  ...(['unread', 'fresh', 'recent'] as const),
] as const;

/** Nothing is to be fitted to what nobody looks at. */
export const blind: ReadonlySet<(typeof sets)[number]> = new Set(['recent']);

export interface Mark {
  /** Of the statement, counted from 0. */
  readonly line: number;
  readonly formula: string;
}

export interface Mistake extends Mark {
  readonly severity: Severity;
}

export interface LabelledFile {
  readonly name: string;
  /** Without the markers; lines are where they were. */
  readonly text: string;
  readonly mistakes: readonly Mistake[];
  /** Right formulas, and legitimate variants of them. */
  readonly right: readonly Mark[];
  /** Lines of markers that say nothing that can be read. */
  readonly unread: readonly number[];
}

export function labelledFiles(set: (typeof sets)[number]): LabelledFile[] {
  const folder = path.join(import.meta.dirname, '../../../fixtures/python-near-misses', set);
  const names = readdirSync(folder).filter((name) => name.endsWith('.py'));
  return names.sort().map((name) => labelled(name, readFileSync(path.join(folder, name), 'utf8')));
}

const marker = /^\s*#([!>:=])\s*(.*)$/;
const mistaken = /^(warning|info) (\w+) \| .+$/;
const rightly: Record<string, RegExp> = { ':': /^(\w+)$/, '=': /^(\w+) \| .+$/ };

export function labelled(name: string, marked: string): LabelledFile {
  const [mistakes, right, unread]: [Mistake[], Mark[], number[]] = [[], [], []];
  const lines = marked.split('\n');
  /** A marker may have others below it, its fixed line above all. */
  const below = (line: number): number => (marker.test(lines[line] ?? '') ? below(line + 1) : line);
  const text = lines.map((one, line) => {
    const [, kind, said = ''] = marker.exec(one) ?? [];
    if (kind === undefined) return one;
    if (kind === '>') return '';
    const [, severity, wrong] = mistaken.exec(said) ?? [];
    const [, formula] = rightly[kind]?.exec(said) ?? [];
    if (kind === '!' && wrong !== undefined) mistakes.push({ line: below(line), severity: severity as Severity, formula: wrong });
    else if (formula !== undefined) right.push({ line: below(line), formula });
    else unread.push(line);
    return '';
  });
  return { name, text: text.join('\n'), mistakes, right, unread };
}

/** How diagnostics agree with labels: each as "file:line what". */
export interface Score {
  readonly found: string[];
  /** Those of `found` whose severity is the label's. */
  readonly weighed: string[];
  readonly missed: string[];
  readonly alarms: string[];
}

/** Where statements of a text begin. */
export function statementStarts(parser: Parser, text: string): (offset: number) => number {
  const statements = within(readModule(parser, text).body);
  // The innermost comes last.
  return (offset) => statements.findLast((one) => one.start <= offset && offset < one.end)?.start ?? offset;
}

/** A mistake is found by any warning or info in its statement; one anywhere else is an alarm. Hints count as neither. */
export function score(parser: Parser, { name, text, mistakes }: LabelledFile, findings: readonly Pick<Finding, 'diagnostics'>[]): Score {
  const startAt = statementStarts(parser, text);
  const told = findings
    .flatMap(({ diagnostics }) => diagnostics)
    .filter(({ severity }) => severity !== 'hint')
    .map(({ start, rule, severity }) => ({ line: text.slice(0, startAt(start)).split('\n').length - 1, rule, severity }));
  const isFound = ({ line }: Mistake): boolean => told.some((one) => one.line === line);
  const inWords = ({ line, severity, formula }: Mistake): string => `${name}:${line + 1} ${severity} ${formula}`;
  return {
    found: mistakes.filter(isFound).map(inWords),
    weighed: mistakes.filter((mistake) => told.some((one) => one.line === mistake.line && one.severity === mistake.severity)).map(inWords),
    missed: mistakes.filter((mistake) => !isFound(mistake)).map(inWords),
    alarms: told
      .filter(({ line }) => !mistakes.some((mistake) => mistake.line === line))
      .map(({ line, severity, rule }) => `${name}:${line + 1} ${severity} ${rule}`),
  };
}

export function together(scores: readonly Score[]): Score & { recall: number } {
  const of = (what: keyof Score): string[] => scores.flatMap((one) => one[what]);
  const [found, missed] = [of('found'), of('missed')];
  return { found, weighed: of('weighed'), missed, alarms: of('alarms'), recall: found.length / (found.length + missed.length) };
}
