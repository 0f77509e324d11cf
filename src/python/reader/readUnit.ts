/** Reads the formulas of one unit of code. */

import type { Formula } from '../../formulas/formula.ts';
import type { Span } from '../../maths/nesting.ts';
import { Follower } from '../expression/follow/follower.ts';
import { Graph, type Node } from '../expression/node.ts';
import type { Code } from '../findings/codeLatex.ts';
import { described, isPartOf, renamed, type Described } from '../findings/described.ts';
import { findingOf } from '../findings/finding.ts';
import { nameOf, type CodeOf } from '../findings/remarks.ts';
import { findFormulas } from '../recognise/findings.ts';
import { Recogniser } from '../recognise/recogniser.ts';
import { codeOf, settersOf, type Unit } from '../source/units.ts';
import type { FunctionDefinition } from '../syntax/ast.ts';
import { importsOf } from '../syntax/imports.ts';
import { checkUnit, untold, type UnitReading } from './checkUnit.ts';
import type { Likeness } from './likeness.ts';
import { functionsIn, keyOf, nodesOf, ownStatements, placesOf, type ComputedStatement } from './statements.ts';

/** What is remembered from one reading to the next. */
export interface Memory {
  readonly catalogue: readonly Formula[];
  readonly likeness: Likeness;
  /** What statements are, by all that it depends on. */
  readonly known: Map<string, readonly Described<number>[]>;
  /** Told of what must not happen; the statement, or the unit, is then taken for no formula. */
  readonly onFault: (error: unknown) => void;
}

/** Statements that are remembered. */
const mostKnown = 20_000;

/** Reads a unit step by step: each step is short, unless a single statement takes long. */
export function* readUnit(unit: Unit, memory: Memory): Generator<void, UnitReading> {
  const code = codeOf(unit);
  const textOf = ({ start, end }: Span): string => code.text.slice(start, end);
  const follower = new Follower(new Graph());
  const own = functionsIn(code.statements);
  const before = functionsIn(settersOf(unit).map(({ statement }) => statement));
  follower.module(code.module, (definition) => own.has(definition) || before.has(definition));
  const statements = ownStatements(follower.computed, code.statements);
  yield;
  if (memory.likeness.isFull) {
    memory.likeness.forget();
    memory.known.clear();
  }
  const numbers = memory.likeness.of(statements.flatMap(nodesOf));
  const places = placesOf(statements.flat(), numbers);
  const around: Code = { statements: code.statements, text: code.text, imports: importsOf(code.module) };
  const recogniser = new Recogniser(memory.catalogue);
  const met: { readonly one: Described<number>; readonly holder: FunctionDefinition | null; readonly start: number }[] = [];
  for (const statement of statements) {
    const [{ start, holder }] = statement;
    const key = keyOf(statement, numbers, textOf);
    let known = memory.known.get(key);
    if (!known) {
      const nameIn = (node: Node): string => {
        const [span] = places.spansOf(numbers.get(node)!, statement[0]);
        return span ? textOf(span) : nameOf(node);
      };
      known = recognised(statement, recogniser, nameIn, memory).map((one) =>
        movedBy(
          renamed(one, (node) => numbers.get(node) ?? -1),
          -start,
        ),
      );
      if (memory.known.size >= mostKnown) memory.known.clear();
      memory.known.set(key, known);
      yield;
    }
    for (const one of known) met.push({ one, holder, start });
  }
  const findings = met.map(({ one, holder, start }) => {
    const isPart = met.some((other) => other.holder === holder && isPartOf(one, other.one));
    return { ...findingOf(one, movedBy(one, start).place, holder, around, places), isPart, diagnostics: [] };
  });
  const read = { findings, starts: code.starts };
  const check = (): Generator<void, UnitReading> =>
    checkUnit({ ...read, statements, follower, recogniser, around, places, numbers }, memory.onFault);
  return { ...read, ...untold, check };
}

function recognised(statement: ComputedStatement, recogniser: Recogniser, nameIn: CodeOf, { onFault }: Memory): Described[] {
  try {
    return findFormulas(statement, recogniser).map((found) => described(found, recogniser, nameIn));
  } catch (error) {
    onFault(error);
    return [];
  }
}

const movedBy = <N>({ place, ...rest }: Described<N>, by: number): Described<N> => ({
  ...rest,
  place: { start: place.start + by, end: place.end + by },
});
