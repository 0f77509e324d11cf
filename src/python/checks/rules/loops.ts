/** Loops around a statement: which way what they count goes. */

import type { Computed } from '../../expression/follow/context.ts';
import type { Call, Expression, For } from '../../syntax/ast.ts';
import { partsAround } from './syntax.ts';

/** 1 where a name counts up in the loop around a statement that gives it its values, −1 where it counts down; null where that is not told. */
export function indexWay(name: string, statement: Computed): number | null {
  const loops = partsAround(statement, (part): part is For => part.kind === 'for');
  const loop = loops.findLast(({ target }) => namesIn(target).includes(name));
  if (!loop) return null;
  return loop.target.kind === 'name' ? wayOf(loop.iterable) : null;
}

const namesIn = (target: Expression): readonly string[] =>
  target.kind === 'name' ? [target.id] : target.kind === 'tuple' ? target.items.flatMap(namesIn) : [];

function wayOf(iterable: Expression): number | null {
  if (iterable.kind !== 'call') return null;
  const [first, , step] = iterable.args.map(({ value }) => value);
  switch (calledOf(iterable)) {
    case 'reversed': {
      const way = first ? wayOf(first) : null;
      return way && -way;
    }
    case 'tqdm':
    case 'list':
      return first ? wayOf(first) : null;
    case 'range':
    case 'trange':
    case 'arange':
      if (!step || iterable.args[2]!.name !== null) return 1;
      return step.kind === 'unary' && step.operator === '-' ? -1 : step.kind === 'number' ? 1 : null;
    default:
      return null;
  }
}

const calledOf = ({ callee }: Call): string => (callee.kind === 'name' ? callee.id : callee.kind === 'attribute' ? callee.name : '');
