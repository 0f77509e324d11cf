/** Which statements set and use which names. */

import type { Expression, Name, Statement } from '../syntax/ast.ts';
import { namesIn } from './substitute.ts';

/** Names that statements set, also within others, each once. */
export function setBy(statements: readonly Statement[]): Name[] {
  const names = new Map<string, Name>();
  const visit = (all: readonly Statement[]): void => {
    for (const statement of all) {
      const targets =
        statement.kind === 'assignment'
          ? statement.targets
          : statement.kind === 'augmented' || statement.kind === 'for'
            ? [statement.target]
            : [];
      for (const name of targets.flatMap(setIn)) if (!names.has(name.id)) names.set(name.id, name);
      blocksOf(statement).forEach(visit);
    }
  };
  visit(statements);
  return [...names.values()];
}

/** Names that a target sets: of `x[i]` it is x, of an attribute none. */
export function setIn(target: Expression): Name[] {
  switch (target.kind) {
    case 'name':
      return [target];
    case 'tuple':
    case 'list':
      return target.items.flatMap(setIn);
    case 'starred':
      return setIn(target.value);
    case 'subscript':
      return setIn(target.object);
    default:
      return [];
  }
}

function blocksOf(statement: Statement): (readonly Statement[])[] {
  switch (statement.kind) {
    case 'if':
      return [...statement.branches.map(({ body }) => body), statement.otherwise];
    case 'for':
    case 'while':
      return [statement.body, statement.otherwise];
    case 'with':
      return [statement.body];
    case 'try':
    case 'match':
      return [statement.body, ...statement.alternatives, statement.finally];
    default:
      return [];
  }
}

/** Whether a statement may end its function. */
export const returns = (statement: Statement): boolean =>
  statement.kind === 'return' || blocksOf(statement).some((block) => block.some(returns));

/** How often a name is read before it gets another value. */
export function usesOf(name: string, statements: readonly Statement[]): number {
  let uses = 0;
  for (const statement of statements) {
    // `print(loss)` does not make it a part of the formula.
    if (statement.kind === 'expression') continue;
    const isSet = statement.kind === 'assignment' && statement.targets.some((target) => target.kind === 'name' && target.id === name);
    uses += (namesIn(statement).get(name) ?? 0) - (isSet ? 1 : 0);
    if (isSet) break;
  }
  return uses;
}
