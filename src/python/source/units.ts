/** What is read at once: a function, a method, or the statements outside of all, each with everything in the text that it may depend on. */

import type { ClassDefinition, Module, Statement } from '../syntax/ast.ts';
import type { Part } from './parts.ts';

export interface Unit {
  /** What is read. */
  readonly targets: readonly Part[];
  /** They and what they may depend on, in the order of the text. */
  readonly parts: readonly Part[];
  /** Two units with the same key are the same code. */
  readonly key: string;
}

/** Methods that run without being called by their name. */
const unnamed: ReadonlySet<string> = new Set(['__init__', '__post_init__', 'setup', 'build', 'forward', '__call__', 'call']);

/** The units of a text, in the order in which they begin; the statements outside of functions and classes are the first. */
export function unitsOf(parts: readonly Part[]): Unit[] {
  const given = givenIn(parts);
  const order = new Map(parts.flatMap((part) => [part, ...part.methods]).map((part, place) => [part, place]));
  const unit = (targets: readonly Part[]): Unit => {
    const needed = [...neededBy(targets, given)].sort((a, b) => order.get(a)! - order.get(b)!);
    const isTarget = new Set(targets);
    return { targets, parts: needed, key: needed.map((part) => `${isTarget.has(part) ? '>' : '-'}${part.source}`).join('\0') };
  };
  const outside = parts.filter(({ kind }) => kind === 'statement');
  const definitions = parts.flatMap((part) => (part.kind === 'function' ? [part] : part.methods));
  return [...(outside.length > 0 ? [unit(outside)] : []), ...definitions.map((part) => unit([part]))];
}

/** By name, the parts that give it. */
function givenIn(parts: readonly Part[]): ReadonlyMap<string, readonly Part[]> {
  const imported = new Set(parts.flatMap(({ statement, names }) => (statement.kind === 'import' ? [...names.given] : [])));
  const given = new Map<string, Part[]>();
  for (const part of parts) {
    // What is done to a module changes nothing that is read.
    const names = new Set([...part.names.given, ...[...part.names.changed].filter((name) => !imported.has(name))]);
    for (const name of part.kind === 'statement' ? names : part.names.given) {
      const known = given.get(name);
      if (known) known.push(part);
      else given.set(name, [part]);
    }
  }
  return given;
}

/** A method sees what those before it have set. */
function methodsBefore([target]: readonly Part[]): readonly Part[] {
  return target?.holder ? target.holder.methods.slice(0, target.holder.methods.indexOf(target)) : [];
}

/** Methods that are run before the one that is read, for the attributes that they set. */
export function settersOf({ targets, parts }: Unit): Part[] {
  const needed = new Set(parts);
  return methodsBefore(targets).filter((method) => needed.has(method) && method.names.set.size > 0);
}

function neededBy(targets: readonly Part[], given: ReadonlyMap<string, readonly Part[]>): Set<Part> {
  const needed = new Set<Part>();
  const queue: Part[] = [];
  const attributes = new Set<string>();
  const classes = new Set<Part>();
  const need = (part: Part): void => {
    if (needed.has(part)) return;
    needed.add(part);
    queue.push(part);
  };
  const before = methodsBefore(targets);
  const reach = (attribute: string, own: Iterable<Part>): void => {
    for (const part of own) for (const method of part.methods) if (method.names.given.has(attribute)) need(method);
    for (const method of before) if (method.names.set.has(attribute)) need(method);
  };
  for (const target of targets) need(target);
  for (let part = queue.pop(); part; part = queue.pop()) {
    if (part.holder) need(part.holder);
    if (part.kind === 'class' && !classes.has(part)) {
      classes.add(part);
      for (const method of part.methods) {
        const [name = ''] = method.names.given;
        if (unnamed.has(name) || attributes.has(name)) need(method);
      }
    }
    for (const name of part.names.used) for (const giver of given.get(name) ?? []) need(giver);
    for (const name of part.names.attributes) {
      if (attributes.has(name)) continue;
      attributes.add(name);
      reach(name, classes);
    }
  }
  return needed;
}

/** The code of a unit alone. */
export interface UnitCode {
  readonly module: Module;
  /** The statements that are read, as they stand in the module. */
  readonly statements: readonly Statement[];
  /** Where each of them begins. */
  readonly starts: readonly number[];
  /** Their text, at the places that their spans say. */
  readonly text: string;
}

export function codeOf({ targets, parts }: Unit): UnitCode {
  const wanted = new Set(parts);
  const outside = new Set(targets.filter(({ kind }) => kind === 'statement'));
  const placed: Statement[] = [];
  let end = 0;
  const body = parts.flatMap((part): Statement[] => {
    if (part.kind === 'method') return [];
    if (part.kind === 'class') return [withMethods(part, wanted)];
    if (!outside.has(part)) return [part.statement];
    // Each in a place of its own, so that what is found is known to be in it.
    const statement = shifted(part.statement, end - part.statement.start);
    end += part.source.length + 1;
    placed.push(statement);
    return [statement];
  });
  const module: Module = { kind: 'module', body, whole: true, start: 0, end };
  if (outside.size > 0)
    return { module, statements: placed, starts: placed.map(({ start }) => start), text: targets.map(({ source }) => source).join('\n') };
  const [target] = targets;
  const start = target?.statement.start ?? 0;
  return {
    module,
    statements: targets.map(({ statement }) => statement),
    starts: [start],
    text: `${' '.repeat(start)}${target?.source ?? ''}`,
  };
}

/** A class with those of its methods that are wanted. */
function withMethods({ statement, methods }: Part, wanted: ReadonlySet<Part>): ClassDefinition {
  const definition = statement as ClassDefinition;
  const left = new Set<Statement>(methods.filter((method) => !wanted.has(method)).map((method) => method.statement));
  return { ...definition, body: definition.body.filter((inner) => !left.has(inner)) };
}

/** A copy with all of its spans elsewhere. */
function shifted<T>(part: T, by: number): T {
  if (typeof part !== 'object' || part === null) return part;
  if (Array.isArray(part)) return part.map((item: unknown) => shifted(item, by)) as T;
  const copy: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(part))
    copy[name] = (name === 'start' || name === 'end') && typeof value === 'number' ? value + by : shifted(value, by);
  return copy as T;
}
