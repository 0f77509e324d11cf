/** Objects of the file's own classes, and attributes of anything. */

import type { ClassDefinition, Expression, FunctionDefinition, Statement } from '../../syntax/ast.ts';
import { numberOf, type Node } from '../node.ts';
import { isNode, none, Scope, type Arguments, type ClassValue, type FunctionValue, type Instance, type Value } from '../values.ts';
import type { Follow } from './context.ts';
import { extremes, toNode } from './convert.ts';
import { isOfClass, leafArguments } from './parameters.ts';
import { statesOf } from './states.ts';

/** Methods that set attributes before any other is called. */
const constructors = ['__init__', '__post_init__', 'setup', 'build'];

/** An object as its own methods see it: made with arguments that are not known. */
export function selfOf(follow: Follow, definition: ClassDefinition, scope: Scope): Instance {
  const node = follow.build.with('global', [], { name: 'self', class: definition.name });
  return filled(follow, { kind: 'instance', definition, scope, attributes: new Map(), node }, null);
}

/** `SomeClass(...)`. */
export function construct(follow: Follow, { definition, scope }: ClassValue, args: Arguments): Value {
  const { build } = follow;
  const given = [...args.positional, ...args.named.values()].map((value) => toNode(build, value));
  const node = build.with('opaque', given, { callee: definition.name, bound: false });
  if (!methodOf(definition, '__init__')) {
    const fields = fieldsOf(definition);
    if (fields.length >= args.positional.length && fields.length > 0) return recordOf(follow, definition, scope, node, fields, args);
  }
  return filled(follow, { kind: 'instance', definition, scope, attributes: new Map(), node }, args);
}

/** Annotated names of a class: what a named tuple or a data class is made of, in order. */
export function fieldsOf({ body }: ClassDefinition): { name: string; fallback: Expression | null }[] {
  return body.flatMap((statement) => {
    if (statement.kind !== 'assignment' || !statement.annotation) return [];
    const [target] = statement.targets;
    return target?.kind === 'name' ? [{ name: target.id, fallback: statement.value }] : [];
  });
}

function recordOf(
  follow: Follow,
  definition: ClassDefinition,
  scope: Scope,
  node: Node,
  fields: readonly { name: string; fallback: Expression | null }[],
  { positional, named }: Arguments,
): Instance {
  const attributes = new Map<string, Value>();
  for (const [place, { name, fallback }] of fields.entries()) {
    const own = positional[place] ?? named.get(name);
    const value = own ?? (fallback ? follow.evaluate(fallback, new Scope(scope)) : null);
    // A number that may be given is not what it is where it is left out.
    if (value && (own || !isNode(value) || numberOf(value) === null))
      attributes.set(name, isNode(value) ? follow.build.with('let', [value], { name }) : value);
  }
  return { kind: 'instance', definition, scope, attributes, node };
}

function filled(follow: Follow, instance: Instance, args: Arguments | null): Instance {
  // What a class is made from comes before what it adds; a constructor finds what the last one has put in place of a name.
  const classes = [...basesOf(instance).reverse(), instance];
  for (const { definition } of classes) for (const statement of definition.body) fieldOf(follow, instance, statement);
  for (const { definition, scope } of classes) {
    for (const name of constructors) {
      const method = methodOf(definition, name);
      const isGiven = name === '__init__' && (definition === instance.definition || !methodOf(instance.definition, '__init__'));
      if (method)
        follow.invoke(
          { kind: 'function', definition: method, scope, self: instance },
          (isGiven && args) || leafArguments(follow.build, method, true),
        );
    }
  }
  forgetStart(instance);
  return instance;
}

/** Of what methods change, the number that a constructor gave it is not what it is. */
export function forgetStart({ definition, attributes }: Instance): void {
  for (const name of statesOf(definition, constructors)) {
    const value = attributes.get(name);
    if (value && isNode(value) && numberOf(value) !== null) attributes.delete(name);
  }
}

/** `beta: float = 4.0` may be given another value, `eps = 1e-8` is what it is. */
function fieldOf(follow: Follow, { attributes, scope }: Instance, statement: Statement): void {
  if (statement.kind !== 'assignment' || !statement.value || statement.annotation) return;
  const [target] = statement.targets;
  if (statement.targets.length === 1 && target?.kind === 'name')
    attributes.set(target.id, follow.evaluate(statement.value, new Scope(scope)));
}

export function methodOf(definition: ClassDefinition, name: string): FunctionDefinition | undefined {
  return definition.body.find((statement): statement is FunctionDefinition => statement.kind === 'function' && statement.name === name);
}

