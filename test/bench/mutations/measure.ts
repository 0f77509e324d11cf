/** What is said of slips that are made in the right code of the fixtures, one at a time: which kinds of them nothing is said of. */

import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { Parser } from 'web-tree-sitter';
import { catalogue } from '../../../src/formulas/catalogue.ts';
import type { Finding } from '../../../src/protocol/python.ts';
import { FormulaReader } from '../../../src/python/reader/formulas.ts';
import type { Statement } from '../../../src/python/syntax/ast.ts';
import { readModule } from '../../../src/python/syntax/build.ts';
import { within } from '../../unit/python/corpus/labelled.ts';
import { blind, labelled, sets, statementStarts } from '../../unit/python/nearMisses/labelled.ts';
import { partsOf, slipsOf, type Slip } from './slips.ts';

/**
 * told: at the statement with the slip, or elsewhere in the definition around it. still: it is the formula with the slip as well. silent: it
 * was the formula and is not, and nothing is said.
 */
export type Outcome = 'told' | 'elsewhere' | 'still' | 'silent' | 'unnamed';

export interface Tried {
  readonly kind: Slip['kind'];
  readonly formula: string;
  /** "set/file:line". */
  readonly place: string;
  readonly written: string;
  readonly outcome: Outcome;
}

interface Task {
  readonly place: string;
  readonly text: string;
  readonly statement: Statement;
  readonly formula: string;
  readonly slip: Slip;
}

/** Of half of the files, one slip of each kind for each formula, another one for each seed. */
export async function* tryingSlips(parser: Parser, half: 'first' | 'second', seed: string): AsyncGenerator<Tried> {
  const cells = new Map<string, Task>();
  for (const task of tasksIn(parser, half)) {
    const cell = `${task.slip.kind} ${task.formula}`;
    const order = (one: Task): number => hash(seed + one.place + JSON.stringify(one.slip.edits));
    const best = cells.get(cell);
    if (!best || order(task) < order(best)) cells.set(cell, task);
  }
  for (const task of [...cells.values()].sort((a, b) => a.place.localeCompare(b.place))) {
    const outcome = await outcomeOf(parser, task);
    if (outcome)
      yield {
        kind: task.slip.kind,
        formula: task.formula,
        place: task.place,
        written: lineAt(withSlip(task), task.statement.start),
        outcome,
      };
  }
}

function* tasksIn(parser: Parser, half: 'first' | 'second'): Generator<Task> {
  for (const set of sets) {
    if (blind.has(set)) continue;
    const folder = path.join(import.meta.dirname, '../../fixtures/python-near-misses', set);
    for (const name of readdirSync(folder).filter((one) => one.endsWith('.py'))) {
      if ((hash(set + name) % 2 === 0) !== (half === 'first')) continue;
      const { text, right } = labelled(name, readFileSync(path.join(folder, name), 'utf8'));
      const statements = within(readModule(parser, text).body);
      for (const { line, formula } of right) {
        const statement = statements.findLast(({ start }) => lineOf(text, start) === line);
        if (!statement) continue;
        const place = `${set}/${name}:${line + 1}`;
        for (const slip of slipsOf(statement, text, namesAround(statement, statements))) yield { place, text, statement, formula, slip };
      }
    }
  }
}

async function outcomeOf(parser: Parser, task: Task): Promise<Outcome | null> {
  const { text, statement, formula } = task;
  const mutated = withSlip(task);
  const { whole } = readModule(parser, mutated);
  if (!whole || mutated.split('\n').length !== text.split('\n').length) return null;
  const around = readModule(parser, text).body.find(({ start, end }) => start <= statement.start && statement.end <= end) ?? statement;
  const read = (code: string): Promise<Finding[]> =>
    new FormulaReader(parser, catalogue.values()).read('code', code, {
      limit: Infinity,
      checked: true,
      within: { start: around.start, end: around.end + code.length - text.length },
    });
  const [before, after] = [await read(text), await read(mutated)];
  const toldIn = (code: string, findings: readonly Finding[]): Set<string> => {
    const startAt = statementStarts(parser, code);
    const told = findings.flatMap(({ diagnostics }) => diagnostics).filter(({ severity }) => severity !== 'hint');
    return new Set(told.map(({ start, rule }) => `${lineOf(code, startAt(start))} ${rule}`));
  };
  const known = toldIn(text, before);
  const told = [...toldIn(mutated, after)].filter((one) => !known.has(one));
  const line = lineOf(text, statement.start);
  if (told.some((one) => one.startsWith(`${line} `))) return 'told';
  if (told.length > 0) return 'elsewhere';
  const isNamed = (code: string, findings: readonly Finding[]): boolean =>
    findings.some((one) => one.formula === formula && one.equality !== 'near miss' && lineOf(code, one.start) === line);
  return isNamed(mutated, after) ? 'still' : isNamed(text, before) ? 'silent' : 'unnamed';
}

function withSlip({ text, slip: { edits } }: Task): string {
  let mutated = text;
  for (const { start, end, text: put } of [...edits].sort((a, b) => b.start - a.start || b.end - a.end))
    mutated = mutated.slice(0, start) + put + mutated.slice(end);
  return mutated;
}

/** What the function is given, and what it has made so far. */
function namesAround(statement: Statement, statements: readonly Statement[]): ReadonlySet<string> {
  const holder = statements.findLast(({ kind, start, end }) => kind === 'function' && start <= statement.start && statement.end <= end);
  if (holder?.kind !== 'function') return new Set();
  const made = within(holder.body).flatMap((one) =>
    one.kind === 'assignment' && one.start < statement.start ? one.targets.flatMap((target) => [...partsOf(target)]) : [],
  );
  return new Set([...holder.parameters.map(({ name }) => name), ...made.flatMap((one) => (one.kind === 'name' ? [one.id] : []))]);
}

const lineOf = (text: string, offset: number): number => text.slice(0, offset).split('\n').length - 1;
const lineAt = (text: string, offset: number): string => text.split('\n')[lineOf(text, offset)]!.trim();

/** Evenly spread. */
function hash(text: string): number {
  let value = 2_166_136_261;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 16_777_619);
  value = Math.imul(value ^ (value >>> 15), 2_246_822_519);
  return (value ^ (value >>> 13)) >>> 0;
}
