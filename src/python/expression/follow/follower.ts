/** Follows the statements of a file, and gathers what each of them computes. */

import type {
  Argument,
  AugmentedAssignment,
  ClassDefinition,
  Expression,
  For,
  FunctionDefinition,
  Lambda,
  If,
  Module,
  Statement,
  While,
  With,
} from '../../syntax/ast.ts';
import { buildOn, type Build } from '../build.ts';
import type { Graph } from '../node.ts';
import { numberOf, TooLarge, type Node } from '../node.ts';
import { isNode, none, Scope, type Arguments, type FunctionValue, type Instance, type Value } from '../values.ts';
import { evaluateCall } from './calls.ts';
import type { Computed, Follow, Place } from './context.ts';
import { toNode, toTruth, unpack } from './convert.ts';
import { choose, evaluateExpression, itemOf, strideOf } from './expressions.ts';
import { maskOf } from './masked.ts';
import { attributeOf, forgetStart, selfOf } from './objects.ts';
import { bindParameters, leafArguments } from './parameters.ts';

/** Functions that call functions are followed so far. */
const callDepth = 4;
/** Values that a call gives together, as mean and variance are. */
const mostTogether = 3;
/** Expressions that are evaluated for one function, those of the functions that it calls included. */
const workLimit = 40_000;

const operations: Readonly<Record<string, string>> = {
  '+': 'add',
  '-': 'subtract',
  '*': 'multiply',
  '/': 'divide',
  '//': 'floorDivide',
  '**': 'power',
  '@': 'matmul',
};

/** `self.register_buffer('name', value)`, `steps.append(value)`: what is kept, and under which name. */
function keptIn(expression: Expression): { readonly name: string; readonly value: Expression } | null {
  if (expression.kind === 'call' && expression.callee.kind === 'attribute' && expression.callee.name === 'append') {
    const [only, ...others] = expression.args;
    const { object } = expression.callee;
    return only && others.length === 0 && only.star === '' ? { name: object.kind === 'name' ? object.id : '', value: only.value } : null;
  }
  if (expression.kind !== 'call' || expression.args.length < 2) return null;
  const { callee, args } = expression;
  if (!registering.test(callee.kind === 'attribute' ? callee.name : callee.kind === 'name' ? callee.id : '')) return null;
  const [name, held] = args.map(({ value }) => value);
  if (name?.kind !== 'string' || !held || !name.parts.every((part) => typeof part === 'string')) return null;
  return { name: name.parts.join(''), value: held };
}

/** Also by a shorter name for it. */
const registering = /^(?:register_buffer|reg|register|add_buffer|buffer|reg_buf)$/;

/** Calls that keep something under a name that is a value itself. */
const keeping: ReadonlySet<string> = new Set(['register_buffer', 'register_parameter', 'setattr']);

/** `for name, value in tables.items(): self.register_buffer(name, value)`. */
function onlyKeeps({ body }: For): boolean {
  return body.every(({ kind, ...rest }) => {
    const value = kind === 'expression' && 'value' in rest ? rest.value : null;
    if (value?.kind !== 'call') return false;
    const { callee } = value;
    return keeping.has(callee.kind === 'attribute' ? callee.name : callee.kind === 'name' ? callee.id : '');
  });
}

export class Follower implements Follow {
  readonly build: Build;
  readonly computed: Computed[] = [];
  /** What objects of a class hold, by the name of the class: as far as the methods that were read set it. */
  readonly attributes = new Map<string, ReadonlyMap<string, Value>>();
  readonly #calling: (FunctionDefinition | Lambda)[] = [];
  readonly #around: (FunctionDefinition | ClassDefinition)[] = [];
  #places: Place[] | null = null;
  #results: Value[] = [];
  #constant = 0;
  #work = 0;
  #depth = 0;

  constructor(graph: Graph) {
    this.build = buildOn(graph);
  }

