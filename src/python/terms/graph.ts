/** What a statement computes, as a graph over the values that the program holds. */

import type { ProgramValue } from '../../protocol/terms.ts';
import { Follower } from '../expression/follow/follower.ts';
import { isLibrary, usual } from '../expression/library/paths.ts';
import { Graph, leaves, unwrap, type Node } from '../expression/node.ts';
import { isNode, none, Scope, type Value } from '../expression/values.ts';
import { toNode } from '../expression/follow/convert.ts';
import type { Expression } from '../syntax/ast.ts';
import { isComputed, type Manner } from './calls.ts';
import type { ReadStatement } from './statement.ts';

export interface TermGraph {
  /** What an expression of the statement is; null where it was not come to. */
  readonly nodeOf: (expression: Expression) => Node | null;
  /** What the program holds there. */
  readonly given: ReadonlyMap<Node, ProgramValue>;
  /** Why a leaf is not known. */
  readonly reasonOf: (leaf: Node) => string;
}

/** Names are not followed to what they were assigned: what they hold is known. */
export function termGraph(statement: ReadStatement, values: ReadonlyMap<string, ProgramValue>, text: string): TermGraph {
  const follower = new TermFollower(statement, values, text);
  const scope = new Scope(null);
  for (const [name, path] of statement.imports) scope.names.set(name, { kind: 'library', path });
  follower.evaluate(statement.value, scope);
  return follower;
}

class TermFollower extends Follower implements TermGraph {
  readonly given = new Map<Node, ProgramValue>();
  readonly #statement: ReadStatement;
  readonly #values: ReadonlyMap<string, ProgramValue>;
  readonly #text: string;
  readonly #found = new Map<Expression, Value>();
  readonly #reasons = new Map<Node, string>();

  constructor(statement: ReadStatement, values: ReadonlyMap<string, ProgramValue>, text: string) {
    super(new Graph({ literal: true }));
    this.#statement = statement;
    this.#values = values;
    this.#text = text;
  }

  override evaluate(expression: Expression, scope: Scope): Value {
    const value = this.#held(expression) ?? this.#computed(expression, scope);
    this.#found.set(expression, value);
    return value;
  }

  readonly nodeOf = (expression: Expression): Node | null => {
    const value = this.#found.get(expression);
    return value === undefined ? null : toNode(this.build, value);
  };

  readonly reasonOf = (leaf: Node): string => {
    const known = this.#reasons.get(leaf);
    if (known !== undefined) return known;
    switch (leaf.op) {
      case 'normal':
      case 'uniform':
        return 'is drawn at random when the program runs it';
      case 'opaque':
        return 'is what a call gives, and nothing is called';
      default:
        return 'is not known before the program runs it';
    }
  };

  /** null where it is not something that was read. */
  #held(expression: Expression): Value | null {
    const key = this.#statement.variables.get(expression);
    const value = key === undefined ? undefined : this.#values.get(key);
    if (key === undefined) return null;
    if (!value) return this.#unknown('was not read');
    const { build } = this;
    switch (value.kind) {
      case 'none':
        return none;
      case 'text':
        return { kind: 'text', value: value.value };
      case 'number':
        return value.type === 'bool' ? { kind: 'truth', value: value.value !== 0 } : build.number(value.value);
      case 'numbers':
        return { kind: 'tuple', items: value.values.map((one) => build.number(one)) };
      case 'array': {
        const leaf = build.with('parameter', [], { name: key });
        this.given.set(leaf, value);
        return leaf;
      }
      case 'unread':
        // An element of an array is computed from it.
        return expression.kind === 'subscript' && this.#isOfArray(expression) ? null : this.#unknown(value.why);
    }
  }

  #isOfArray(expression: Expression): boolean {
    let whole = expression;
    while (whole.kind === 'subscript') whole = whole.object;
    const key = this.#statement.variables.get(whole);
    return key !== undefined && this.#values.get(key)?.kind === 'array';
  }

  #computed(expression: Expression, scope: Scope): Value {
    if (expression.kind === 'lambda' || expression.kind === 'comprehension')
      return this.#unknown('has names of its own, which hold nothing here');
    if (expression.kind !== 'call') return super.evaluate(expression, scope);
    const { callee, args } = expression;
    const name = callee.kind === 'attribute' ? callee.name : callee.kind === 'name' ? callee.id : '';
    const keywords = args.flatMap((argument) => argument.name ?? []);
    if (!isComputed(name, this.#mannerOf(callee), keywords, this.#values.values())) {
      // What it is given is shown all the same.
      if (callee.kind === 'attribute') this.evaluate(callee.object, scope);
      for (const { value } of args) this.evaluate(value, scope);
      const code = this.#text.slice(callee.start, Math.min(callee.end, callee.start + 60)).replace(/\s+/g, ' ');
      return this.#unknown(`calls \`${code}\`, and nothing is called`);
    }
    const value = super.evaluate(expression, scope);
    return isNode(value) && leaves.has(unwrap(value).op) && unwrap(value).op === 'opaque'
      ? this.#unknown(`calls \`${name}\` in a way that is not known here`)
      : value;
  }

  #mannerOf(callee: Expression): Manner {
    if (callee.kind !== 'attribute') return 'name';
    let root = callee.object;
    while (root.kind === 'attribute') root = root.object;
    if (root.kind !== 'name' || this.#statement.variables.has(root)) return 'method';
    const path = this.#statement.imports.get(root.id) ?? usual[root.id];
    return path !== undefined && isLibrary(path) ? 'function' : 'method';
  }

  #unknown(why: string): Node {
    const leaf = this.build.graph.draw('unread', []);
    this.#reasons.set(leaf, why);
    return leaf;
  }
}
