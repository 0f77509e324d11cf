/** What a Python expression is while code is followed: an array, or something that is none. */

import type { ClassDefinition, FunctionDefinition, Lambda } from '../syntax/ast.ts';
import type { Node } from './node.ts';

export type Value =
  | Node
  | { readonly kind: 'tuple'; readonly items: Value[]; /** It stands for as many like it as a loop makes. */ readonly repeated?: boolean }
  | { readonly kind: 'dictionary'; readonly entries: Map<string, Value> }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'truth'; readonly value: boolean }
  | { readonly kind: 'none' }
  | { readonly kind: 'ellipsis' }
  | { readonly kind: 'slice'; readonly from: Value | null; readonly to: Value | null; readonly step: Value | null }
  /** `range(from, to)`: `to` null where it is the rank of an array. */
  | { readonly kind: 'range'; readonly from: number; readonly to: number | null }
  /** A module or function of a library, by its path: "torch.nn.functional.softplus". */
  | { readonly kind: 'library'; readonly path: string }
  | FunctionValue
  | ClassValue
  | Instance
  /** An object of a library's class whose arguments are known: `nn.Softmax(dim=-1)`. */
  | { readonly kind: 'layer'; readonly name: string; readonly args: Arguments; readonly owner: Node }
  | Distribution
  /** A method of an array or object, before it is called. */
  | { readonly kind: 'method'; readonly object: Value; readonly name: string };

/** A function of the file; a method with the object that it is of. */
export interface FunctionValue {
  readonly kind: 'function';
  readonly definition: FunctionDefinition | Lambda;
  readonly scope: Scope;
  readonly self: Value | null;
}

/** A class of the file. */
export interface ClassValue {
  readonly kind: 'class';
  readonly definition: ClassDefinition;
  readonly scope: Scope;
}

/** An object of a class of the file. */
export interface Instance {
  readonly kind: 'instance';
  readonly definition: ClassDefinition;
  readonly scope: Scope;
  /** What its constructor sets; a name that is missing is not known. */
  readonly attributes: Map<string, Value>;
  /** What names it: "self". */
  readonly node: Node;
}

/** A distribution of a library, by family: "normal". */
export interface Distribution {
  readonly kind: 'distribution';
  readonly family: string;
  readonly parameters: Readonly<Record<string, Node>>;
  /** Trailing axes that are one event: their log-densities are summed. */
  readonly eventAxes: number;
  /** What stands for the object as a whole. */
  readonly node: Node;
}

export interface Arguments {
  readonly positional: readonly Value[];
  readonly named: ReadonlyMap<string, Value>;
}

/** Names and what they are bound to, innermost first. */
export class Scope {
  readonly names = new Map<string, Value>();
  readonly parent: Scope | null;
  constructor(parent: Scope | null) {
    this.parent = parent;
  }

  find(name: string): Value | undefined {
    return this.names.get(name) ?? this.parent?.find(name);
  }
}

export function isNode(value: Value): value is Node {
  return 'op' in value;
}

export const none: Value = { kind: 'none' };
