/** Attributes of a class that its methods change: what its constructor gives them is only where they start. */

import type { ClassDefinition, Expression } from '../../syntax/ast.ts';

const known = new WeakMap<ClassDefinition, ReadonlySet<string>>();

/** Names that are assigned to, or changed in place (`self.mean.lerp_(...)`), outside the methods named `constructors`. */
export function statesOf(definition: ClassDefinition, constructors: readonly string[]): ReadonlySet<string> {
  let found = known.get(definition);
  if (!found) {
    const names = new Set<string>();
    for (const statement of definition.body)
      if (statement.kind === 'function' && !constructors.includes(statement.name)) gather(statement.body, names);
    known.set(definition, (found = names));
  }
  return found;
}

function gather(part: unknown, names: Set<string>): void {
  if (Array.isArray(part)) {
    for (const one of part) gather(one, names);
    return;
  }
  if (typeof part !== 'object' || part === null) return;
  const { kind, target, targets, callee } = part as {
    kind?: string;
    target?: Expression;
    targets?: readonly Expression[];
    callee?: Expression;
  };
  if (kind === 'assignment') for (const one of targets ?? []) add(one, names);
  if (kind === 'augmented' && target) add(target, names);
  if (kind === 'call' && callee?.kind === 'attribute' && (/[a-z]_$/.test(callee.name) || callee.name === 'assign'))
    add(callee.object, names);
  for (const inner of Object.values(part)) if (typeof inner === 'object') gather(inner, names);
}

function add(target: Expression, names: Set<string>): void {
  if (target.kind === 'attribute' && target.object.kind === 'name' && target.object.id === 'self') names.add(target.name);
  else if (target.kind === 'subscript') add(target.object, names);
  else if (target.kind === 'tuple' || target.kind === 'list') for (const item of target.items) add(item, names);
}
