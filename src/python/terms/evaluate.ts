/** The terms of a statement for the values that the program holds, and where what is no number arises. */

import { infiniteIn, summaryOf, type Summary } from '../../maths/summary.ts';
import type { Tensor } from '../../maths/tensor/tensor.ts';
import type { ComputedTerm, ProgramValue, StatementValues, TermValue } from '../../protocol/terms.ts';
import { operandsOf, type Node } from '../expression/node.ts';
import type { Expression } from '../syntax/ast.ts';
import { isCast, isExactAtEdges } from './calls.ts';
import { Computation, type Computed } from './compute.ts';
import { termGraph } from './graph.ts';
import { pathKey } from './paths.ts';
import { rounded } from './precision.ts';
import type { ReadStatement } from './statement.ts';

export interface ProgramValues {
  /** By the keys of their paths. */
  readonly values: ReadonlyMap<string, ProgramValue>;
  /** The library chooses a precision for each operation by itself. */
  readonly autocast: boolean;
}

export function termValues(statement: ReadStatement, { values, autocast }: ProgramValues, text: string): StatementValues {
  const graph = termGraph(statement, values, text);
  const computation = new Computation(graph);
  const isRounded = !autocast && ![...statement.terms.values()].some((term) => isCast(calledName(term)) || givesPrecision(term));
  const origins = new Map<Node, ComputedTerm['origin']>();
  const told = [...statement.terms].map(([id, expression]): TermValue => {
    const node = graph.nodeOf(expression);
    const computed = node ? atEdges(expression, asInProgram(computation.of(node), isRounded)) : { problem: 'was not come to' };
    // What follows from it is computed from what the program has there.
    if (node && !graph.given.has(node)) computation.correct(node, computed);
    if ('problem' in computed) return { id, problem: computed.problem };
    const summary = summaryOf(computed.value.values);
    const { shape } = computed.value;
    const origin = node && (origins.get(node) ?? originOf(node, summary, (inner) => origins.has(inner), computation));
    if (node) origins.set(node, origin);
    return { id, shape, dtype: isRounded ? computed.dtype : '', summary, origin };
  });
  const whole = graph.nodeOf(statement.value);
  const target = statement.told.target && values.get(pathKey(statement.told.target.path));
  return { terms: told, isTarget: whole && target ? isSame(computation.of(whole), target) : null };
}

function asInProgram(computed: Computed, isRounded: boolean): Computed {
  if ('problem' in computed || !isRounded) return computed;
  const { value, dtype } = computed;
  return { dtype, value: { ...value, values: rounded(value.values, dtype) } };
}

const givesPrecision = (expression: Expression): boolean =>
  expression.kind === 'call' && expression.args.some(({ name }) => name === 'dtype');

const calledName = (expression: Expression): string => {
  if (expression.kind !== 'call') return '';
  const { callee } = expression;
  return callee.kind === 'attribute' ? callee.name : callee.kind === 'name' ? callee.id : '';
};

/** A call that is written out by its formula may be kept within bounds where the formula is not. */
function atEdges(expression: Expression, computed: Computed): Computed {
  if ('problem' in computed || isExactAtEdges(calledName(expression)) || computed.value.values.every(Number.isFinite)) return computed;
  return { problem: `may be kept finite by \`${calledName(expression)}\` in a way that is not known here` };
}

/**
 * NaN that none of the inputs has, else infinity that none has: NaN does not become infinite.
 * @param isTerm whether a value is another term's: what goes into that is its own affair
 */
function originOf(node: Node, summary: Summary, isTerm: (node: Node) => boolean, computation: Computation): ComputedTerm['origin'] {
  if (summary.nan === 0 && infiniteIn(summary) === 0) return null;
  const inputs = inputsOf(node, isTerm).map((input) => computation.of(input));
  if (inputs.length === 0) return null;
  const has = (test: (value: number) => boolean): boolean =>
    inputs.some((input) => 'value' in input && input.value.values.some((value) => test(value)));
  if (summary.nan > 0 && !has(Number.isNaN)) return 'nan';
  return infiniteIn(summary) > 0 && !has((value) => value === Infinity || value === -Infinity) ? 'infinity' : null;
}

/** What a term is computed from: other terms, what the program holds, and numbers that stand in the code. */
function inputsOf(node: Node, isTerm: (node: Node) => boolean): Node[] {
  const inputs = new Set<Node>();
  const seen = new Set<Node>();
  const visit = (inner: Node): void => {
    if (seen.has(inner)) return;
    seen.add(inner);
    const operands = operandsOf(inner);
    if (inner !== node && (isTerm(inner) || operands.length === 0)) inputs.add(inner);
    else operands.forEach(visit);
  };
  visit(node);
  return [...inputs];
}

/** Relative differences that come of the order in which a program adds up. */
const tolerances: Readonly<Record<string, number>> = { bfloat16: 0.05, float16: 0.01, float32: 1e-4 };

function isSame(computed: Computed, target: ProgramValue): boolean | null {
  if ('problem' in computed) return null;
  const { value } = computed;
  if (target.kind === 'number') return value.values.length === 1 && isNear(value, Float64Array.of(target.value), 1e-9);
  if (target.kind !== 'array' || target.sampled) return null;
  if (target.shape.join() !== value.shape.join()) return false;
  return isNear(value, target.values, tolerances[target.dtype] ?? 1e-9);
}

function isNear({ values }: Tensor, others: Float64Array, tolerance: number): boolean {
  const scale = values.reduce((most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most), 0);
  return values.every((value, at) => {
    const other = others[at]!;
    return Object.is(value, other) || value === other || Math.abs(value - other) <= tolerance * Math.max(scale, Math.abs(other), 1e-30);
  });
}
