/** Parameters of a function, bound to what it is given. */

import type { Expression, FunctionDefinition, Lambda } from '../../syntax/ast.ts';
import type { Build } from '../build.ts';
import { isNode, none, Scope, type Arguments, type Value } from '../values.ts';
import type { Follow } from './context.ts';

/** Every parameter as a leaf of its own: a function that is read by itself. */
export function leafArguments(build: Build, definition: FunctionDefinition | Lambda, isMethod: boolean): Arguments {
  const named = new Map<string, Value>();
  definition.parameters.forEach(({ name, star, annotation, default: fallback }, index) => {
    // Whatever else is given by name is one thing, handed on as a whole.
    if (star === '**') named.set(star, build.with('parameter', [], { name, of: 'name' in definition ? definition.name : 'lambda' }));
    if (star || (isMethod && index === 0)) return;
    const hint = annotation?.kind === 'name' ? annotation.id : annotation?.kind === 'attribute' ? annotation.name : '';
    const number =
      fallback?.kind === 'number'
        ? fallback.value
        : fallback?.kind === 'unary' && fallback.operand.kind === 'number'
          ? -fallback.operand.value
          : null;
    // An object made for the purpose, a loss or a layer, is what it is by default.
    if (fallback?.kind === 'call' && isClassName(fallback.callee)) return;
    // A switch is as it is by default.
    if (fallback?.kind === 'string' || (fallback?.kind === 'constant' && typeof fallback.value === 'boolean')) return;
    named.set(
      name,
      build.with('parameter', [], {
        name,
        hint,
        default: number,
        of: 'name' in definition ? definition.name : 'lambda',
        at: definition.start,
      }),
    );
  });
  return { positional: [], named };
}

const isClassName = (callee: Expression): boolean =>
  /^[A-Z]/.test(callee.kind === 'name' ? callee.id : callee.kind === 'attribute' ? callee.name : '');

/** A method that is given the class: what it calls makes an object, and does not use one. */
export const isOfClass = (definition: FunctionDefinition | Lambda): boolean =>
  'decorators' in definition && definition.decorators.some((decorator) => decorator.kind === 'name' && decorator.id === 'classmethod');

const classOf = (value: Value): Value =>
  !isNode(value) && value.kind === 'instance' ? { kind: 'class', definition: value.definition, scope: value.scope } : value;

/** A scope in which the parameters have what they are given, or their defaults. */
export function bindParameters(
  follow: Follow,
  definition: FunctionDefinition | Lambda,
  outer: Scope,
  self: Value | null,
  args: Arguments,
): Scope {
  const scope = new Scope(outer);
  const positional = self ? [isOfClass(definition) ? classOf(self) : self, ...args.positional] : [...args.positional];
  const named = new Map(args.named);
  for (const { name, star, default: fallback } of definition.parameters) {
    if (star === '*') {
      if (name) scope.names.set(name, { kind: 'tuple', items: positional.splice(0) });
      continue;
    }
    if (star === '**') {
      scope.names.set(name, { kind: 'dictionary', entries: new Map(named) });
      continue;
    }
    const given = positional.length > 0 ? positional.shift() : named.get(name);
    named.delete(name);
    scope.names.set(name, given ?? (fallback ? follow.evaluate(fallback, outer) : none));
  }
  return scope;
}
