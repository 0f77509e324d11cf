/** What following code needs of the other parts of following code. */

import type { Span } from '../../../maths/nesting.ts';
import type { Argument, Expression, FunctionDefinition, Lambda, Statement } from '../../syntax/ast.ts';
import type { Build } from '../build.ts';
import type { Node } from '../node.ts';
import type { Arguments, FunctionValue, Scope, Value } from '../values.ts';

/** A place of the code and what is computed there. */
export interface Place extends Span {
  readonly node: Node;
}

/** A statement that computes something, as it was met. */
export interface Computed extends Span {
  /** What it computes: the value that is assigned, returned or given away. */
  readonly node: Node;
  /** Every part of it that is an array, innermost first, itself last. */
  readonly places: readonly Place[];
  /** What the value is assigned to, as it is written; empty in a return. */
  readonly target: string;
  /** Names of the functions and classes around it, innermost first. */
  readonly around: readonly string[];
  readonly holder: FunctionDefinition | null;
  /** Whether gradients are off around it. */
  readonly detached: boolean;
  /** It is added to what a name held: `total += x`. */
  readonly gathered?: true;
}

export interface Follow {
  readonly build: Build;
  evaluate(expression: Expression, scope: Scope): Value;
  evaluateNode(expression: Expression, scope: Scope): Node;
  argumentsOf(args: readonly Argument[], scope: Scope): Arguments;
  call(callee: Value, args: Arguments, place: Expression): Value;
  /** Runs statements of a function that is followed; the value that they return, null where they do not. */
  invoke(callee: FunctionValue, args: Arguments): Value | null;
  /** Binds what an assignment names. */
  bind(target: Expression, value: Value, scope: Scope): void;
  run(statements: readonly Statement[], scope: Scope): void;
  /** Reads a function without a name where it stands. */
  lambda(definition: Lambda, scope: Scope): void;
  /** What the attribute of an object of the file is, from its constructor. */
  attributeOf(value: Value, name: string): Value;
}
