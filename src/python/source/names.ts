/** Which names a piece of Python uses and which it gives, so that it is known what it can depend on. */

import type { Expression, FunctionDefinition, Lambda, Statement } from '../syntax/ast.ts';

export interface Names {
  /** That have to come from elsewhere. */
  readonly used: ReadonlySet<string>;
  /** Of attributes, also as texts: `getattr(x, 'beta')`. */
  readonly attributes: ReadonlySet<string>;
  /** That are bound. */
  readonly given: ReadonlySet<string>;
  /** Whose objects may be changed: `steps.append(x)`, `x[0] = y`. */
  readonly changed: ReadonlySet<string>;
  /** Attributes that are assigned. */
  readonly set: ReadonlySet<string>;
}

interface Found {
  used: Set<string>;
  attributes: Set<string>;
  given: Set<string>;
  changed: Set<string>;
  set: Set<string>;
}

const nothing = (): Found => ({ used: new Set(), attributes: new Set(), given: new Set(), changed: new Set(), set: new Set() });

export function namesOf(statements: readonly Statement[]): Names {
  const found = nothing();
  for (const statement of statements) readStatement(statement, found);
  return found;
}

function readStatement(statement: Statement, found: Found): void {
  switch (statement.kind) {
    case 'function':
      found.given.add(statement.name);
      readFunction(statement, found);
      return;
    case 'class': {
      found.given.add(statement.name);
      for (const { value } of statement.bases) readAny(value, found);
      for (const decorator of statement.decorators) readAny(decorator, found);
      // Names of a class's body are attributes outside of it.
      const inner = namesOf(statement.body);
      for (const name of inner.used) if (!inner.given.has(name)) found.used.add(name);
      for (const name of inner.attributes) found.attributes.add(name);
      for (const name of inner.set) found.set.add(name);
      return;
    }
    case 'import':
      for (const { name } of statement.bindings) found.given.add(name);
      return;
    case 'expression':
      if (statement.value.kind === 'call' && statement.value.callee.kind === 'attribute') change(statement.value.callee.object, found);
      readAny(statement.value, found);
      return;
    case 'assignment':
      for (const target of statement.targets) give(target, found);
      break;
    case 'augmented':
    case 'for':
      give(statement.target, found);
      break;
    case 'with':
      for (const { target } of statement.items) if (target) give(target, found);
      break;
    default:
      break;
  }
  for (const value of Object.values(statement)) readAny(value, found);
}

/** What a function uses of the world: its own names are its own. */
function readFunction(definition: FunctionDefinition | Lambda, found: Found): void {
  const inner: Found = { ...nothing(), attributes: found.attributes, set: found.set };
  if (definition.kind === 'function') for (const statement of definition.body) readStatement(statement, inner);
  else readAny(definition.body, inner);
  const own = new Set([...inner.given, ...definition.parameters.map(({ name }) => name)]);
  for (const name of inner.used) if (!own.has(name)) found.used.add(name);
  for (const { default: fallback, annotation } of definition.parameters) {
    if (fallback) readAny(fallback, found);
    // What it says is a class of the file, perhaps.
    if (annotation?.kind === 'name') found.used.add(annotation.id);
  }
  if (definition.kind === 'function') for (const decorator of definition.decorators) readAny(decorator, found);
}

/** Anything of the syntax, through whatever it is made of. */
function readAny(part: unknown, found: Found): void {
  if (typeof part !== 'object' || part === null) return;
  if (Array.isArray(part)) {
    for (const item of part) readAny(item, found);
    return;
  }
  const node = part as Expression | Statement;
  switch (node.kind) {
    case 'name':
      found.used.add(node.id);
      return;
    case 'attribute':
      found.attributes.add(node.name);
      readAny(node.object, found);
      return;
    case 'string':
      for (const text of node.parts) if (typeof text === 'string' && isWord.test(text)) found.attributes.add(text);
      readAny(node.parts, found);
      return;
    case 'walrus':
      give(node.target, found);
      readAny(node.value, found);
      return;
    case 'lambda':
      readFunction(node, found);
      return;
    default:
      if (isStatement(node)) readStatement(node, found);
      else for (const value of Object.values(node)) readAny(value, found);
  }
}

const isWord = /^[\p{L}_][\p{L}\p{N}_]{0,60}$/u;

const statements: ReadonlySet<string> = new Set(
  'assignment augmented expression return if for while with try match function class import raise skipped'.split(' '),
);
const isStatement = (node: Expression | Statement): node is Statement => statements.has(node.kind);

/** What an assignment to a target gives. */
function give(target: Expression, found: Found): void {
  switch (target.kind) {
    case 'name':
      found.given.add(target.id);
      return;
    case 'tuple':
    case 'list':
      for (const item of target.items) give(item, found);
      return;
    case 'starred':
      give(target.value, found);
      return;
    case 'attribute':
      found.set.add(target.name);
      change(target, found);
      return;
    default:
      change(target, found);
  }
}

/** The object whose part is changed. */
function change(target: Expression, found: Found): void {
  let inner = target;
  while (inner.kind === 'attribute' || inner.kind === 'subscript' || inner.kind === 'call')
    inner = inner.kind === 'call' ? inner.callee : inner.object;
  if (inner.kind === 'name' && inner.id !== 'self') found.changed.add(inner.id);
}
