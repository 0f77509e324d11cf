/** What following a unit has met, statement by statement. */

import type { Span } from '../../maths/nesting.ts';
import type { Computed } from '../expression/follow/context.ts';
import { wrappers, type Node } from '../expression/node.ts';
import type { Places } from '../findings/finding.ts';
import type { FunctionDefinition, Statement } from '../syntax/ast.ts';

/** What one statement computes; one that adds to a variable computes what is added and the sum. */
export type ComputedStatement = readonly [Computed, ...Computed[]];

/** The statements of some code among all that were met on the way. */
export function ownStatements(computed: readonly Computed[], code: readonly Statement[]): ComputedStatement[] {
  const own = new Set<FunctionDefinition | null>(functionsIn(code));
  if (code.some(({ kind }) => kind !== 'function' && kind !== 'class')) own.add(null);
  const statements: [Computed, ...Computed[]][] = [];
  for (const one of computed) {
    if (!own.has(one.holder)) continue;
    const last = statements.at(-1);
    if (last && last[0].start === one.start && last[0].end === one.end) last.push(one);
    else statements.push([one]);
  }
  return statements;
}

/** All that are defined there, also within one another. */
export const functionsIn = (code: readonly Statement[]): Set<FunctionDefinition> => new Set(code.flatMap(definedIn));

function definedIn(statement: Statement): FunctionDefinition[] {
  switch (statement.kind) {
    case 'function':
      return [statement, ...statement.body.flatMap(definedIn)];
    case 'class':
      return statement.body.flatMap(definedIn);
    case 'if':
      return [...statement.branches.flatMap(({ body }) => body), ...statement.otherwise].flatMap(definedIn);
    case 'for':
    case 'while':
      return [...statement.body, ...statement.otherwise].flatMap(definedIn);
    case 'with':
      return statement.body.flatMap(definedIn);
    case 'try':
    case 'match':
      return [...statement.body, ...statement.alternatives.flat(), ...statement.finally].flatMap(definedIn);
    default:
      return [];
  }
}

/** All that decides what a statement is, as text. */
export function keyOf(statement: ComputedStatement, numbers: ReadonlyMap<Node, number>, textOf: (span: Span) => string): string {
  const [{ around, detached }] = statement;
  const values = statement.map(({ node, places, target }) => [target, node, ...places.map((place) => place.node)]);
  const held = values.map(([target, ...nodes]) => `${target as string}=${nodes.map((node) => numbers.get(node as Node)!).join(' ')}`);
  return `${held.join(';')}|${around.join(' ')}|${detached}|${textOf(statement[0])}`;
}

/** Every value that a statement has to do with. */
export const nodesOf = (statement: ComputedStatement): Node[] =>
  statement.flatMap(({ node, places }) => [node, ...places.map((place) => place.node)]);

/**
 * Where values stand. Within a place, or, where a value does not stand there, in the last statement before that it stands in: the smallest
 * pieces of code that are it.
 */
export function placesOf(computed: readonly Computed[], numbers: ReadonlyMap<Node, number>): Places<number> {
  let index: ReadonlyMap<number, readonly Span[]> | undefined;
  return {
    spansOf: (value, within) => {
      const all = (index ??= indexed(computed, numbers)).get(value) ?? [];
      const inside = all.filter(({ start, end }) => start >= within.start && end <= within.end);
      if (inside.length > 0) return smallest(inside);
      const before = all.filter(({ end }) => end <= within.start);
      const last = Math.max(-1, ...before.map(({ start }) => start));
      const statement = computed.findLast(({ start, end }) => start <= last && last < end);
      return smallest(statement ? before.filter(({ start, end }) => start >= statement.start && end <= statement.end) : []);
    },
    definitionOf: (name, value, { start: from }) =>
      computed.findLast(({ target, node, end }) => target === name && end <= from && numbers.get(node) === value) ?? null,
  };
}

function indexed(computed: readonly Computed[], numbers: ReadonlyMap<Node, number>): Map<number, Span[]> {
  const found = new Map<number, Span[]>();
  const add = (node: Node, { start, end }: Span): void => {
    const number = numbers.get(node)!;
    const known = found.get(number);
    if (!known) found.set(number, [{ start, end }]);
    else if (!known.some((span) => span.start === start && span.end === end)) known.push({ start, end });
  };
  for (const { places } of computed)
    for (const { node, ...span } of places) {
      add(node, span);
      // A name of it stands for it.
      for (let inner = node; wrappers.has(inner.op); inner = inner.args[0]!) add(inner.args[0]!, span);
    }
  return found;
}

function smallest(spans: readonly Span[]): Span[] {
  return spans
    .filter((span) => !spans.some((other) => other !== span && other.start >= span.start && other.end <= span.end))
    .sort((a, b) => a.start - b.start);
}