  /**
   * Reads a whole file: its own statements, then each function by itself.
   * @param wanted the functions that are read by themselves; the others only where they are called. Absent: all
   */
  module({ body }: Module, wanted?: (definition: FunctionDefinition) => boolean): Scope {
    this.#wanted = wanted ?? (() => true);
    const scope = new Scope(null);
    this.#file = scope;
    this.#alone(() => this.run(body, scope));
    for (const statement of body) this.#define(statement, scope, null);
    return scope;
  }

  /** What an object of a class of the file gives when it is called; null where the code does not tell. */
  answerOf(name: string): Value | null {
    const found = this.#file?.find(name);
    if (!found || isNode(found) || found.kind !== 'class') return null;
    let answer: Value | null = null;
    this.#alone(() => {
      answer = this.#silently(() => {
        const self = selfOf(this, found.definition, found.scope);
        const method = ['forward', '__call__', 'call']
          .map((one) => attributeOf(this, self, one))
          .find((one) => !isNode(one) && one.kind === 'function');
        if (!method || isNode(method) || method.kind !== 'function') return null;
        return this.invoke(method, leafArguments(this.build, method.definition, true));
      });
    });
    return answer;
  }

  /** The classes that each class of the file is made from, by name. */
  readonly bases = new Map<string, readonly string[]>();
  #file: Scope | null = null;

  /** A definition's own statements, once the names of the file are known. */
  #define(statement: Statement, scope: Scope, self: Instance | null): void {
    if (statement.kind === 'function') this.#function(statement, scope, self);
    else if (statement.kind === 'class') this.#class(statement, scope);
    else if (statement.kind === 'if') for (const { body } of statement.branches) for (const inner of body) this.#define(inner, scope, self);
    if (statement.kind === 'if') for (const inner of statement.otherwise) this.#define(inner, scope, self);
    if (statement.kind === 'try') for (const inner of statement.body) this.#define(inner, scope, self);
  }

  #class(definition: ClassDefinition, scope: Scope): void {
    this.#around.unshift(definition);
    this.bases.set(
      definition.name,
      definition.bases.flatMap(({ value }) => (value.kind === 'name' ? [value.id] : [])),
    );
    let self: Instance | null = null;
    this.#alone(() => {
      self = this.#silently(() => selfOf(this, definition, scope));
      this.attributes.set(definition.name, self.attributes);
    });
    for (const statement of definition.body) {
      this.#define(statement, scope, self);
      if (self) forgetStart(self);
    }
    this.#around.shift();
  }

  #function(definition: FunctionDefinition, scope: Scope, self: Instance | null): void {
    if (!this.#wanted(definition)) return;
    this.#around.unshift(definition);
    const isStatic = definition.decorators.some((decorator) => decorator.kind === 'name' && decorator.id === 'staticmethod');
    const method = isStatic ? null : self;
    this.#alone(() => {
      const inner = bindParameters(this, definition, scope, method, leafArguments(this.build, definition, method !== null));
      this.#body(definition, inner);
    });
    this.#around.shift();
  }

  /** A part that is too large ends itself alone. */
  #alone(work: () => void): void {
    this.#work = 0;
    this.#places = null;
    const [depth, constant, calls] = [this.#depth, this.#constant, this.#calling.length];
    try {
      work();
    } catch (error) {
      if (!(error instanceof TooLarge)) throw error;
    } finally {
      this.#depth = depth;
      this.#constant = constant;
      this.#calling.length = calls;
    }
  }

  /** Without taking down what statements compute. */
  #silently<T>(work: () => T): T {
    this.#depth++;
    const places = this.#places;
    this.#places = null;
    try {
      return work();
    } finally {
      this.#depth--;
      this.#places = places;
    }
  }

  #body(definition: FunctionDefinition, scope: Scope): Value | null {
    const outer = this.#results;
    this.#results = [];
    const constant = this.#constant;
    // Read by itself, a function without gradients has none to tell apart.
    if (isWithoutGradients(definition.decorators) && this.#depth > 0) this.#constant++;
    try {
      this.run(definition.body, scope);
      return this.#results.length > 0 ? this.#results.reduce((a, b) => choose(this, a, b)) : null;
    } finally {
      this.#results = outer;
      this.#constant = constant;
    }
  }

  invoke(callee: FunctionValue, args: Arguments): Value | null {
    const { definition, scope, self } = callee;
    return this.#silently(() => {
      if ((definition.kind === 'function' && this.#calling.length >= callDepth) || this.#calling.includes(definition)) return null;
      this.#calling.push(definition);
      try {
        const inner = bindParameters(this, definition, scope, self, args);
        return definition.kind === 'lambda' ? this.evaluate(definition.body, inner) : this.#body(definition, inner);
      } finally {
        this.#calling.pop();
      }
    });
  }

  evaluate(expression: Expression, scope: Scope): Value {
    if (++this.#work > workLimit) throw new TooLarge();
    const value = evaluateExpression(this, expression, scope);
    // A distribution stands where it is made, not where it is named.
    const node = expression.kind === 'call' ? (nodeOf(value) ?? ownerOf(value)) : isNode(value) ? value : null;
    if (this.#places && node) this.#places.push({ start: expression.start, end: expression.end, node });
    return value;
  }

  evaluateNode(expression: Expression, scope: Scope): Node {
    return toNode(this.build, this.evaluate(expression, scope));
  }

  argumentsOf(args: readonly Argument[], scope: Scope): Arguments {
    const positional: Value[] = [];
    const named = new Map<string, Value>();
    for (const { name, star, value } of args) {
      const given = this.evaluate(value, scope);
      if (name !== null) named.set(name, given);
      else if (star === '*' && !isNode(given) && given.kind === 'tuple') positional.push(...given.items);
      else if (star === '**') {
        if (isNode(given)) named.set(star, given);
        else if (given.kind === 'dictionary') for (const [key, entry] of given.entries) named.set(key, entry);
      } else positional.push(given);
    }
    return { positional, named };
  }

  call(callee: Value, args: Arguments, place: Expression): Value {
    // `self.register_buffer('name', value)` sets an attribute.
    if (
      place.kind === 'call' &&
      place.callee.kind === 'attribute' &&
      (place.callee.name === 'register_buffer' || place.callee.name === 'register_parameter')
    ) {
      const [name, value] = args.positional;
      if (name && value && !isNode(name) && name.kind === 'text' && !isNode(callee)) return this.#buffer(callee, name.value, value);
      if (name && value && !isNode(name) && name.kind === 'text' && isNode(callee) && this.#self)
        return this.#buffer(this.#self, name.value, value);
    }
    if (place.kind === 'call' && place.callee.kind === 'name' && place.callee.id === 'setattr') {
      const [holder, name, value] = args.positional;
      if (holder && name && value && !isNode(name) && name.kind === 'text') return this.#buffer(holder, name.value, value);
    }
    const result = evaluateCall(this, callee, this.#apartFromAxes(args, place));
    // `x.mul_(y)` changes x.
    if (place.kind === 'call' && place.callee.kind === 'attribute' && /[a-z]_$/.test(place.callee.name) && isNode(result) && this.#scope)
      this.bind(place.callee.object, result, this.#scope);
    // So does `np.fill_diagonal(x, 0)`.
    if (
      place.kind === 'call' &&
      place.callee.kind === 'attribute' &&
      place.callee.name === 'fill_diagonal' &&
      isNode(result) &&
      this.#scope
    )
      this.bind(place.args[0]!.value, result, this.#scope);
    return result;
  }

  /** Of `max(x, zeros_like(x))` the second is no axis, though all its numbers are one. */
  #apartFromAxes(args: Arguments, place: Expression): Arguments {
    if (place.kind !== 'call') return args;
    const name = place.callee.kind === 'attribute' ? place.callee.name : place.callee.kind === 'name' ? place.callee.id : '';
    if ((name !== 'max' && name !== 'min') || place.args.length !== args.positional.length) return args;
    const positional = args.positional.map((value, index) =>
      isNode(value) && place.args[index]!.value.kind === 'call' && numberOf(value) !== null
        ? this.build.with('let', [value], { name: 'constant' })
        : value,
    );
    return { ...args, positional };
  }

  #wanted: (definition: FunctionDefinition) => boolean = () => true;
  #self: Instance | null = null;
  #scope: Scope | null = null;

  #buffer(holder: Value, name: string, value: Value): Value {
    if (!isNode(holder) && holder.kind === 'instance') holder.attributes.set(name, this.#named(name, value));
    return none;
  }

  attributeOf(value: Value, name: string): Value {
    if (!isNode(value) && value.kind === 'instance') {
      this.#self = value;
      if (name === 'register_buffer' || name === 'register_parameter') return value;
    }
    return attributeOf(this, value, name);
  }

  #named(name: string, value: Value): Value {
    if (!isNode(value)) return value;
    const inner = value.op === 'let' && value.attributes['name'] === name ? value.args[0]! : value;
    return this.build.with('let', [inner], { name });
  }

  bind(target: Expression, value: Value, scope: Scope): void {
    switch (target.kind) {
      case 'name':
        scope.names.set(target.id, this.#named(target.id, value));
        break;
      case 'attribute': {
        const holder = this.#silently(() => this.evaluate(target.object, scope));
        if (!isNode(holder) && holder.kind === 'instance') holder.attributes.set(target.name, this.#named(target.name, value));
        break;
      }
      case 'tuple':
      case 'list': {
        const values = unpack(this.build, value, target.items.length);
        target.items.forEach((item, index) => this.bind(item.kind === 'starred' ? item.value : item, values[index]!, scope));
        break;
      }
      case 'subscript': {
        const holder = this.#silently(() => this.evaluate(target.object, scope));
        const [index] = target.indices;
        const key = index?.kind === 'string' && index.parts.every((part) => typeof part === 'string') ? index.parts.join('') : null;
        if (key !== null && !isNode(holder) && holder.kind === 'dictionary') holder.entries.set(key, value);
        // A part of an array was changed: which one is remembered where it is every so many of the entries.
        else if (isNode(holder) && target.object.kind === 'name') {
          const at = this.#silently(() => target.indices.map((one) => this.evaluate(one, scope)));
          const name = target.object.id;
          const [only] = at;
          const mask = at.length === 1 && isNode(only!) && isNode(value) && numberOf(value) !== null ? maskOf(only, this.build) : null;
          if (mask) {
            const node = this.build.with('where', [mask, value as Node, holder], {});
            scope.names.set(name, this.#named(name, node));
            // It is made where it is changed.
            const last = this.computed.at(-1);
            if (this.#depth === 0 && last && last.start <= target.start && target.end <= last.end)
              this.computed[this.computed.length - 1] = { ...last, places: [...last.places, { start: target.start, end: last.end, node }] };
            break;
          }
          const changed = strideOf(at);
          scope.names.set(name, this.build.graph.draw('carried', [holder], { name, ...(changed !== null && { changed }) }));
        }
        break;
      }
      default:
        break;
    }
  }

  run(statements: readonly Statement[], scope: Scope): void {
    for (const statement of statements) {
      this.#scope = scope;
      this.#statement(statement, scope);
      if (statement.kind === 'return' || statement.kind === 'raise') return;
    }
  }

  #statement(statement: Statement, scope: Scope): void {
    switch (statement.kind) {
      case 'assignment': {
        if (!statement.value) return;
        const value = this.#record(statement, statement.value, scope, targetText(statement.targets));
        for (const target of statement.targets) this.bind(target, value, scope);
        return;
      }
      case 'augmented':
        this.#augmented(statement, scope);
        return;
      case 'expression': {
        const kept = keptIn(statement.value);
        if (kept) {
          this.#record(statement, kept.value, scope, kept.name);
          this.#silently(() => this.evaluate(statement.value, scope));
        } else this.#record(statement, statement.value, scope, '');
        return;
      }
      case 'return':
        if (statement.value) {
          const value = this.#record(statement, statement.value, scope, '');
          this.#results.push(this.#constant > 0 ? this.#held(value) : value);
        }
        return;
      case 'if':
        this.#if(statement, scope);
        return;
      case 'for':
      case 'while':
        this.#loop(statement, scope);
        return;
      case 'with':
        this.#with(statement, scope);
        return;
      case 'try':
      case 'match':
        this.run(statement.body, scope);
        for (const alternative of statement.alternatives) this.#branch(alternative, scope);
        this.run(statement.finally, scope);
        return;
      case 'function':
        scope.names.set(statement.name, { kind: 'function', definition: statement, scope, self: null });
        // A function within a function is read where it stands, with what is known there.
        if (scope.parent && this.#depth === 0) {
          const results = this.#results;
          this.#around.unshift(statement);
          const inner = bindParameters(this, statement, scope, null, leafArguments(this.build, statement, false));
          this.#body(statement, inner);
          this.#around.shift();
          this.#results = results;
        }
        return;
      case 'class':
        scope.names.set(statement.name, { kind: 'class', definition: statement, scope });
        // A class within a function is read where it stands, with what is known there.
        if (scope.parent && this.#depth === 0) this.#class(statement, scope);
        return;
      case 'import':
        for (const { name, path } of statement.bindings) scope.names.set(name, { kind: 'library', path });
        return;
      default:
        return;
    }
  }

  /** What was computed where gradients are off is a constant elsewhere. */
  #held(value: Value): Value {
    if (!isNode(value)) return value.kind === 'tuple' ? { ...value, items: value.items.map((item) => this.#held(item)) } : value;
    return numberOf(value) === null ? this.build.with('detach', [value], {}) : value;
  }

  #record(statement: Statement, expression: Expression, scope: Scope, target: string): Value {
    if (this.#depth > 0) return this.evaluate(expression, scope);
    const places: Place[] = [];
    this.#places = places;
    this.#recorded = { statement, target };
    try {
      const value = this.evaluate(expression, scope);
      // Of several that are returned or assigned together, each is one.
      this.#take(statement, expression, value, places, target);
      return value;
    } finally {
      this.#places = null;
    }
  }

  #recorded: { readonly statement: Statement; readonly target: string } | null = null;

  /** A function that a statement hands on or names is read where it stands. */
  lambda(definition: Lambda, scope: Scope): void {
    const [places, recorded] = [this.#places, this.#recorded];
    if (this.#depth > 0 || !places || !recorded) return;
    const own: Place[] = [];
    this.#places = own;
    const inner = bindParameters(this, definition, scope, null, leafArguments(this.build, definition, false));
    this.#take(recorded.statement, definition.body, this.evaluate(definition.body, inner), own, recorded.target);
    this.#places = places;
  }

  #take(statement: Statement, expression: Expression, value: Value, places: readonly Place[], target: string): void {
    const only = expression.kind === 'tuple' || expression.kind === 'list' ? null : nodeOf(value);
    if (isNode(value) || only) {
      const holder = this.#around.find((definition): definition is FunctionDefinition => definition.kind === 'function') ?? null;
      this.computed.push({
        start: statement.start,
        end: statement.end,
        node: isNode(value) ? value : only!,
        places,
        target,
        around: this.#around.map(({ name }) => name),
        holder,
        detached: this.#constant > 0,
      });
      return;
    }
    // What stands for each of many alike.
    if (value.kind === 'tuple' && value.repeated && value.items.length === 1) {
      this.#take(statement, expression, value.items[0]!, places, target);
      return;
    }
    // What a library gives together stands where it is called.
    if (value.kind === 'tuple' && expression.kind === 'call' && value.items.length <= mostTogether) {
      const names = target.split(' ');
      for (const [index, item] of value.items.entries()) {
        if (!isNode(item) || item.op === 'inline' || item.op === 'part') continue;
        const place = { start: expression.start, end: expression.end, node: item };
        this.#take(statement, expression, item, [...places, place], names.length === value.items.length ? names[index]! : '');
      }
      return;
    }
    const parts: [Expression, Value, string][] = [];
    if (value.kind === 'tuple' && (expression.kind === 'tuple' || expression.kind === 'list')) {
      const names = target.split(' ');
      const nameOf = (index: number): string => (names.length === expression.items.length ? names[index]! : '');
      expression.items.forEach((item, index) => value.items[index] && parts.push([item, value.items[index], nameOf(index)]));
    }
    if (value.kind === 'dictionary' && expression.kind === 'dictionary')
      for (const { key, value: held } of expression.entries) {
        const name = key?.kind === 'string' ? key.parts.filter((part) => typeof part === 'string').join('') : '';
        const entry = value.entries.get(name);
        if (entry) parts.push([held, entry, name]);
      }
    // What an object is made with stands where it is made.
    if (value.kind === 'instance' && expression.kind === 'call')
      for (const { name, value: given } of expression.args) {
        const held = name === null ? undefined : value.attributes.get(name);
        const isNamed = held && isNode(held) && held.op === 'let' && held.attributes['name'] === name;
        if (name !== null && held) parts.push([given, isNamed ? held.args[0]! : held, name]);
      }
    for (const [part, its, name] of parts)
      this.#take(
        { ...statement, start: part.start, end: part.end },
        part,
        its,
        places.filter(({ start, end }) => start >= part.start && end <= part.end),
        name,
      );
  }

  #augmented(statement: AugmentedAssignment, scope: Scope): void {
    const before = this.#silently(() => this.evaluate(statement.target, scope));
    const operation = operations[statement.operator];
    const added = this.#record(statement, statement.value, scope, targetText([statement.target]));
    if (!isNode(before) && before.kind === 'tuple' && !isNode(added) && added.kind === 'tuple') {
      before.items.push(...added.items);
      return;
    }
    if (!operation) return;
    const [a, b] = [toNode(this.build, before), toNode(this.build, added)];
    const sum = operation === 'add' && numberOf(a) === 0 ? b : this.build.apply(operation, a, b);
    const last = this.computed.at(-1);
    if (this.#depth === 0 && last?.start === statement.start) {
      if (operation === 'add') this.computed[this.computed.length - 1] = { ...last, gathered: true };
      // The statement computes the whole, not only what is added.
      if (sum !== b) this.computed.push({ ...last, node: sum });
    }
    this.bind(statement.target, sum, scope);
  }

  /** What names hold after some statements, and attributes of the object, as `self.name`; before and after it they hold what they did. */
  #branch(statements: readonly Statement[], scope: Scope): { names: Map<string, Value>; ends: boolean } {
    const attributes = attributesIn(scope);
    const [before, held] = [new Map(scope.names), new Map(attributes)];
    this.run(statements, scope);
    const names = new Map(scope.names);
    for (const [name, value] of attributes) names.set(`${ofObject}${name}`, value);
    restore(scope.names, before);
    restore(attributes, held);
    return { names, ends: statements.some(({ kind }) => kind === 'return' || kind === 'raise') || endsLoop(statements) };
  }

  #if({ branches, otherwise }: If, scope: Scope): void {
    const taken: Map<string, Value>[] = [];
    let decided = false;
    let changed: Map<string, Value> | null = null;
    for (const { test, body } of branches) {
      const truth = toTruth(this.#silently(() => this.evaluate(test, scope)));
      // What is not done by default is read all the same, since somebody may.
      if (truth === false || decided) {
        const { names, ends } = this.#branch(body, scope);
        // What was changed there is another value that it may have.
        if (truth === false && !ends && branches.length === 1 && otherwise.length === 0) changed = names;
        continue;
      }
      const { names, ends } = this.#branch(body, scope);
      if (!ends) taken.push(names);
      if (truth === true) decided = true;
    }
    const rest = this.#branch(otherwise, scope);
    if (!rest.ends && !decided) taken.push(rest.names);
    if (taken.length === 0) return;
    if (changed && taken.length === 1) taken.push(new Map([...changed].filter(([name]) => taken[0]!.has(name))));
    const all = new Set(taken.flatMap((names) => [...names.keys()]));
    for (const key of all) {
      const values = [...new Set(taken.map((names) => names.get(key)).filter((value) => value !== undefined))];
      const isOfObject = key.startsWith(ofObject);
      const name = isOfObject ? key.slice(ofObject.length) : key;
      const merged = values.map((value) => stripped(name, value)).reduce((a, b) => choose(this, a, b));
      (isOfObject ? attributesIn(scope) : scope.names).set(name, values.length === 1 ? values[0]! : this.#named(name, merged));
    }
  }

  /** The known things that a loop goes through, each with its name where they are a dictionary's; null where they are not known. */
  #roundsOf({ iterable }: For, scope: Scope): readonly Value[] | null {
    if (iterable.kind === 'call' && iterable.callee.kind === 'attribute' && iterable.callee.name === 'items') {
      const { object } = iterable.callee;
      const holder = this.#silently(() => this.evaluate(object, scope));
      if (isNode(holder) || holder.kind !== 'dictionary') return null;
      return [...holder.entries].map(([key, value]): Value => ({ kind: 'tuple', items: [{ kind: 'text', value: key }, value] }));
    }
    const read = this.#silently(() => this.evaluate(iterable, scope));
    return !isNode(read) && read.kind === 'tuple' && read.repeated !== true ? read.items : null;
  }

  #loop(statement: For | While, scope: Scope): void {
    // What is kept by name in a loop is there afterwards, each under its own.
    const rounds = statement.kind === 'for' && onlyKeeps(statement) ? this.#roundsOf(statement, scope) : null;
    if (rounds && statement.kind === 'for') {
      const { target } = statement;
      for (const round of rounds) {
        // The loop's own names say nothing of what is kept.
        if (target.kind === 'tuple' && !isNode(round) && round.kind === 'tuple' && target.items.every(({ kind }) => kind === 'name'))
          for (const [place, item] of target.items.entries()) {
            const value = round.items[place];
            if (item.kind === 'name' && value) scope.names.set(item.id, value);
          }
        else this.bind(target, round, scope);
        this.#silently(() => {
          this.run(statement.body, scope);
        });
      }
      return;
    }
    // What a round leaves to the next one is not known at its start, except where a sum begins.
    const assigned = new Set<string>();
    namesAssigned(statement.body, assigned);
    const read = statement.kind === 'for' ? this.#silently(() => this.evaluate(statement.iterable, scope)) : null;
    for (const name of assigned) {
      const value = scope.find(name);
      if (!value || !isNode(value) || numberOf(value) !== null) continue;
      scope.names.set(name, this.build.graph.draw('carried', [value], { name }));
    }
    const before = new Map([...assigned].map((name) => [name, scope.names.get(name)]));
    if (statement.kind === 'for' && read) this.bind(statement.target, itemOf(this, read), scope);
    this.run(
      statement.body.filter(({ kind }) => kind !== 'return'),
      scope,
    );
    this.#scope = scope;
    // What a loop only gives more axes to is what it was.
    for (const [name, value] of before) {
      const after = scope.names.get(name);
      if (value && isNode(value) && value.op === 'carried' && after && isNode(after) && after !== value && isReshaped(after, value))
        scope.names.set(name, value.args[0]!);
    }
    for (const inner of statement.body) if (inner.kind === 'return') this.#statement(inner, scope);
    this.run(statement.otherwise, scope);
  }

  #with({ items, body }: With, scope: Scope): void {
    let constant = false;
    for (const { context, target } of items) {
      const value = this.#silently(() => this.evaluate(context, scope));
      constant ||= isWithoutGradients([context]);
      if (target) this.bind(target, value, scope);
    }
    if (constant) this.#constant++;
    this.run(body, scope);
    if (!constant || --this.#constant > 0) return;
    const assigned = new Set<string>();
    namesAssigned(body, assigned);
    for (const name of assigned) {
      const value = scope.names.get(name);
      if (value) scope.names.set(name, isNode(value) ? this.#named(name, this.#held(stripped(name, value))) : this.#held(value));
    }
  }
}

/** What stands for a value in the graph: also of a distribution, and of the only thing that a call gave. */
function nodeOf(value: Value): Node | null {
  if (isNode(value)) return value;
  if (value.kind === 'distribution') return value.node;
  const [only] = value.kind === 'tuple' && !value.repeated && value.items.length === 1 ? value.items : [];
  return only && isNode(only) ? only : null;
}

const ownerOf = (value: Value): Node | null => (!isNode(value) && value.kind === 'layer' ? value.owner : null);

const reshaping: ReadonlySet<string> = new Set('let inline reshape expandDims expand index'.split(' '));

function isReshaped(node: Node, from: Node): boolean {
  let inner = node;
  while (inner !== from && reshaping.has(inner.op) && inner.args[0] && (inner.op !== 'index' || inner.args.length === 1))
    inner = inner.args[0];
  return inner === from;
}

const ofObject = 'self.';

/** Of the object whose method is read; empty where there is none. */
function attributesIn(scope: Scope): Map<string, Value> {
  const self = scope.find('self');
  return self && !isNode(self) && self.kind === 'instance' ? self.attributes : new Map<string, Value>();
}

function restore(names: Map<string, Value>, before: ReadonlyMap<string, Value>): void {
  names.clear();
  for (const [name, value] of before) names.set(name, value);
}

function stripped(name: string, value: Value): Value {
  return isNode(value) && value.op === 'let' && value.attributes['name'] === name ? value.args[0]! : value;
}

function isWithoutGradients(expressions: readonly Expression[]): boolean {
  return expressions.some((expression) => {
    const callee = expression.kind === 'call' ? expression.callee : expression;
    const name = callee.kind === 'attribute' ? callee.name : callee.kind === 'name' ? callee.id : '';
    return name === 'no_grad' || name === 'inference_mode';
  });
}

function endsLoop(statements: readonly Statement[]): boolean {
  const last = statements.at(-1);
  if (last?.kind !== 'if' || last.otherwise.length === 0) return false;
  return [...last.branches.map(({ body }) => body), last.otherwise].every((body) =>
    body.some(({ kind }) => kind === 'return' || kind === 'raise'),
  );
}

function namesAssigned(statements: readonly Statement[], found: Set<string>): void {
  for (const statement of statements) {
    if (statement.kind === 'assignment') for (const target of statement.targets) namesIn(target, found);
    else if (statement.kind === 'augmented') namesIn(statement.target, found);
    else if (statement.kind === 'for' || statement.kind === 'while' || statement.kind === 'with') namesAssigned(statement.body, found);
    else if (statement.kind === 'if') {
      for (const { body } of statement.branches) namesAssigned(body, found);
      namesAssigned(statement.otherwise, found);
    } else if (statement.kind === 'try') namesAssigned(statement.body, found);
  }
}

function namesIn(target: Expression, found: Set<string>): void {
  if (target.kind === 'name') found.add(target.id);
  else if (target.kind === 'tuple' || target.kind === 'list') for (const item of target.items) namesIn(item, found);
}

function targetText(targets: readonly Expression[]): string {
  const [target] = targets;
  if (!target) return '';
  if (target.kind === 'name') return target.id;
  if (target.kind === 'attribute') return target.name;
  if (target.kind === 'subscript') {
    const [index] = target.indices;
    return index?.kind === 'string' ? index.parts.filter((part) => typeof part === 'string').join('') : '';
  }
  return target.kind === 'tuple' || target.kind === 'list' ? target.items.map((item) => targetText([item])).join(' ') : '';
}