/** `object.name`. */
export function attributeOf(follow: Follow, value: Value, name: string): Value {
  const { build } = follow;
  if (isNode(value)) return nodeAttribute(follow, value, name);
  switch (value.kind) {
    case 'library':
      return value.path.startsWith('super') ? none : { kind: 'library', path: `${value.path}.${name}` };
    case 'instance': {
      const known = value.attributes.get(name);
      if (known) return known;
      const method = methodOf(value.definition, name);
      if (method) {
        const bound: Value = { kind: 'function', definition: method, scope: value.scope, self: isStatic(method) ? null : value };
        return isProperty(method) ? propertyOf(follow, bound, name) : bound;
      }
      const base = inherited(follow, value, name);
      if (!base && modes.has(name) && value.definition.bases.length > 0) return { kind: 'method', object: value, name };
      return base ?? build.with('attribute', [], { name });
    }
    case 'class': {
      const method = methodOf(value.definition, name);
      return method
        ? { kind: 'function', definition: method, scope: value.scope, self: isOfClass(method) ? value : null }
        : build.with('attribute', [], { name });
    }
    case 'distribution': {
      const { loc, scale } = value.parameters;
      if ((name === 'mean' || name === 'loc' || name === 'mode') && loc) return loc;
      if ((name === 'stddev' || name === 'scale') && scale) return scale;
      if (name === 'variance' && scale) return build.apply('square', scale);
      const logits = value.parameters[name];
      return logits ?? { kind: 'method', object: value, name };
    }
    case 'tuple':
      // `x.max(dim)` gives both.
      if (value.items.length === 2 && (name === 'values' || name === 'sign')) return value.items[0]!;
      if (value.items.length === 2 && (name === 'indices' || name === 'logabsdet')) return value.items[1]!;
      return { kind: 'method', object: value, name };
    case 'dictionary':
    case 'text':
      return { kind: 'method', object: value, name };
    case 'method':
      // Whether it is a method or an attribute shows only when it is used.
      return nodeAttribute(follow, toNode(build, value), name);
    default:
      return build.with('attribute', [toNode(build, value)], { name });
  }
}

/** What a property gives, under its name. */
function propertyOf(follow: Follow, method: FunctionValue, name: string): Value {
  const { build } = follow;
  const result = follow.invoke(method, { positional: [], named: new Map() });
  if (!result) return build.with('attribute', [], { name });
  if (isNode(result)) return build.with('inline', [result, build.with('global', [], { name })], { callee: name, own: name });
  return result.kind === 'distribution' ? { ...result, node: build.with('let', [result.node], { name }) } : result;
}

const decorated = ({ decorators }: FunctionDefinition, name: string): boolean =>
  decorators.some(
    (decorator) => (decorator.kind === 'name' && decorator.id === name) || (decorator.kind === 'attribute' && decorator.name === name),
  );
const isStatic = (method: FunctionDefinition): boolean => decorated(method, 'staticmethod');
const isProperty = (method: FunctionDefinition): boolean => decorated(method, 'property') || decorated(method, 'cached_property');

/** Methods of a module that say where and how it works, and give the module. */
export const modes: ReadonlySet<string> = new Set('to cuda cpu half float double bfloat16 eval train requires_grad_ to_empty'.split(' '));

/** Classes of the file that one is made from, and those that these are made from. */
function basesOf({ definition, scope }: Pick<ClassValue, 'definition' | 'scope'>, depth = 0): ClassValue[] {
  return definition.bases.flatMap(({ value: base }) => {
    const found = base.kind === 'name' ? scope.find(base.id) : undefined;
    if (!found || isNode(found) || found.kind !== 'class' || found.definition === definition || depth > mostBases) return [];
    return [found, ...basesOf(found, depth + 1)];
  });
}

/** How far classes that are made from others are followed. */
const mostBases = 4;

function inherited(follow: Follow, value: Instance, name: string): Value | null {
  for (const { definition, scope } of basesOf(value)) {
    const method = methodOf(definition, name);
    if (!method) continue;
    const bound: FunctionValue = { kind: 'function', definition: method, scope, self: isStatic(method) ? null : value };
    return isProperty(method) ? propertyOf(follow, bound, name) : bound;
  }
  return null;
}

/** Attributes of arrays that say nothing of where the array is. */
const same: ReadonlySet<string> = new Set(['values', 'data', 'at', 'real', 'value']);

function nodeAttribute({ build }: Follow, array: Node, name: string): Value {
  if (array.op === 'global' && array.attributes['name'] === 'finfo' && name in extremes) return build.number(extremes[name]!);
  if (name === 'shape') return build.with('shape', [array], {});
  if (name === 'ndim') return build.with('rank', [array], {});
  if (name === 'T') return build.with('permute', [array], { axes: null });
  if (name === 'mT' || name === 'mH' || name === 'H') return build.with('swapAxes', [array], { axes: [-2, -1] });
  if (same.has(name) && array.op !== 'opaque' && array.op !== 'global') return array;
  return { kind: 'method', object: array, name };
}
