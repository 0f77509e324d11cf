/** The labelled Python of the fixtures, and how what is found in it agrees with the labels. */

import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { Parser } from 'web-tree-sitter';
import type { Finding } from '../../../../src/protocol/python.ts';
import type { Statement } from '../../../../src/python/syntax/ast.ts';
import { readModule } from '../../../../src/python/syntax/build.ts';

/** Sets that were written apart from one another. */
export const sets = ['seen', 'heldout', 'unusual', 'research', 'library', 'company', 'fair', 'everyday', 'popular'] as const;

export interface Mark {
  /** Of the statement, counted from 0. */
  readonly line: number;
  /** Any of these has to be found; empty where none has to. */
  readonly required: readonly string[];
  readonly allowed: readonly string[];
}

export interface LabelledFile {
  readonly name: string;
  /** Without the markers; lines are where they were. */
  readonly text: string;
  readonly marks: readonly Mark[];
}

export function labelledFiles(set: (typeof sets)[number]): LabelledFile[] {
  const folder = path.join(import.meta.dirname, '../../../fixtures/python-formulas', set);
  const names = readdirSync(folder).filter((name) => name.endsWith('.py'));
  return names.sort().map((name) => labelled(name, readFileSync(path.join(folder, name), 'utf8')));
}

const marker = /^\s*#([:?])\s*(.*)$/;

export function labelled(name: string, marked: string): LabelledFile {
  const marks: Mark[] = [];
  let [required, allowed]: string[][] = [[], []];
  const lines = marked.split('\n').map((text, line) => {
    const [, kind, ids] = marker.exec(text) ?? [];
    if (ids !== undefined) {
      (kind === ':' ? required : allowed)!.push(...ids.split(/[|,\s]+/).filter(Boolean));
      return '';
    }
    if (required!.length + allowed!.length > 0) marks.push({ line, required: required!, allowed: allowed! });
    [required, allowed] = [[], []];
    return text;
  });
  return { name, text: lines.join('\n'), marks };
}

/** How findings agree with labels: each as "file:line id". */
export interface Score {
  readonly right: string[];
  readonly missed: string[];
  readonly wrong: string[];
}

export function score(parser: Parser, { name, text, marks }: LabelledFile, findings: readonly Pick<Finding, 'start' | 'formula'>[]): Score {
  const lineOf = (offset: number): number => text.slice(0, offset).split('\n').length - 1;
  const statements = within(readModule(parser, text).body);
  const found = findings.map(({ start, formula }) => {
    // The innermost comes last.
    const statement = statements.findLast((one) => one.start <= start && start < one.end);
    return { id: formula ?? 'none', line: lineOf(statement?.start ?? start) };
  });
  const place = (line: number, id: string): string => `${name}:${line + 1} ${id}`;
  const needed = marks.filter(({ required }) => required.length > 0);
  const isRight = ({ line, required }: Mark): boolean => found.some((one) => one.line === line && required.includes(one.id));
  const isWrong = ({ id, line }: (typeof found)[number]): boolean =>
    !marks.some((mark) => mark.line === line && [...mark.required, ...mark.allowed].includes(id));
  const inWords = ({ line, required }: Mark): string => place(line, required.join(' | '));
  return {
    right: needed.filter(isRight).map(inWords),
    missed: needed.filter((mark) => !isRight(mark)).map(inWords),
    wrong: found.filter(isWrong).map(({ id, line }) => place(line, id)),
  };
}

export function together(scores: readonly Score[]): Score & { precision: number; recall: number } {
  const [right, missed, wrong] = (['right', 'missed', 'wrong'] as const).map((what) => scores.flatMap((one) => one[what]));
  return {
    right: right!,
    missed: missed!,
    wrong: wrong!,
    precision: right!.length / (right!.length + wrong!.length),
    recall: right!.length / (right!.length + missed!.length),
  };
}

/** Statements with those in them, each before what is in it. */
export function within(statements: readonly Statement[]): Statement[] {
  return statements.flatMap((statement) => [statement, ...within(blocksOf(statement).flat())]);
}

function blocksOf(statement: Statement): readonly (readonly Statement[])[] {
  switch (statement.kind) {
    case 'if':
      return [...statement.branches.map(({ body }) => body), statement.otherwise];
    case 'for':
    case 'while':
      return [statement.body, statement.otherwise];
    case 'try':
    case 'match':
      return [statement.body, ...statement.alternatives, statement.finally];
    case 'with':
    case 'function':
    case 'class':
      return [statement.body];
    default:
      return [];
  }
}
